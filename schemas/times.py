"""Times as sources write them, made aware UTC. Nothing here looks at a clock: what is plausible is fixed, not "now".

Used as pydantic types. An error has the type `bad_time`, which becomes Reason.BAD_TIME."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Earliest time that can be stored: revisions count milliseconds from here."""
END = datetime(2110, 1, 1, tzinfo=UTC)
"""First time beyond the span: 42 bits of milliseconds end in 2109 (see Mention.revision)."""

_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
# strptime would read the month in the process's locale and takes ten times as long.
_TWITTER = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{2}) (\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2}) (\d{4})", re.ASCII
)


def bad_time() -> PydanticCustomError:
    """The error of every time that cannot be read or stored."""
    return PydanticCustomError("bad_time", "no time between 1970 and 2109")


def storable(value: datetime) -> datetime:
    """The same instant in UTC. Raises bad_time before 1970 and beyond 2109."""
    if value.tzinfo is UTC and EPOCH <= value < END:
        return value
    if not 1969 <= value.year <= 2110:  # also keeps astimezone from overflowing at the years 1 and 9999
        raise bad_time()
    moved = value.astimezone(UTC)
    if not EPOCH <= moved < END:
        raise bad_time()
    return moved


def from_epoch(value: Any, *, per_second: int = 1) -> datetime:
    """Epoch time as integer, float or text of either, `per_second` units to the second."""
    if type(value) is str:
        if "e+" in value.lower():  # a spreadsheet's 1.70965E+09 is more than an hour off
            raise bad_time()
        try:
            value = int(value) if value.isascii() and value.isdigit() else float(value)
        except ValueError:
            raise bad_time() from None
    if type(value) is not int and type(value) is not float:
        raise bad_time()
    try:
        moved = EPOCH + timedelta(microseconds=round(value * (1_000_000 // per_second)))
    except (OverflowError, ValueError):  # beyond year 9999, infinite, or not a number
        raise bad_time() from None
    return storable(moved)


def from_micros(value: Any) -> datetime:
    """Epoch time in microseconds, as Jetstream counts."""
    return from_epoch(value, per_second=1_000_000)


def from_twitter(value: Any) -> datetime:
    """The form of Twitter's first API: "Tue Oct 31 22:10:47 +0000 2017"."""
    match = _TWITTER.fullmatch(value) if type(value) is str else None
    if match is None or match[1] not in _MONTHS:
        raise bad_time()
    offset = timedelta(hours=int(match[7]), minutes=int(match[8]))
    try:
        local = datetime(
            int(match[9]), _MONTHS[match[1]], int(match[2]), int(match[3]), int(match[4]), int(match[5]), tzinfo=UTC
        )
        return storable(local - offset if match[6] == "+" else local + offset)
    except (OverflowError, ValueError):
        raise bad_time() from None


Epoch = Annotated[datetime, PlainValidator(from_epoch)]
Micros = Annotated[datetime, PlainValidator(from_micros)]
TwitterTime = Annotated[datetime, PlainValidator(from_twitter)]
