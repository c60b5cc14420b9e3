"""What stands in a cell or JSON value of somebody's export, as the values of a mention.

Nothing is guessed. What a mention can do without (a counter, an account's id) is None where it cannot be read for
certain; anything else raises Rejected, with the column (`at`, as the mapping names it) and the kind of value, never the
value itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic_core import PydanticCustomError

from schemas import ids
from schemas.errors import Rejected
from schemas.formats.model import kind_of
from schemas.local_times import NO_ZONE, LocalTimes
from schemas.record import Reason
from schemas.times import from_epoch, storable

_COUNT = re.compile(r"(\d{1,19})(?:\.0+)?|(\d{1,3}(?:,\d{3}){1,6})", re.ASCII)  # 12, a data frame's 12.0, and 1,234
_NUMBER = re.compile(r"(\d{1,9})(?:[.,](\d{1,9}))?", re.ASCII)
_TRUTHS = {"true": True, "t": True, "yes": True, "y": True, "1": True}
_TRUTHS |= {"false": False, "f": False, "no": False, "n": False, "0": False}


def wrong(value: Any, at: str, expected: str) -> Rejected:
    """The error of a value that is not what it should be."""
    return Rejected(Reason.WRONG_TYPE, f"{at}: {kind_of(value)} where {expected} is expected")


def word(value: Any) -> str:
    """A value as tables, `skip` and `empty` compare it: without regard to case and outer blanks; "" for no scalar."""
    return str(value).strip().casefold() if type(value) in (str, int, float, bool) else ""


def text(value: Any, at: str) -> str:
    """The text as it stands."""
    if type(value) is not str:
        raise wrong(value, at, "text")
    return value


def label(value: Any, at: str) -> str:
    """A name, an address or another short text; numbers are taken as written."""
    if type(value) not in (str, int):
        raise wrong(value, at, "text")
    return str(value).strip()


def count(value: Any) -> int | None:
    """A counter; None where it cannot be read, or is negative, as networks write one that they hide."""
    if type(value) is str:
        match = _COUNT.fullmatch(value.strip())
        value = int((match[1] or match[2]).replace(",", "")) if match else None
    if type(value) is float and value.is_integer():
        value = int(value)
    return value if type(value) is int and 0 <= value < 2**63 else None


def stars(value: Any, at: str, scale: float) -> float:
    """A rating of 0 to `scale`, with decimal point or comma, brought to the scale of 0 to 5."""
    if type(value) is str:
        match = _NUMBER.fullmatch(value.strip())
        value = float(f"{match[1]}.{match[2] or 0}") if match else value
    if type(value) not in (int, float):
        raise wrong(value, at, "a number")
    if not 0 <= value <= scale:
        raise Rejected(Reason.WRONG_TYPE, f"{at}: number beyond 0 to {scale:g}; mend `rating_scale`")
    return min(float(value) * 5 / scale, 5.0)


def truth(value: Any) -> bool | None:
    """True or false, as words or 1 and 0; None for other words."""
    return _TRUTHS.get(word(value))


def native(value: Any, *, cell: bool) -> str:
    """An id as text. `cell`: it may have gone through a spreadsheet or a data frame. Raises PydanticCustomError, of the
    types of schemas/ids.py."""
    return ids.opaque_cell(value) if cell else ids.opaque(value.strip() if type(value) is str else value)


def other_id(value: Any, *, cell: bool) -> str | None:
    """The id of an account or of another post; None where it is destroyed or too long."""
    try:
        found = native(value, cell=cell)
    except PydanticCustomError:
        return None
    return found if len(found) <= 512 else None


@dataclass(frozen=True, slots=True)
class TimeLayout:
    """How an export writes its times. What the record's headers say goes before `zone` and `day_first`."""

    layout: str = "iso"
    """iso, epoch (seconds), epoch_ms, local (schemas/local_times.py), or a pattern of strptime."""
    zone: ZoneInfo | None = None
    """Zone of times without an offset."""
    day_first: bool | None = None
    """For local: whether 03/04/2024 is the third of April."""

    @property
    def needs_zone(self) -> bool:
        """Times have no offset, and the mapping does not say the zone."""
        return self.zone is None and (self.layout == "local" or ("%" in self.layout and "%z" not in self.layout))

    def read(self, value: Any, at: str, told: LocalTimes) -> datetime:
        """The instant, in UTC; `told` is what the headers say."""
        zone = told.zone or self.zone
        try:
            if self.layout in ("epoch", "epoch_ms"):
                return from_epoch(value, per_second=1 if self.layout == "epoch" else 1000)
            if type(value) is not str:
                raise Rejected(Reason.BAD_TIME, f"{at}: {kind_of(value)} where a time is expected")
            if self.layout == "local":
                day_first = self.day_first if told.day_first is None else told.day_first
                return LocalTimes(zone, day_first).read(value, at)
            found = self._instant(value.strip())
            if found.tzinfo is None:
                if zone is None:
                    raise Rejected(Reason.BAD_TIME, f"{at}: {NO_ZONE}")
                found = found.replace(tzinfo=zone)
            return storable(found)
        except PydanticCustomError:
            raise Rejected(Reason.BAD_TIME, f"{at}: no time between 1970 and 2109") from None
        except (OverflowError, ValueError):
            raise Rejected(Reason.BAD_TIME, f"{at}: no time in the layout {self.layout}") from None

    def _instant(self, value: str) -> datetime:
        if self.layout == "iso":
            return datetime.fromisoformat(value)
        return datetime.strptime(value, self.layout)  # noqa: DTZ007  the zone comes next
