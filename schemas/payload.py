"""Bytes to a JSON value, or to the row of a CSV file. What comes out holds only what can be stored: no lone
surrogates, no integers beyond 64 bits, nothing infinite, no deeper nesting than MAX_DEPTH.

Raises Rejected with a position, never with a piece of the text."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import orjson

from schemas.errors import Rejected
from schemas.record import Reason

MAX_DEPTH = 100
"""Real payloads stay below 20; the stores' JSON writer stops at 254."""

BOM = b"\xef\xbb\xbf"
COLUMNS_HEADER = "echolot-columns"
"""Kafka header (or what a file source adds) with a CSV row's column names, separated by commas."""

_BRACKET = re.compile(rb'"(?:[^"\\]|\\.?)*+(?:"|\Z)|([\[{])|([\]}])', re.DOTALL)
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
_INTEGERS = range(-(2**63), 2**64)

# The module's limit is one for the process and stands at 128 KiB; the decoder bounds the whole record already.
csv.field_size_limit(max(csv.field_size_limit(), 2**31 - 1))


def parse_json(data: bytes) -> Any:
    """One JSON value. A byte order mark is tolerated. Integers beyond 64 bits become floats, as orjson reads them."""
    data = data.removeprefix(BOM)
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        return _parse_again(data, error)
    if _brackets(data) > MAX_DEPTH and _deeper(value):
        raise _too_deep()
    return value


def parse_row(data: bytes, columns: Sequence[str]) -> dict[str, str]:
    """One CSV row (RFC 4180), line breaks within quotes kept. Every column must be there, and no more."""
    text = _text(data.removeprefix(BOM))
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error:
        raise Rejected(Reason.NOT_CSV, "unbalanced quotes; quote the field and double the quotes in it") from None
    if not columns:
        raise Rejected(
            Reason.NOT_CSV, "no columns are known; mend the header echolot-columns, or for a file the setting `header`"
        )
    if len(rows) != 1:
        raise Rejected(Reason.NOT_CSV, f"{len(rows)} rows where one is expected")
    if len(rows[0]) != len(columns):
        raise Rejected(Reason.NOT_CSV, f"{len(rows[0])} fields where {len(columns)} columns are expected")
    return dict(zip(columns, rows[0], strict=True))


@lru_cache(maxsize=64)
def parse_columns(header: bytes) -> tuple[str, ...]:
    """Column names as COLUMNS_HEADER lists them."""
    try:
        rows = list(csv.reader([header.removeprefix(BOM).decode()], strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise Rejected(Reason.NOT_CSV, "header echolot-columns is no list of names; separate them by commas") from None
    names = tuple(name.strip() for name in rows[0]) if rows else ()
    if len(set(names)) < len(names):
        raise Rejected(Reason.NOT_CSV, "header echolot-columns names a column twice")
    return names


def _parse_again(data: bytes, refusal: orjson.JSONDecodeError) -> Any:
    """What orjson refused: say why, or read it with the standard library, which lets lone surrogates through."""
    text = _text(data)
    if _scanned_depth(data) > MAX_DEPTH:
        raise _too_deep()
    where = Rejected(Reason.NOT_JSON, f"line {refusal.lineno} column {refusal.colno}")
    if not _SURROGATE_ESCAPE.search(data):
        raise where
    try:
        value = json.loads(text, parse_int=_integer, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        raise where from None
    return _scrubbed(value)


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Rejected(Reason.NOT_UTF8, f"byte {error.start}; send UTF-8") from None


def _too_deep() -> Rejected:
    return Rejected(Reason.TOO_DEEP, f"nested deeper than {MAX_DEPTH} levels")


def _brackets(data: bytes) -> int:
    return data.count(b"{") + data.count(b"[")


def _deeper(value: Any) -> bool:
    """Level by level, so that no stack can overflow."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _inner(outer) if type(inner) is dict or type(inner) is list]
        if not level:
            return False
    return True


def _inner(container: Any) -> Iterable[Any]:
    return container.values() if type(container) is dict else container


def _scanned_depth(data: bytes) -> int:
    """Deepest nesting that a parser could meet before it stops. Linear; used where parsing has failed."""
    if _brackets(data) <= MAX_DEPTH:
        return 0
    depth = deepest = 0
    for match in _BRACKET.finditer(data):
        depth += 1 if match[1] else -1 if match[2] else 0
        deepest = max(deepest, depth)
    return deepest


def _integer(digits: str) -> int | str:
    """Beyond 64 bits the digits are kept as text: the stores' JSON writer refuses such integers."""
    number = int(digits)
    return number if number in _INTEGERS else digits


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0:
        raise ValueError("infinite, or not a number")
    return number


def _scrubbed(value: Any) -> Any:
    """U+FFFD for every lone surrogate, in keys too. Recursion is safe: the depth was checked."""
    if type(value) is str:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if type(value) is list:
        return [_scrubbed(inner) for inner in value]
    if type(value) is dict:
        return {_scrubbed(key): _scrubbed(inner) for key, inner in value.items()}
    return value
