"""What the formats of reviews have in common: stars, times, the business's reply, and what is reviewed. Used by
google_play.py, app_store.py and trustpilot.py.

A review need not name what it is about. So `parent_author` holds what is reviewed, as the store's addresses have it: an
app's package name, Apple's number of the app after "id", a company's domain. Who lists that among a brand's `handles`
finds its reviews. It says who is spoken to, and no more: the relation is original, and there is no parent.
extra["reviewed"] has it too, since `parent_author` is stored only where handles are kept. extra["reply"] is the
business's reply, {text, at, ...}, `at` as the source writes it: no mention, since it has no id of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from schemas.errors import Rejected
from schemas.formats.model import Counter, kind_of, mention, merged
from schemas.local_times import LocalTimes
from schemas.mention import Mention
from schemas.record import Reason
from schemas.times import from_epoch

APP_HEADER = "echolot-app"
"""Record header: what is reviewed, for sources that do not say it: package name, number of the app, or domain."""

_NAME = re.compile(rb"[A-Za-z0-9._-]{1,200}")
_STARS = re.compile(r"([1-5])(?:\.0+)?", re.ASCII)
_EPOCH = re.compile(r"(\d{9,13})(?:\.0+)?", re.ASCII)
_MILLISECONDS_FROM = 20_000_000_000  # as pydantic tells them from seconds: those would be in the year 2603


def _stars(value: Any) -> float:
    match = _STARS.fullmatch(str(value).strip()) if type(value) in (str, int, float) else None
    if match is None:
        raise PydanticCustomError("stars", "no rating of 1 to 5 stars")
    return float(match[1])


def _cell(value: Any) -> Any:
    if type(value) is str:
        return value if value.strip() else None
    return str(value) if type(value) in (int, float) else value


Stars = Annotated[float, BeforeValidator(_stars)]
"""1 to 5, whole; tables have them as text. The error has the type `stars`."""
Cell = Annotated[str | None, BeforeValidator(_cell)]
"""Text of a table's cell, or what stood there before it became JSON; None where it is blank."""
CellCount = Annotated[Counter, BeforeValidator(_cell)]
"""A count, in a table or not; None where it is blank."""


def reviewed(headers: Mapping[str, bytes]) -> str | None:
    """What the record's header says is reviewed; None where it says nothing. Raises Rejected."""
    value = headers.get(APP_HEADER, b"").strip()
    if value and not _NAME.fullmatch(value):
        raise Rejected(
            Reason.WRONG_TYPE, f"the header {APP_HEADER} takes a package name, an app's number or a domain; mend it"
        )
    return value.decode() or None


def instant(value: Any, told: LocalTimes, at: str) -> datetime:
    """A time as people save reviews: text with or without an offset (`told` has the zone), or epoch seconds or
    milliseconds. Raises Rejected, naming `at`."""
    number = _EPOCH.fullmatch(value) if type(value) is str else None
    if type(value) is str and not number:
        return told.read(value, at)
    try:
        epoch = int(number[1]) if number else value
        is_milliseconds = type(epoch) in (int, float) and epoch >= _MILLISECONDS_FROM
        return from_epoch(epoch, per_second=1000 if is_milliseconds else 1)
    except PydanticCustomError:
        raise Rejected(Reason.BAD_TIME, f"{at}: {kind_of(value)} (bad_time)") from None


def reply(text: str | None, at: Any, rest: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The business's reply, for extra["reply"]; empty where there is none."""
    if not text:
        return {}
    return {"text": text, **({} if at is None else {"at": at}), **(rest or {})}


def review(
    about: str | None,
    *parts: Mapping[str, Any],
    of_author: Mapping[str, Any] | None = None,
    answer: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Mention:
    """The mention of what is reviewed; `parts` are for `extra`. Raises Rejected."""
    named = {"reviewed": about} if about else {}
    return mention(parent_author=about, extra=merged(*parts, named, author=of_author, reply=answer), **fields)
