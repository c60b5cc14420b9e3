"""What an XLSX workbook says of itself: its sheets, the kinds of its numbers, the year its days are counted from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.dumps.damage import Damaged
from pipeline.dumps.xlsx_cells import Style, style_of
from pipeline.dumps.xlsx_parts import Attributes, Events, Package, parse, whole_number

_MOST = 100_000  # styles, sheets, relations: Excel takes fewer


@dataclass(slots=True)
class Workbook:
    """What the workbook says of its sheets and styles."""

    sheets: list[tuple[str, str]] = field(default_factory=list)
    """Titles and parts."""
    relations: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Kind and part, by id."""
    styles: Sequence[Style] = ()
    since_1904: bool = False

    def related(self, kind: str, usual: str) -> str:
        """The part of this kind."""
        return next((part for told, part in self.relations.values() if told == kind), usual)


class _WorkbookEvents(Events):
    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.since_1904 = False

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "sheet" and len(self.sheets) < _MOST:
            ids = [value for key, value in attributes.items() if key.endswith(":id")]
            self.sheets.append((attributes.get("name", ""), ids[0] if ids else ""))
        elif tag == "workbookPr":
            self.since_1904 = attributes.get("date1904", "0").lower() in ("1", "true")


class _RelationEvents(Events):
    def __init__(self, folder: str) -> None:
        self.relations: dict[str, tuple[str, str]] = {}
        self._folder = folder

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "Relationship" and len(self.relations) < _MOST:
            target = attributes.get("Target", "").replace("\\", "/")
            part = target[1:] if target.startswith("/") else f"{self._folder}/{target}"
            self.relations[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], part)


class _StyleEvents(Events):
    def __init__(self) -> None:
        self.styles: list[Style] = []
        self._codes: dict[int, str] = {}
        self._within = False

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "cellXfs":
            self._within = True
        elif tag == "numFmt" and len(self._codes) < _MOST:
            self._codes[whole_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")[:1000]
        elif tag == "xf" and self._within and len(self.styles) < _MOST:
            number = whole_number(attributes.get("numFmtId"))
            self.styles.append(style_of(number, self._codes.get(number)))

    def end(self, tag: str) -> None:
        if tag == "cellXfs":
            self._within = False


def read_workbook(package: Package, name: str) -> Workbook:
    """Raises Damaged where the file is none."""
    path = "xl/workbook.xml"
    if path not in package and "xl/workbook.bin" in package:
        raise Damaged(name, 0, "a binary workbook (XLSB); save it as XLSX")
    book, relations, styles = _WorkbookEvents(), _RelationEvents("xl"), _StyleEvents()
    found = Workbook()
    for part, events in ((path, book), ("xl/_rels/workbook.xml.rels", relations)):
        for _ in parse(package.open(part), name, events):
            pass
    found.relations = relations.relations
    found.since_1904 = book.since_1904
    part = found.related("styles", "xl/styles.xml")
    if part in package:
        for _ in parse(package.open(part), name, styles):
            pass
    found.styles = styles.styles
    parts = [(title, found.relations.get(key, ("", ""))) for title, key in book.sheets]
    found.sheets = [(title, part) for title, (kind, part) in parts if kind == "worksheet"]
    return found
