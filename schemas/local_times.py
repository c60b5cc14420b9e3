"""Times of exports that are written for people: without an offset, in one of a few layouts, the day or the month first.

The zone and, where a layout leaves it open, the order are told by the headers of the record (what an import's settings
say); nothing is guessed. Of an hour that comes twice, when clocks go back, the first is meant; one that never was, when
they go forward, is read with the offset before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from schemas.errors import Rejected
from schemas.record import Reason
from schemas.times import storable

ZONE_HEADER = "echolot-zone"
"""Record header: IANA name of the zone that times without an offset are in, as Europe/Berlin or UTC."""
DAY_FIRST_HEADER = "echolot-day-first"
"""Record header: `true` where 03/04/2024 is the third of April, `false` where it is the fourth of March."""
NO_ZONE = f"the time has no zone; say which by --zone, the setting `zone` or the header {ZONE_HEADER}"
"""What a dead letter says where only the zone is missing."""
NO_ORDER = (
    "day or month first? say which by --day-first or --month-first, the setting `day_first` or the header "
    f"{DAY_FIRST_HEADER}"
)
"""What a dead letter says where only the order is missing."""
HEADERS: ContextVar[Mapping[str, bytes]] = ContextVar("headers")
"""Of the record that decode() has in hand: pydantic's validators are told nothing but the value."""

_NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:,? +(.+))?", re.ASCII)
_NAMED = re.compile(r"(?:(\d{1,2})[ -]([A-Za-z]{3,9})|([A-Za-z]{3,9}) (\d{1,2}),?)[ -](\d{4})(?:,? +(.+))?", re.ASCII)
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T|,? +)(.+)", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:\.\d+)?)? ?([AaPp][Mm])?", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class LocalTimes:
    """How one file writes its times."""

    zone: ZoneInfo | None
    day_first: bool | None

    def read(self, text: str, field: str) -> datetime:
        """The instant, in UTC. Takes ISO 8601 (an offset in the text wins over the zone), 2024-01-31 5:12 PM,
        31/01/2024 17:12, 1/31/2024 5:12 PM, 31.01.2024, 31-Jan-2024 05:12PM, Jan 31, 2024 5:12:53 PM.

        Raises Rejected, naming `field` and what to set."""
        text = text.strip()
        try:
            found = self._iso(text) or self._numbers(text, field) or self._named(text)
        except ValueError:
            found = None
        if found is None:
            raise Rejected(Reason.BAD_TIME, f"{field}: no time in a known layout")
        if found.tzinfo is None:
            if self.zone is None:
                raise Rejected(Reason.BAD_TIME, f"{field}: {NO_ZONE}")
            found = found.replace(tzinfo=self.zone)
        try:
            return storable(found.astimezone(UTC))
        except (OverflowError, ValueError):
            raise Rejected(Reason.BAD_TIME, f"{field}: no time between 1970 and 2109") from None

    @staticmethod
    def _iso(text: str) -> datetime | None:
        if len(text) < 8 or not text[:4].isdigit() or text[4] not in "-0123456789":
            return None
        try:
            return datetime.fromisoformat(text.removesuffix(" UTC") + "Z" * text.endswith(" UTC"))
        except ValueError:
            match = _DAY.fullmatch(text)  # the clock is none of ISO 8601
        if match is None:
            return None
        return datetime(int(match[1]), int(match[2]), int(match[3]), *_clock(match[4]))  # noqa: DTZ001  the zone comes next

    def _numbers(self, text: str, field: str) -> datetime | None:
        match = _NUMBERS.fullmatch(text)
        if match is None:
            return None
        day_first = True if match[2] == "." else self.day_first  # nobody writes the month first with dots
        if day_first is None:  # 31/01 is refused, too: else the days from the 13th on would be all that is read
            told = NO_ORDER if self.zone else f"{NO_ORDER}; {NO_ZONE}"
            raise Rejected(Reason.BAD_TIME, f"{field}: {told}")
        first, second = int(match[1]), int(match[3])
        day, month = (first, second) if day_first else (second, first)
        if month > 12 >= day and match[2] != ".":
            raise Rejected(Reason.BAD_TIME, f"{field}: contradicts the setting `day_first`; mend it")
        return datetime(int(match[4]), month, day, *_clock(match[5]))  # noqa: DTZ001  the zone comes next

    @staticmethod
    def _named(text: str) -> datetime | None:
        match = _NAMED.fullmatch(text)
        if match is None:
            return None
        name = (match[2] or match[3])[:3].lower()
        month = _MONTHS.index(name) + 1
        return datetime(int(match[5]), month, int(match[1] or match[4]), *_clock(match[6]))  # noqa: DTZ001


def _clock(text: str | None) -> tuple[int, int, int]:
    """Hours, minutes, seconds. Raises ValueError."""
    if text is None:
        return 0, 0, 0
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise ValueError("no time of day")
    hour = int(match[1])
    if match[4]:
        if not 1 <= hour <= 12:
            raise ValueError("no hour of a 12-hour clock")
        hour = hour % 12 + (12 if match[4].lower() == "pm" else 0)
    return hour, int(match[2]), int(match[3] or 0)


def zoned(value: datetime) -> datetime:
    """The time; where it has no offset, in the zone that HEADERS tell. For pydantic's types: the error is `no_zone`."""
    if value.tzinfo is not None:
        return value
    zone = local_times(HEADERS.get({})).zone
    if zone is None:
        raise PydanticCustomError("no_zone", NO_ZONE)
    return value.replace(tzinfo=zone)


Zoned = Annotated[datetime, AfterValidator(zoned)]


def local_times(headers: Mapping[str, bytes]) -> LocalTimes:
    """How the record's file writes its times. Raises Rejected where a header cannot be read."""
    return _made(headers.get(ZONE_HEADER, b""), headers.get(DAY_FIRST_HEADER, b""))


@lru_cache(maxsize=64)
def _made(zone: bytes, day_first: bytes) -> LocalTimes:
    known = {b"": None, b"true": True, b"false": False}
    try:
        return LocalTimes(ZoneInfo(zone.decode("ascii")) if zone else None, known[day_first])
    except (KeyError, ValueError, OSError):  # ZoneInfo: unknown, or no name at all
        raise Rejected(
            Reason.BAD_TIME, f"the headers {ZONE_HEADER} and {DAY_FIRST_HEADER} take an IANA zone, and true or false"
        ) from None
