"""Keeps Mention.extra within bounds without dropping anything silently."""

from __future__ import annotations

from schemas.jsontext import dumps
from schemas.mention import Mention

EXTRA_BYTES = 64 * 1024
"""Most that `extra` may weigh as JSON. A long Reddit submission with all its previews needs 30 kB."""

_NAME_CHARACTERS = 64


def bounded(mention: Mention) -> Mention:
    """The mention; where its `extra` is too heavy, the heaviest fields are left out and named in extra["left_out"]."""
    if len(dumps(mention.extra)) <= EXTRA_BYTES:
        return mention
    weights = {name: len(dumps({name: value})) for name, value in mention.extra.items()}
    total = sum(weights.values())
    left_out: list[str] = []
    for name in sorted(weights, key=lambda name: (-weights[name], name)):
        if total <= EXTRA_BYTES - 100 * len(left_out) - 100:  # room for the names
            break
        total -= weights[name]
        left_out.append(name)
    extra = {name: value for name, value in mention.extra.items() if name not in set(left_out)}
    extra["left_out"] = sorted(name[:_NAME_CHARACTERS] for name in left_out[:100])
    return mention.model_copy(update={"extra": extra})
