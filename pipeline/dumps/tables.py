"""Rows of tables as records: each re-written as UTF-8 with commas (RFC 4180), whatever the file's own way is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from pipeline.dumps.csv_rows import csv_rows
from pipeline.dumps.headers import Header
from pipeline.dumps.notes import NoteKind
from pipeline.dumps.reading import Found, Reading
from pipeline.dumps.text import mended, utf8


def table_rows(texts: Iterator[str], reading: Reading) -> Iterator[Found]:
    """The rows below the header. Blank rows are none. A row with too few or too many fields is given with them; what is
    no row at all, in a form that decode() refuses."""
    layout, is_cut = reading.layout, reading.is_cut
    header, quotes = layout.header, reading.options.quotes
    position = 0
    rows = csv_rows(texts, delimiter=layout.delimiter, quotes=quotes, longest=reading.max_bytes + 2, is_cut=is_cut)
    for index, (line, fields, instead) in enumerate(rows):
        if index <= header.index or (fields is not None and is_blank(fields)):
            continue
        if fields is not None and is_header(fields, header):
            reading.notes.count(NoteKind.REPEATED_HEADER, 1)
            continue
        position += 1
        if fields is None:
            yield position, line, refused(instead, len(header.columns))
        else:
            yield position, line, row_bytes([mended(field) for field in fields] if header.is_mojibake else fields)


def note_header(reading: Reading, header: Header) -> None:
    """Tells what of the table is taken for its header, where that may be wrong."""
    if header.index >= 0 and not header.columns:
        row = f"row {header.index + 1}, which --header-row (setting `header`) names, is blank, broken or not there"
        why = f"{row}: no row can be read; mend it"
        reading.notes.add(NoteKind.NOT_READ, why)
    elif header.index > 0:
        why = f"the header is row {header.index + 1}; what stands above it was left out"
        reading.notes.add(NoteKind.ABOVE_HEADER, why)
    if header.index >= 0 and not header.known and reading.options.header is None:
        row = f"row {header.index + 1} was taken for the header"
        why = f"no column has a known name: {row}; --header-row (setting `header`) tells another"
        reading.notes.add(NoteKind.HEADER_ASSUMED, why)


def columns_header(columns: Sequence[str]) -> bytes:
    """The columns as decode() wants them told."""
    return row_bytes(columns) if columns else b""


def is_blank(fields: Sequence[str]) -> bool:
    """Nothing but white space."""
    return not fields or (not fields[0].strip() and not any(map(str.strip, fields)))


def is_header(fields: Sequence[str], header: Header) -> bool:
    """The row repeats the header, as in files that were made of several."""
    return bool(header.fields) and fields[0] == header.fields[0] and tuple(fields) == header.fields


def refused(text: str, width: int) -> bytes:
    """Text that is no row of a table, in a form in which it cannot be taken for one of so many commas."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        is_row = len(rows) == 1 and len(rows[0]) == width
    except csv.Error:
        is_row = False
    return utf8(text + ',"' if is_row else text)


class _Given:
    """A file for csv.writer, whose `writerow` gives back what `write` does."""

    def write(self, text: str) -> str:
        return text.removesuffix("\r\n")


_writerow = csv.writer(_Given(), lineterminator="\r\n").writerow
_writerow_quoted = csv.writer(_Given(), lineterminator="\r\n", quoting=csv.QUOTE_ALL).writerow


def row_bytes(fields: Sequence[str]) -> bytes:
    """The row with commas, without a line end."""
    written: str = _writerow(fields)
    if written.lstrip("\ufeff \t\r\n\f\v")[:1] == "{" or written[:1] == "\ufeff":
        written = _writerow_quoted(fields)  # else it passes for JSON, or loses its beginning
    return utf8(written)
