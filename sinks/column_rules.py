"""What a column of a ClickHouse type may hold. Each rule says it twice: `fine` for a whole column at the speed of C
loops, `fault` for one value, to name what is wrong. They must agree (tests/sinks/test_blocks.py)."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import chain
from typing import Any, Protocol
from uuid import UUID

_LAST_MILLIS = 2**42 - 1  # as in Mention.revision
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST_FLOAT32 = 3.4028234663852886e38
_NO_OFFSET = timedelta(0)


class Rule(Protocol):
    """Judges values for one column type."""

    def fine(self, values: Sequence[Any]) -> bool:
        """Whether the column can be stored. May raise TypeError or ValueError instead of returning False."""
        ...

    def fault(self, value: Any) -> str | None:
        """What is wrong with this value, as a kind; never the value itself. None where nothing is."""
        ...


class Text:
    """String: str without lone surrogates, or bytes."""

    def fine(self, values: Sequence[Any]) -> bool:
        """See Rule."""
        kinds = set(map(type, values))
        if not kinds <= {str, bytes}:
            return False
        if bytes in kinds:
            values = [value for value in values if type(value) is str]
        "".join(values).encode()  # UnicodeEncodeError is a ValueError
        return True

    def fault(self, value: Any) -> str | None:
        """See Rule."""
        if type(value) not in (str, bytes):
            return _kind(value)
        if isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value):
            return "text with a lone surrogate, which is no UTF-8"
        return None


class Integer:
    """Int and UInt of any width; `flags` are welcome where Bool was lowered to UInt8."""

    def __init__(self, low: int, high: int, flags: bool) -> None:
        self._low, self._high, self._flags = low, high, flags

    def fine(self, values: Sequence[Any]) -> bool:
        """See Rule."""
        kinds = set(map(type, values))
        if not all(issubclass(kind, int) for kind in kinds) or (bool in kinds and not self._flags):
            return False
        return not values or (min(values) >= self._low and max(values) <= self._high)

    def fault(self, value: Any) -> str | None:
        """See Rule."""
        if not isinstance(value, int) or (isinstance(value, bool) and not self._flags):
            return _kind(value)
        return None if self._low <= value <= self._high else f"a number outside {self._low}..{self._high}"


class Real:
    """Float32 and Float64: finite only, since NaN breaks FINAL and JSON alike."""

    def __init__(self, largest: float) -> None:
        self._largest = largest

    def fine(self, values: Sequence[Any]) -> bool:
        """See Rule."""
        kinds = set(map(type, values))
        if bool in kinds or not all(issubclass(kind, float | int) for kind in kinds):
            return False
        if not all(map(math.isfinite, values)):
            return False
        return not values or (max(values) <= self._largest and min(values) >= -self._largest)

    def fault(self, value: Any) -> str | None:
        """See Rule."""
        if isinstance(value, bool) or not isinstance(value, float | int):
            return _kind(value)
        if isinstance(value, float) and not math.isfinite(value):
            return "a number that is not finite"
        return None if abs(value) <= self._largest else "a number too large for the column"


class Plain:
    """Bool, UUID and Date: exactly one Python type."""

    def __init__(self, kind: type) -> None:
        self._kind = kind

    def fine(self, values: Sequence[Any]) -> bool:
        """See Rule."""
        return set(map(type, values)) <= {self._kind}

    def fault(self, value: Any) -> str | None:
        """See Rule."""
        return None if type(value) is self._kind else _kind(value)


class Moment:
    """DateTime and DateTime64: aware, in UTC, from 1970 on."""

    def __init__(self, last: datetime) -> None:
        self._last = last

    def fine(self, values: Sequence[Any]) -> bool:
        """See Rule."""
        if not set(map(type, values)) <= {datetime}:
            return False
        zones = {value.tzinfo for value in values}
        if zones != {UTC} and any(value.utcoffset() != _NO_OFFSET for value in values):
            return False
        return not values or (min(values) >= _EPOCH and max(values) <= self._last)

    def fault(self, value: Any) -> str | None:
        """See Rule."""
        if type(value) is not datetime:
            return _kind(value)
        if value.utcoffset() is None:
            return "a time without a zone"
        if value.utcoffset() != _NO_OFFSET:
            return "a time in another zone than UTC"
        return None if _EPOCH <= value <= self._last else f"a time outside 1970..{self._last.year}"


class Optional:
    """Nullable(inner)."""

    def __init__(self, inner: Rule) -> None:
        self._inner = inner

    def fine(self, values: Sequence[Any]) -> bool:
        """See Rule."""
        return self._inner.fine([value for value in values if value is not None])

    def fault(self, value: Any) -> str | None:
        """See Rule."""
        return None if value is None else self._inner.fault(value)


class ListOf:
    """Array(inner)."""

    def __init__(self, inner: Rule) -> None:
        self._inner = inner

    def fine(self, values: Sequence[Any]) -> bool:
        """See Rule."""
        return set(map(type, values)) <= {list, tuple} and self._inner.fine(list(chain.from_iterable(values)))

    def fault(self, value: Any) -> str | None:
        """See Rule."""
        if type(value) not in (list, tuple):
            return _kind(value)
        inside = next((fault for item in value if (fault := self._inner.fault(item)) is not None), None)
        return None if inside is None else f"a list holding {inside}"


_SIMPLE: dict[str, Rule] = {
    "String": Text(),
    "Bool": Plain(bool),
    "UUID": Plain(UUID),
    "Date": Plain(date),
    "Float32": Real(_LARGEST_FLOAT32),
    "Float64": Real(math.inf),
}
_WRAPPED = re.compile(r"^(Nullable|Array|LowCardinality)\((.+)\)$")
_INTEGER = re.compile(r"^(U?)Int(8|16|32|64)$")


@lru_cache(maxsize=256)
def rule_for(type_name: str) -> Rule:
    """The rule of a ClickHouse type. Raises KeyError for a type that none of our tables uses."""
    if wrapped := _WRAPPED.match(type_name):
        inner = rule_for(wrapped.group(2))
        if wrapped.group(1) == "LowCardinality":
            return inner
        return Optional(inner) if wrapped.group(1) == "Nullable" else ListOf(inner)
    if integer := _INTEGER.match(type_name):
        bits = int(integer.group(2))
        low, high = (0, 2**bits - 1) if integer.group(1) else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        return Integer(low, high, flags=type_name == "UInt8")
    if type_name.startswith("DateTime64("):
        return Moment(_EPOCH + timedelta(milliseconds=_LAST_MILLIS))
    if type_name == "DateTime" or type_name.startswith("DateTime("):
        return Moment(_EPOCH + timedelta(seconds=2**32 - 1))
    return _SIMPLE[type_name]


def _kind(value: Any) -> str:
    return "None" if value is None else f"a value of type {type(value).__name__}"
