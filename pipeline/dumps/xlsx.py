"""Rows of XLSX files, of the first sheet that has a known header, else of the first one.

Read as a stream: of 200,000 rows of 14 columns, openpyxl holds all shared texts (185 MB; and it refuses files with odd
styles), python-calamine the whole sheet (286 MB). A cell that a formula made has the value that was saved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.dumps.damage import Damaged
from pipeline.dumps.headers import Header, find_header, rows_wanted
from pipeline.dumps.notes import NoteKind
from pipeline.dumps.options import ReadOptions
from pipeline.dumps.reading import Found, Reading
from pipeline.dumps.tables import is_blank, is_header, note_header, row_bytes
from pipeline.dumps.xlsx_book import read_workbook
from pipeline.dumps.xlsx_parts import Package, Strings, parse
from pipeline.dumps.xlsx_sheet import Row, SheetEvents


class XlsxRows:
    """The records of a workbook. `header` is known from the beginning."""

    def __init__(self, path: Path, name: str, reading: Reading) -> None:
        """Raises Damaged where the file is no workbook, or a bomb."""
        self._name = name
        self._reading = reading
        self._package = Package(path, name)
        self._workbook = read_workbook(self._package, name)
        self._strings = Strings(reading.max_bytes)
        self._before = 0
        part = self._workbook.related("sharedStrings", "xl/sharedStrings.xml")
        if part in self._package:
            content = self._package.open(part)
            self._strings.read(content, name)
            self._before = content.consumed
        self.consumed = self._before
        """Bytes of the file that are read."""
        self.header, self._part = self._choose(reading.options)

    def close(self) -> None:
        """Lets go of the disk."""
        self._strings.close()

    def rows(self) -> Iterator[Found]:
        """The rows below the header. Raises Damaged at the end of what can be read."""
        width = len(self.header.columns)
        position = 0
        note_header(self._reading, self.header)
        for index, (number, cells) in enumerate(self._sheet(self._part)):
            if index <= self.header.index or is_blank(cells):
                continue
            fields = _fitted(cells, width)
            if is_header(fields, self.header):
                self._reading.notes.count(NoteKind.REPEATED_HEADER, 1)
                continue
            position += 1
            yield position, number, row_bytes(fields)

    def _choose(self, options: ReadOptions) -> tuple[Header, str]:
        """The header and its sheet's part."""
        sheets = self._workbook.sheets
        found: tuple[Header, str] | None = None
        chosen = ""
        for title, part in sheets:
            rows: list[list[str] | None] = []
            try:
                for _, cells in self._sheet(part):
                    rows.append(_trimmed(cells))
                    if len(rows) >= rows_wanted(options):
                        break
            except Damaged:  # reading it will tell
                pass
            header = find_header(rows, options)
            if found is None or header.known >= 2 or not found[0].columns:
                found, chosen = (header, part), title
            if header.known >= 2:
                break
        if found is None:
            raise Damaged(self._name, 0, "no XLSX file: it has no sheets")
        others = [title for title, _ in sheets if title != chosen]
        if others:
            told = ", ".join(others[:10])
            self._reading.notes.add(
                NoteKind.NOT_READ, f"of its sheets {chosen} was read, not {told}; save each as a file of its own"
            )
        return found

    def _sheet(self, part: str) -> Iterator[Row]:
        content = self._package.open(part)
        events = SheetEvents(self._workbook, self._strings, self._reading.max_bytes)
        named = self._reading.options.header
        last = named if isinstance(named, int) else 0
        count = 0
        for _ in parse(content, self._name, events):
            self.consumed = self._before + content.consumed
            for row in events.rows:
                while count < min(row[0] - 1, last):  # rows that are blank need not stand there
                    count += 1
                    yield count, []
                count += 1
                yield row
            events.rows.clear()


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def _fitted(cells: list[str], width: int) -> list[str]:
    """As many as the header has: blank cells at the end are not always written."""
    if len(cells) > width:
        _trimmed(cells)
    return cells + [""] * (width - len(cells))
