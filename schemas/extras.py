"""Keeps Mention.extra within bounds without dropping anything silently."""

from __future__ import annotations

from schemas.jsontext import dumps
from schemas.mention import Mention

EXTRA_BYTES = 64 * 1024
"""Most that `extra` may weigh as JSON. A long Reddit submission with all its previews needs 30 kB."""

_NAMES, _NAME_CHARACTERS = 100, 64
"""Of the fields left out, so many are named, by so many characters."""


def bounded(mention: Mention) -> Mention:
    """The mention. Where `extra` is too heavy its heaviest fields go, and extra["left_out"] counts and names them."""
    if len(dumps(mention.extra)) <= EXTRA_BYTES:
        return mention
    weights = {name: len(dumps({name: value})) for name, value in mention.extra.items()}
    total = sum(weights.values())
    room = len(dumps({"left_out": {"count": len(weights), "names": []}}))
    left_out: dict[str, None] = {}
    for name in sorted(weights, key=lambda name: (-weights[name], name)):
        if total + room <= EXTRA_BYTES:
            break
        total -= weights[name]
        room += len(dumps(name[:_NAME_CHARACTERS])) + 1 if len(left_out) < _NAMES else 0
        left_out[name] = None
    extra = {name: value for name, value in mention.extra.items() if name not in left_out}
    names = sorted(name[:_NAME_CHARACTERS] for name in list(left_out)[:_NAMES])
    extra["left_out"] = {"count": len(left_out), "names": names}
    return mention.model_copy(update={"extra": extra})
