"""Laws of XLSX: what Excel shows is the text, no id is mended by chance, and no bomb is unpacked."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline.dumps.notes import NoteKind
from pipeline.dumps.options import ReadOptions
from pipeline.dumps.reader import DumpReader
from pipeline.dumps.xlsx_cells import Style, number_text, style_of
from schemas.decode import decode
from schemas.record import Dead, Reason
from tests.dumps.helpers import kinds, lines, reader_of, rows, the_member

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BOOK = f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>'
RELATIONS = f"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="/xl/worksheets/s.xml"/>
<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>"""


def book(*sheets: tuple[str, Sequence[Sequence[Any]]]) -> bytes:
    """As openpyxl writes it."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, cells in sheets:
        sheet = made.create_sheet(title)
        for row in cells:
            sheet.append(row)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def by_hand(sheet: str, strings: str = "", **parts: str) -> bytes:
    """Of XML that openpyxl would not write. `parts`: more parts of xl/, or others than these."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name, text in {"workbook": BOOK, "_rels/workbook.xml.rels": RELATIONS, **parts}.items():
            archive.writestr(f"xl/{name}" if name.endswith(".rels") else f"xl/{name}.xml", text)
        archive.writestr("xl/worksheets/s.xml", f"<worksheet {MAIN}><sheetData>{sheet}</sheetData></worksheet>")
        archive.writestr("xl/sharedStrings.xml", f"<sst {MAIN}>{strings}</sst>")
    return target.getvalue()


def test_cells_are_the_text_that_is_shown(tmp_path: Path) -> None:
    header: list[Any] = ["id", "text", "date", "time", "likes", "rating", "verified", "lang"]
    row: list[Any] = [
        *("1823034723867713281", "Zeile 1\nZeile 2, 'ü' 😀", datetime(2024, 5, 3, 17, 12, 9), time(5, 7)),  # noqa: DTZ001
        *(12, 4.5, True, None),
    ]
    (read,) = rows(list(reader_of(tmp_path, book(("Sheet", [header, row])), "x.xlsx")))
    assert read == {
        "id": "1823034723867713281",
        "text": "Zeile 1\nZeile 2, 'ü' 😀",
        "date": "2024-05-03T17:12:09",
        "time": "05:07:00",
        "likes": "12",
        "rating": "4.5",
        "verified": "TRUE",
        "lang": "",
    }


def test_an_id_that_was_a_number_is_seen_to_be_destroyed(tmp_path: Path) -> None:
    content = book(("Sheet", [["id", "text"], [1823034723867713281, "a"], [2**53 - 1, "b"], [1e15, "c"]]))
    assert [row["id"] for row in rows(list(reader_of(tmp_path, content, "x.xlsx")))] == [
        "1.823034723867713e+18",
        "9007199254740991",
        "1000000000000000",
    ]


def test_the_sheet_with_a_known_header_is_read_below_what_stands_above(tmp_path: Path) -> None:
    table: list[list[Any]] = [
        ["Report", None],
        [],
        ["Query Id", "Date", "Full Text"],
        [1, date(2024, 1, 31), "a"],
        [],
        [2, None, "b"],
    ]
    content = book(("Cover", [["Dear reader"]]), ("Data", table), ("Notes", [["x", "y"]]))
    reader = reader_of(tmp_path, content, "x.xlsx")
    records = list(reader)
    assert rows(records) == [
        {"Query Id": "1", "Date": "2024-01-31", "Full Text": "a"},
        {"Query Id": "2", "Date": "", "Full Text": "b"},
    ]
    assert lines(records) == [4, 6]
    assert [(note.kind, note.text) for note in reader.notes] == [
        (NoteKind.NOT_READ, "of its sheets Data was read, not Cover, Notes; save each as a file of its own"),
        (NoteKind.ABOVE_HEADER, "the header is row 2; what stands above it was left out"),
    ]


def test_what_other_writers_do_is_read(tmp_path: Path) -> None:
    """No references, rich text, phonetic text, escapes, results of formulas, errors, gaps, prefixes."""
    strings = (
        "<si><t>id</t></si><si><r><t>te</t></r><r><t>xt</t></r><rPh><t>teksuto</t></rPh></si>"
        "<si><t>a_x000D_b_x005F_c_xD83D__xDE00_</t></si>"
    )
    sheet = (
        '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="inlineStr"><is><t>url</t></is></c></row>'
        '<row r="5"><c r="A5"><v>1.0E3</v></c><c r="B5" t="s"><v>2</v></c></row>'
        '<row r="6"><c r="A6" t="str"><f>1+1</f><v>x</v></c><c r="C6" t="e"><v>#N/A</v></c></row>'
    )
    records = list(reader_of(tmp_path, by_hand(sheet, strings), "x.xlsx"))
    expected = [
        {"id": "1000", "text": "a\rb_c😀", "url": ""},
        {"id": "x", "text": "", "url": "#N/A"},
    ]
    assert rows(records) == expected
    assert lines(records) == [5, 6]
    prefixed = _prefixed(by_hand(sheet, strings))
    assert rows(list(reader_of(tmp_path, prefixed, "y.xlsx"))) == expected


def _prefixed(content: bytes) -> bytes:
    """With a prefix before all elements, as some libraries write them."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(target, "w") as other:
        for name in archive.namelist():
            text = archive.read(name).decode()
            if name.startswith("xl/") and not name.endswith(".rels"):
                text = re.sub(r"<(/?)", r"<\1x:", text).replace(MAIN, MAIN.replace("xmlns", "xmlns:x"))
            other.writestr(name, text)
    return target.getvalue()


@pytest.mark.parametrize(
    ("number", "code", "style"),
    [
        (0, None, Style.NUMBER),
        (14, None, Style.DATE),
        (22, None, Style.BOTH),
        (46, None, Style.CLOCK),
        (164, "General", Style.NUMBER),
        (164, '#,##0.00 "days"', Style.NUMBER),
        (164, "[Red]0.00E+00", Style.NUMBER),
        (164, "[$-409]m/d/yy h:mm AM/PM;@", Style.BOTH),
        (164, r"dd\.mm\.yyyy", Style.DATE),
        (164, "mmm", Style.DATE),
        (164, "mm:ss.0", Style.CLOCK),
        (164, "[h]:mm", Style.CLOCK),
    ],
)
def test_formats_tell_dates_from_numbers(number: int, code: str | None, style: Style) -> None:
    assert style_of(number, code) is style


@pytest.mark.parametrize(
    ("text", "style", "since_1904", "told"),
    [
        ("45415", Style.DATE, False, "2024-05-03"),
        ("45415.5", Style.DATE, False, "2024-05-03T12:00:00"),
        ("45415", Style.BOTH, False, "2024-05-03T00:00:00"),
        ("43953", Style.DATE, True, "2024-05-03"),
        ("0.25", Style.CLOCK, False, "06:00:00"),
        ("45415.000011574", Style.BOTH, False, "2024-05-03T00:00:01"),
        ("-1", Style.DATE, False, "-1"),
        ("3000000", Style.BOTH, False, "3000000"),
        ("1.5", Style.CLOCK, False, "1.5"),
        ("1.8230347238677133E18", Style.NUMBER, False, "1.8230347238677133e+18"),
        ("1823034723867713281", Style.NUMBER, False, "1.8230347238677133e+18"),
        ("0.1", Style.NUMBER, False, "0.1"),
        ("-0", Style.NUMBER, False, "0"),
        ("1e999", Style.NUMBER, False, "inf"),
        ("what", Style.NUMBER, False, "what"),
    ],
)
def test_numbers_are_told_as_people_read_them(text: str, style: Style, since_1904: bool, told: str) -> None:
    assert number_text(text, style, since_1904=since_1904) == told


HEADER = '<row r="1"><c t="inlineStr"><is><t>id</t></is></c><c t="inlineStr"><is><t>text</t></is></c></row>'
GOOD = '<row r="2"><c><v>1</v></c></row>'


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ('<row r="3"><c t="s"><v>99</v></c></row>', "row 3 names a text that is not there"),
        ('<row r="3"><c r="AAAA3"><v>1</v></c></row>', "a place where none can be"),
        ('<row r="3"><c r="B3"/><c r="A3"/></row>', "a place where none can be"),
        ('<row r="3"><c></row>', "mismatched tag"),
    ],
)
def test_a_broken_sheet_gives_what_comes_before(tmp_path: Path, bad: str, why: str) -> None:
    reader = reader_of(tmp_path, by_hand(HEADER + GOOD + bad), "x.xlsx")
    assert rows(list(reader)) == [{"id": "1", "text": ""}]
    (note,) = reader.notes
    assert note.kind is NoteKind.DAMAGED
    assert why in note.text
    assert note.record == 2


def test_bombs_are_refused(tmp_path: Path) -> None:
    for content in (
        by_hand(HEADER + " " * 20_000_000),
        by_hand(HEADER, workbook=f'<!DOCTYPE x [<!ENTITY a "{"b" * 99}">]>{BOOK}'),
    ):
        reader = reader_of(tmp_path, content, "x.xlsx")
        assert list(reader) == []
        assert kinds(reader.notes) == [NoteKind.DAMAGED]
    huge = bytearray(by_hand(HEADER + GOOD))
    at = huge.rindex(b"PK\x01\x02", 0, huge.index(b"xl/worksheets/s.xml", huge.index(b"PK\x01\x02")))
    huge[at + 24 : at + 28] = (0xFFFFFFFE).to_bytes(4, "little")
    reader = reader_of(tmp_path, bytes(huge), "x.xlsx")
    assert list(reader) == []
    assert "a bomb" in reader.notes[0].text


def test_a_file_that_is_no_workbook_is_told(tmp_path: Path) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    for content, name in ((target.getvalue(), "x.ods"), (book(("S", []))[:-50], "x.xlsx"), (b"PK\x03\x04", "y.xlsx")):
        reader = reader_of(tmp_path, content, name)
        assert list(reader) == []
        assert kinds(reader.notes) == [NoteKind.DAMAGED]


def test_a_row_that_is_too_long_is_cut_and_none_of_its_neighbours(tmp_path: Path) -> None:
    cells: list[list[Any]] = [["id", "text", "url"], [1, "x" * 30_000, "y" * 30_000], [2, "a", "b"]]
    first, second = reader_of(tmp_path, book(("S", cells)), "x.xlsx", max_bytes=50_000)
    assert len(first.value or b"") == 50_001
    assert second.value == b"2,a,b"


def test_a_workbook_within_an_archive_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("b.xlsx", book(("S", [["id", "text"], [1, "a"]])))
    reader = DumpReader(the_member(tmp_path / "a.zip"), ReadOptions(), 1000)
    assert rows(list(reader)) == [{"id": "1", "text": "a"}]
    assert reader.layout is not None and reader.layout.header.columns == ("id", "text")
    assert reader.layout.reasons == ("header row 1: known columns id, text",)


def test_a_named_header_row_that_is_blank_makes_dead_letters_and_is_told(tmp_path: Path) -> None:
    content = book(("A", [["Report"], [], ["id", "text"], ["1", "a"]]))
    reader = reader_of(tmp_path, content, "x.xlsx", header=2)
    items = [item for record in reader for item in decode(record, format_name=None, max_bytes=1000)]
    assert [item.reason for item in items if isinstance(item, Dead)] == [Reason.NOT_CSV] * 2
    (note,) = reader.notes
    assert note.text.startswith("row 2, which --header-row (setting `header`) names, is blank")


def test_a_named_header_row_is_counted_as_excel_shows_it(tmp_path: Path) -> None:
    """Blank rows are not written to the file, and count; a row may stand further down than headers are looked for."""
    rows_of_sheet: list[list[str]] = [["Report"], [], [], ["id", "text"], ["1", "a"]]
    for above in (0, 70):
        content = book(("A", [["x"]] * above + rows_of_sheet))
        reader = reader_of(tmp_path, content, "x.xlsx", header=above + 4)
        assert rows(list(reader)) == [{"id": "1", "text": "a"}]
        assert lines(list(reader)) == [above + 5]
