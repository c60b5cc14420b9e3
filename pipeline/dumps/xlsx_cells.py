"""Cells of XLSX sheets as text: as a CSV export would have them, but with dates in ISO 8601, without an offset."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import Enum

EXACT = 2**53

_DATES = {14, 15, 16, 17, *range(27, 32), 36, *range(50, 55), 57, 58}
_CLOCKS = {18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56}
_NO_LETTERS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE | re.DOTALL)
_NOON = re.compile(r"am/pm|a/p", re.IGNORECASE)
_MILLISECONDS = 86_400_000
_LAST_DAY = 2_958_466


class Style(Enum):
    """What a number format makes of a number."""

    NUMBER = "number"
    DATE = "date"
    CLOCK = "clock"
    BOTH = "both"


def style_of(number: int, code: str | None) -> Style:
    """The style by the format's number and, where the file defines it, its code."""
    if code is None:
        if number == 22:
            return Style.BOTH
        return Style.DATE if number in _DATES else Style.CLOCK if number in _CLOCKS else Style.NUMBER
    letters = _NO_LETTERS.sub("", code.split(";")[0]).lower()
    letters, noons = _NOON.subn("", letters)
    has_clock = bool(noons) or "h" in letters or "s" in letters
    has_date = "y" in letters or "d" in letters or ("m" in letters and not has_clock)
    if letters.strip() in ("general", "standard", "@") or not (has_date or has_clock):
        return Style.NUMBER
    return Style.BOTH if has_date and has_clock else Style.DATE if has_date else Style.CLOCK


def number_text(text: str, style: Style, *, since_1904: bool) -> str:
    """A number as it is told to people; a whole one beyond 2**53, of which digits are lost, with its exponent."""
    try:
        value = float(text)
    except ValueError:
        return text
    if style is not Style.NUMBER:
        told = _time_text(value, style, since_1904=since_1904)
        if told is not None:
            return told
    if value == value and abs(value) < EXACT and value == int(value):
        return str(int(value))
    return repr(value)


def _time_text(days: float, style: Style, *, since_1904: bool) -> str | None:
    """ISO 8601; a day without clock, or a clock without day, where the format shows no more. None: it is no time."""
    if not 0 <= days < _LAST_DAY:
        return None
    if style is Style.CLOCK and days < 1:
        clock = datetime(1904, 1, 1) + timedelta(milliseconds=round(days * _MILLISECONDS))  # noqa: DTZ001
        return clock.isoformat()[11:]
    if days < 61 and not since_1904:  # 1900, or a duration
        return None
    start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)  # noqa: DTZ001
    try:
        moment = start + timedelta(milliseconds=round(days * _MILLISECONDS))
    except OverflowError:
        return None
    text = moment.isoformat()
    return text.removesuffix("T00:00:00") if style is Style.DATE else text
