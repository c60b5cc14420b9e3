"""What Facebook's and Instagram's Graph API have in common: pages {data, paging} and webhooks {object, entry}. Used by
facebook.py and instagram.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from schemas.errors import Rejected
from schemas.formats.model import SourceModel, validated
from schemas.formats.parts import Part, joined, listed, mapping
from schemas.formats.protocol import Item
from schemas.mention import Utc
from schemas.record import Ignored, Reason


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a webhook, with the entry it came in."""

    field: str
    value: dict[str, Any]
    at: str
    """Path of the value."""
    entry: dict[str, Any]
    entry_at: str

    @property
    def is_timed(self) -> bool:
        """The entry says when it was sent."""
        return self.entry.get("time") is not None

    @property
    def sent_at(self) -> datetime:
        """When the platform sent it. Raises Rejected."""
        return validated(_Sent, self.entry, at=self.entry_at).time


class _Sent(SourceModel):
    time: Utc


def is_webhook(payload: Any, kind: str) -> bool:
    """A webhook of the kind: page or instagram."""
    return type(payload) is dict and "entry" in payload and payload.get("object") == kind


def first_of_page(payload: Any) -> Any:
    """The first object of a page that has its paging; None where it is none, {} where it is empty."""
    data = payload.get("data") if type(payload) is dict and "paging" in payload else None
    return (data[0] if data else {}) if type(data) is list else None


def objects(payload: dict[str, Any]) -> list[tuple[str, Any]]:
    """The objects of a page, or the one object, each with its path."""
    return listed(payload, "data") if "data" in payload else [("", payload)]


def webhook_parts(payload: dict[str, Any], kind: str, take: Callable[[Change], Item]) -> Iterator[Part]:
    """A part for each change. What becomes a dead letter is a webhook of that change alone. Raises Rejected."""
    if payload.get("object", kind) != kind:
        raise Rejected(Reason.WRONG_TYPE, f"object: not {kind}")
    for at, entry in listed(payload, "entry"):
        yield from _entry_parts(entry, at, kind, take)


def _entry_parts(entry: Any, at: str, kind: str, take: Callable[[Change], Item]) -> Iterator[Part]:
    changes = entry.get("changes") if type(entry) is dict else None
    if type(changes) is list:
        for index, change in enumerate(changes):
            alone = {"object": kind, "entry": [{**entry, "changes": [change]}]}
            yield Part(at, alone, partial(_taken, change, joined(at, "changes", index), entry, at, take))
        return
    # Where people sign in through Instagram, the one change stands in the entry itself.
    yield Part(at, {"object": kind, "entry": [entry]}, partial(_taken, entry, at, entry, at, take))


def _taken(change: Any, at: str, entry: Any, entry_at: str, take: Callable[[Change], Item]) -> Item:
    holder = mapping(change, at)
    if holder is entry and "field" not in holder:  # private messages, and what else is no change
        return Ignored("no_change")
    if "value" not in holder:
        raise Rejected(Reason.MISSING_FIELD, f"{joined(at, 'value')}: missing")
    path, field = joined(at, "value"), holder.get("field")
    value = mapping(holder["value"], path)
    return take(Change(field if type(field) is str else "", value, path, entry, entry_at))
