"""Rows of a table in text form (RFC 4180, any delimiter), whatever stands there.

A row may span lines within quotes. A quote that is still open after 64 Ki characters or at the end, or that closes
where none can, was never meant to span lines: then its first line stands alone, and reading goes on behind it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator

OPEN_CHARACTERS = 65_536
Row = tuple[int, list[str] | None, str]
"""Number of the first line; the fields, [] for a blank line, None where the line is no row; then what it is instead."""

_BOM = "\ufeff"
csv.field_size_limit(max(csv.field_size_limit(), 2**31 - 1))  # one for the process; lines are bounded here


def csv_rows(
    texts: Iterator[str], *, delimiter: str, quotes: bool, longest: int, is_cut: Callable[[], bool]
) -> Iterator[Row]:
    """All rows. A line of more than `longest` characters, its end included, is no row; of it more than that are given.

    `is_cut` is asked at the end: whether damage ended the texts. Then rows that more text could change are withheld."""
    lines = _Lines(texts, longest)
    reader = csv.reader(lines, csv.excel, delimiter=delimiter, strict=True)
    if not quotes:
        reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    while True:
        lines.next_row()
        try:
            fields: list[str] | None = next(reader)
        except StopIteration:
            return
        except (csv.Error, _NoRow):
            fields = None
        if is_cut() and (lines.all_read or lines.is_unfinished()):
            return
        if fields is None:
            lines.keep_the_first()
            yield lines.number, None, "".join(lines.row).rstrip("\r\n")
        else:
            yield lines.number, fields, ""


def physical_lines(texts: Iterator[str], longest: int) -> Iterator[str]:
    """Lines with their ends (LF, CRLF, CR). Of a line that is longer than that, the first `longest` + 1 characters."""
    parts: list[str] = []
    size = 0
    held = ""
    for text in texts:
        text = held + text
        held = "\r" if text.endswith("\r") else ""  # a line feed may follow
        for line in io.StringIO(text.removesuffix(held), newline=""):
            if size <= longest:
                parts.append(line)
            size += len(line)
            if line.endswith(("\n", "\r")):
                yield _joined(parts, size, longest)
                parts, size = [], 0
    if held:
        parts.append(held)
        size += 1
    if parts:
        yield _joined(parts, size, longest)


class _NoRow(Exception):
    """A line is too long, or a quote stays open that was never meant to span lines."""


class _Lines:
    """Lines for csv.reader, with those of the row at hand, which can be handed back."""

    def __init__(self, texts: Iterator[str], longest: int) -> None:
        self.number = 1
        """Of the row's first line."""
        self.row: list[str] = []
        self.size = 0
        """Its characters."""
        self.all_read = False
        self._longest = longest
        self._fresh = physical_lines(texts, longest)
        self._returned: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self.size > OPEN_CHARACTERS:
            raise _NoRow
        if self._returned:
            line = self._returned.pop()
        else:
            try:
                line = next(self._fresh)
            except StopIteration:
                self.all_read = True
                raise
        if not self.row:
            line = line.removeprefix(_BOM)  # of a file that was appended to another
        self.row.append(line)
        self.size += len(line)
        if len(line) > self._longest:
            raise _NoRow  # csv would hold it several times
        return line

    def next_row(self) -> None:
        """The row at hand is done."""
        self.number += len(self.row)
        self.row = []
        self.size = 0

    def keep_the_first(self) -> None:
        """Hands back all lines of the row but the first."""
        self._returned += reversed(self.row[1:])
        del self.row[1:]

    def is_unfinished(self) -> bool:
        """The row's last line has no end, and is not too long either way."""
        return len(self.row[-1]) <= self._longest and not self.row[-1].endswith(("\n", "\r"))


def _joined(parts: list[str], size: int, longest: int) -> str:
    line = parts[0] if len(parts) == 1 else "".join(parts)
    return line if size <= longest else line[: longest + 1]
