"""Rows of an XLSX sheet, out of its XML events."""

from __future__ import annotations

from pipeline.dumps.xlsx_book import Workbook
from pipeline.dumps.xlsx_cells import Style, number_text
from pipeline.dumps.xlsx_parts import Attributes, Events, Strings, Text, unescaped, whole_number

MOST_COLUMNS = 16_384
Row = tuple[int, list[str]]
"""Number of the row, and its cells up to the last that is written."""


class SheetEvents(Events):
    """Gathers rows."""

    def __init__(self, workbook: Workbook, strings: Strings, longest: int) -> None:
        self.rows: list[Row] = []
        self._workbook = workbook
        self._strings = strings
        self._longest = longest
        self._number = 0
        self._cells: list[str] = []
        self._size = 0
        self._column = 0
        self._columns: dict[str, int] = {}
        self._type = self._style = ""
        self._value: list[str] | None = None
        self._values: list[str] = []
        self._value_size = 0
        self._inline = Text(longest)

    def start(self, tag: str, attributes: Attributes) -> None:
        """An element begins."""
        if tag == "c":
            self._column = self._column_of(attributes.get("r"))
            self._type = attributes.get("t", "n")
            self._style = attributes.get("s", "0")
            self._values = []
            self._value_size = 0
            self._inline.clear()
        elif tag == "v":
            self._value = self._values
        elif tag == "row":
            self._number = whole_number(attributes.get("r")) or self._number + 1
            self._cells = []
            self._size = 0
        elif self._type == "inlineStr":
            self._inline.start(tag)

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag == "v":
            self._value = None
        elif tag == "c":
            self._add(self._cell() if self._size <= self._longest else "")
        elif tag == "row":
            self.rows.append((self._number, self._cells))
        elif self._type == "inlineStr":
            self._inline.end(tag)

    def text(self, data: str) -> None:
        """Characters of a value."""
        if self._value is not None:
            if self._value_size <= self._longest:
                self._value.append(data)
                self._value_size += len(data)
        elif self._type == "inlineStr":
            self._inline.add(data)

    def _add(self, cell: str) -> None:
        self._size += len(cell)
        self._cells += [""] * (self._column - len(self._cells))
        self._cells.append(cell)

    def _column_of(self, reference: str | None) -> int:
        """From 0; without a reference the next one."""
        column = len(self._cells)
        if reference:
            letters = reference.rstrip("0123456789")
            known = self._columns.get(letters)
            column = self._columns.setdefault(letters, _column(letters)) if known is None else known
        if not len(self._cells) <= column < MOST_COLUMNS:
            raise ValueError(f"row {self._number} has a cell at a place where none can be")
        return column

    def _cell(self) -> str:
        value = "".join(self._values)
        if self._type == "s":
            try:
                return self._strings[int(value)] if value else ""
            except (IndexError, ValueError, OverflowError):
                raise ValueError(f"row {self._number} names a text that is not there") from None
        if self._type == "inlineStr":
            return self._inline.joined()
        if self._type == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(value.strip(), value)
        if self._type in ("str", "e", "d"):
            return unescaped(value)
        styles = self._workbook.styles
        number = whole_number(self._style)
        style = styles[number] if number < len(styles) else Style.NUMBER
        return number_text(value.strip(), style, since_1904=self._workbook.since_1904)


def _column(letters: str) -> int:
    """A is 0, AA is 26; -1 for what is no column."""
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        return -1
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return column - 1
