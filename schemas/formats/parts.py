"""Records that hold several items, as pages and threads do: each is mapped on its own feet. Used by youtube.py,
facebook.py and instagram.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from schemas.errors import Rejected
from schemas.formats.model import kind_of
from schemas.formats.protocol import Item
from schemas.record import Dead, Reason


@dataclass(frozen=True, slots=True)
class Part:
    """One item to be: its path within the record ("" for the record itself), its bytes' value, and how it is mapped."""

    at: str
    raw: Any
    make: Callable[[], Item]


def made(parts: Iterable[Part]) -> Iterator[Item]:
    """The items; a part that is refused becomes a dead letter of its own bytes, and the others are made.

    Raises Rejected, after all others, where the refused part is the record itself: the decoder has its true bytes."""
    refused: Rejected | None = None
    for part in parts:
        try:
            yield part.make()
        except Rejected as error:
            if part.at:
                yield Dead(Reason(error.reason), error.detail, orjson.dumps(part.raw))
            else:
                refused = error
    if refused:
        raise refused


def joined(*steps: str | int) -> str:
    """A path of the steps; empty ones are left out."""
    return ".".join(str(step) for step in steps if step != "")


def mapping(value: Any, at: str) -> dict[str, Any]:
    """The value as an object. Raises Rejected."""
    if type(value) is not dict:
        raise Rejected(Reason.WRONG_TYPE, f"{at or 'payload'}: {kind_of(value)} where an object is expected")
    return value


def listed(holder: dict[str, Any], key: str, at: str = "") -> list[tuple[str, Any]]:
    """The entries of the list under `key`, each with its path. Raises Rejected where there is no list."""
    path = joined(at, key)
    if key not in holder:
        raise Rejected(Reason.MISSING_FIELD, f"{path}: missing")
    if type(holder[key]) is not list:
        raise Rejected(Reason.WRONG_TYPE, f"{path}: {kind_of(holder[key])} where a list is expected")
    return [(joined(path, index), entry) for index, entry in enumerate(holder[key])]


def nested(raw: Any, outer: str, inner: str, at: str) -> list[tuple[str, Any]]:
    """The entries of raw[outer][inner], each with its path; none where there is no such list."""
    edge = raw.get(outer) if type(raw) is dict else None
    found = edge.get(inner) if type(edge) is dict else None
    path = joined(at, outer, inner)
    return [(joined(path, index), entry) for index, entry in enumerate(found)] if type(found) is list else []
