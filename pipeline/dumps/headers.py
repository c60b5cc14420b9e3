"""Which row of a table is its header, which character parts its fields, and what its columns are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from pipeline.dumps.csv_rows import csv_rows
from pipeline.dumps.header_names import KNOWN
from pipeline.dumps.options import ReadOptions
from pipeline.dumps.text import is_mojibake, mended
from schemas.formats.aliases import folded

JUNK_ROWS = 30
"""So many rows may stand above a header."""
_DELIMITERS = (",", ";", "\t", "|")
_TOLD = re.compile(r'"?sep=([,;\t|:^~])"?\r?\n')  # the first line that Excel wants
_SHOWN = 4  # known columns, of a header's reason
_LINE_ENDS = re.compile(r"[\r\n]+")

Rows = Sequence[list[str] | None]


@dataclass(frozen=True, slots=True)
class Header:
    """`index`: of the row, blank rows and rows that are none counted; -1 where the table has no header."""

    index: int
    fields: tuple[str, ...]
    """As they stand there."""
    columns: tuple[str, ...]
    """Unique names."""
    known: int = 0
    """How many of them are known."""
    told: int = 0
    """How many of these the options name."""
    is_mojibake: bool = False


@dataclass(frozen=True, slots=True)
class TableShape:
    """How to read a table."""

    delimiter: str
    header: Header
    reasons: tuple[str, str] = ("", "")
    """Why this delimiter, and why this header."""


def table_shape(text: str, options: ReadOptions, *, whole: bool) -> TableShape:
    """Found by the table's beginning; `whole`: the text is all of it."""
    told = _TOLD.match(text)
    if options.delimiter is not None or told:
        delimiters: Sequence[str] = (options.delimiter or (told[1] if told else ""),)
    else:
        delimiters = _DELIMITERS
    best: tuple[tuple[int, bool, float], TableShape] | None = None
    for delimiter in delimiters:
        rows = _rows(text, delimiter, options, whole=whole)
        header = find_header(rows, options, first=1 if told else 0)
        score = _score(rows, header)
        if best is None or score > best[0]:
            best = score, TableShape(delimiter, header)
    assert best is not None
    (known, _, _), shape = best
    why = "most known columns" if known else "most rows as wide as the header"
    why = "as told" if options.delimiter is not None else "the line sep= tells it" if told else why
    return replace(shape, reasons=(why, header_reason(shape.header, options)))


def find_header(rows: Rows, options: ReadOptions, *, first: int = 0) -> Header:
    """The header among a table's first rows, none of them before `first`.

    The row with most known names, if they are two that make up half of it, or three, or two that the options name, or
    all of these; else the first one that is not blank. A row further below with fewer known names is taken for a row of
    data."""
    if options.header == "none":
        widths = Counter(len(row) for row in rows if row)
        width = widths.most_common(1)[0][0] if widths else 0
        return Header(-1, (), tuple(f"c{number}" for number in range(1, width + 1)))
    if options.header is not None:
        return _header(rows, options.header - 1, options)
    enough = min(2, len(_told(options)) or 2)
    found: Header | None = None
    for index in range(first, min(len(rows), JUNK_ROWS + 1)):
        row = rows[index]
        if row is None or not any(cell.strip() for cell in row):
            continue
        header = _header(rows, index, options)
        filled = sum(1 for cell in row if cell.strip())
        sure = header.known >= 3 or (header.known == 2 and filled <= 4) or header.told >= enough
        if found is None or (sure and header.known > found.known):
            found = header
    return found or Header(-1, (), ())


def header_reason(header: Header, options: ReadOptions) -> str:
    """Why this row is the header, for people."""
    if options.header is not None:
        return f"{'no header row' if options.header == 'none' else f'header row {options.header}'}: as told"
    if header.index < 0:
        return "no header row: nothing stands there"
    more = _told(options)
    known = [name for name in header.columns if folded(name) in KNOWN or folded(name) in more]
    rest = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    why = f"known columns {', '.join(known[:_SHOWN])}{rest}" if known else "the first; no column has a known name"
    return f"header row {header.index + 1}: {why}"


def rows_wanted(options: ReadOptions) -> int:
    """So many of a table's first rows are enough for find_header."""
    return max(options.header if isinstance(options.header, int) else 0, 2 * JUNK_ROWS)


def unique(names: Sequence[str]) -> tuple[str, ...]:
    """Names without white space around them and line ends; blank ones become "column 3", repeated ones "text 2"."""
    plain = [_LINE_ENDS.sub(" ", name).strip() or f"column {number}" for number, name in enumerate(names, start=1)]
    taken = set(plain)
    found: dict[str, None] = {}
    for name in plain:
        other, number = name, 1
        while other in found or (number > 1 and other in taken):
            number += 1
            other = f"{name} {number}"
        found[other] = None
    return tuple(found)


def _header(rows: Rows, index: int, options: ReadOptions) -> Header:
    told = rows[index] if index < len(rows) else None
    row = told if told and any(cell.strip() for cell in told) else []  # a named row may be blank, or no row
    names = [mended(cell) for cell in row]
    more = _told(options)
    known = {name for name in map(folded, names) if name in KNOWN or name in more}
    return Header(index, tuple(row), unique(names), len(known), len(known & more), any(map(is_mojibake, row)))


def _told(options: ReadOptions) -> set[str]:
    return {folded(name) for name in options.column_names}


def _rows(text: str, delimiter: str, options: ReadOptions, *, whole: bool) -> Rows:
    """The first rows; those that the end of `text` may have cut are left out."""
    rows = csv_rows(
        iter([text]), delimiter=delimiter, quotes=options.quotes, longest=len(text), is_cut=lambda: not whole
    )
    return [fields for _, fields, _ in islice(rows, rows_wanted(options))]


def _score(rows: Rows, header: Header) -> tuple[int, bool, float]:
    """How well a delimiter fits: known names, then rows as wide as the header."""
    width = len(header.columns)
    below = [row for row in rows[header.index + 1 :] if row != []]
    fitting = sum(1 for row in below if row is not None and len(row) == width) / len(below) if below else 1.0
    return header.known, width > 1 and fitting > 0.5, fitting
