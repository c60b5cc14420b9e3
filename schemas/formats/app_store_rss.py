"""Entries of the App Store's RSS in JSON, where every value is in {"label": ...}. Used by app_store.py."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import Field

from schemas.formats.model import Counter, SourceModel, validated
from schemas.formats.protocol import Item
from schemas.formats.reviews import Stars, review
from schemas.ids import OpaqueId
from schemas.mention import Utc
from schemas.record import Ignored

ENTRY = frozenset({"im:rating", "content"})
"""Names of a review's entry."""
APP = frozenset({"im:name", "im:artist"})
"""Names of the entry that is the app itself."""
_APP_IN_LINK = re.compile(r"[?&]id=(\d+)", re.ASCII)
_PERSON_IN_LINK = re.compile(r"/reviews/id(\d+)", re.ASCII)


class _Label(SourceModel):
    label: str | None = None


class _TextLabel(SourceModel):
    label: str


class _IdLabel(SourceModel):
    label: OpaqueId


class _StarsLabel(SourceModel):
    label: Stars


class _TimeLabel(SourceModel):
    label: Utc


class _CountLabel(SourceModel):
    label: Counter = None


class _Person(SourceModel):
    name: _Label | None = None
    uri: _Label | None = None


class _Entry(SourceModel):
    id: _IdLabel
    rating: Annotated[_StarsLabel, Field(alias="im:rating")]
    content: _TextLabel
    updated: _TimeLabel
    title: _Label | None = None
    author: _Person | None = None
    votes: Annotated[_CountLabel, Field(alias="im:voteSum")] = _CountLabel()


def entry_item(raw: Any, at: str, told: str | None) -> Item:
    """The entry's mention; `told` is the app where the entry does not say it. Raises Rejected."""
    if type(raw) is dict and "im:rating" not in raw and not APP.isdisjoint(raw):
        return Ignored("app")
    entry = validated(_Entry, raw, at=at)
    href = within(entry.unnamed.get("link"), "attributes", "href")
    app = _APP_IN_LINK.search(href) if type(href) is str else None
    person = entry.author or _Person()
    uri = person.uri.label if person.uri else None
    number = _PERSON_IN_LINK.search(uri or "")
    return review(
        app_name(app[1] if app else told),
        {name: value for name, value in entry.unnamed.items() if name != "link" or not app},
        of_author={**person.unnamed, "uri": uri} if uri else person.unnamed,
        platform="app_store",
        native_id=entry.id.label,
        text=entry.content.label,
        title=(entry.title.label if entry.title else None) or None,
        author={"id": number[1] if number else None, "name": (person.name.label if person.name else None) or None},
        published_at=entry.updated.label,
        url=href if app else None,
        rating=entry.rating.label,
        engagement={"likes": entry.votes.label},
    )


def app_name(told: str | None) -> str | None:
    """As Apple's addresses have it."""
    return f"id{told}" if told and told.isdecimal() else told


def within(value: Any, *steps: str) -> Any:
    """What stands in nested objects; None where there is no such thing."""
    for step in steps:
        value = value.get(step) if type(value) is dict else None
    return value
