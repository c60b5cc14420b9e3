"""Query parameters as ClickHouse reads them: text in its escaped format for {name:Type}, or SQL literals.

chDB passes parameters on as text, so a tab or backslash that is not escaped is cut off or refused."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID

_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\\0", "\b": "\\b", "\f": "\\f"}
_IN_TEXT = str.maketrans(_ESCAPES)
_IN_QUOTES = str.maketrans(_ESCAPES | {"'": "\\'"})


def plain(value: Any) -> Any:
    """The value with times, ids, flags and enums made text or numbers; lists and tuples become lists of such.

    A time becomes UTC text with milliseconds, so a naive one is refused (ValueError)."""
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be a query parameter; give it one")
        return value.astimezone(UTC).isoformat(" ", "milliseconds").removesuffix("+00:00")
    if isinstance(value, bool):
        return int(value)
    return str(value) if isinstance(value, UUID) else value


def text(value: Any) -> str:
    """A parameter as escaped text, for {name:Type} of the declared type."""
    value = plain(value)
    if value is None:
        return "\\N"
    if isinstance(value, list):
        return literal(value)
    return str(value).translate(_IN_TEXT)


def literal(value: Any) -> str:
    """A value as it stands in SQL text."""
    value = plain(value)
    if value is None:
        return "NULL"
    if isinstance(value, list):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    if isinstance(value, int | float):
        return str(value)
    return "'" + str(value).translate(_IN_QUOTES) + "'"
