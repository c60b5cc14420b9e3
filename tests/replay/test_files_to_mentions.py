"""Files as people have them, made of the golden payloads and read whole: each gives the mentions of its payloads."""

from __future__ import annotations

import codecs
import csv
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from configs.dumps import DumpsSource
from pipeline.sources.dumps import DumpRecords
from schemas.decode import decode
from schemas.formats.protocol import Item
from schemas.mention import Mention
from schemas.payload import parse_columns, parse_row
from schemas.record import Dead
from tests.dumps.test_xlsx import book
from tests.schemas.golden import Case, cases

COLUMNS = "echolot-columns"
Row = dict[str, str]
Told = tuple[str, str, str, datetime]


def told(item: Item) -> Told:
    """Platform, id, text and time."""
    assert isinstance(item, Mention), item
    return item.platform, item.native_id, item.text, item.published_at


def read(path: Path, **settings: Any) -> list[Item]:
    """All items of a file, by the replay's own reader and by what the records themselves look like."""
    dumps = DumpRecords(DumpsSource(paths=(path,), **settings), (), 100_000)
    found: list[Item] = []
    while not dumps.exhausted:
        batch = dumps.poll(0)
        for record in batch.records if batch else ():
            found += decode(record, format_name=None, max_bytes=100_000)
    return found


def whole(name: str) -> Iterator[tuple[Case, Told]]:
    """The payloads of a format that are one mention each, told nothing but what the format's headers.json says."""
    for case in cases():
        settings = Case(name, case.path.with_name("none")).headers
        items = case.decode()
        is_plain = case.format == name and {**case.headers, COLUMNS: b""} == {**settings, COLUMNS: b""}
        if is_plain and len(items) == 1 and isinstance(items[0], Mention):
            yield case, told(items[0])


def rows(name: str) -> tuple[list[Row], list[Told]]:
    """Those that are rows of a table, or objects that may be."""
    found: list[Row] = []
    expected: list[Told] = []
    for case, mention in whole(name):
        row = case.payload if case.is_json else parse_row(case.raw, parse_columns(case.headers[COLUMNS]))
        if all(type(value) in (str, int) for value in row.values()):
            found.append({column: str(value) for column, value in row.items()})
            expected.append(mention)
    return found, expected


def settings_of(name: str) -> dict[str, Any]:
    """The format's headers.json, as an import is told it."""
    headers = next(Case(name, case.path.with_name("none")).headers for case in cases() if case.format == name)
    day_first = headers.get("echolot-day-first")
    return {
        "zone": headers["echolot-zone"].decode() if "echolot-zone" in headers else None,
        "day_first": None if day_first is None else day_first == b"true",
    }


def columns_of(table: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(column for row in table for column in row))


def cells_of(table: Sequence[Row]) -> list[list[str]]:
    """The header, and the rows below it."""
    columns = columns_of(table)
    return [columns, *([row.get(column, "") for column in columns] for row in table)]


def text_of(table: Sequence[Row], delimiter: str, ends: Sequence[str] = ("\r\n",)) -> str:
    """As CSV; the line ends take turns."""
    parts = []
    for number, cells in enumerate(cells_of(table)):
        line = io.StringIO()
        csv.writer(line, delimiter=delimiter, lineterminator=ends[number % len(ends)]).writerow(cells)
        parts.append(line.getvalue())
    return "".join(parts)


def check(items: Sequence[Item], expected: Sequence[Told], at_least: int) -> None:
    assert [told(item) for item in items] == list(expected) and len(expected) >= at_least


@pytest.mark.parametrize("is_new", [True, False], ids=["new", "old"])
def test_meltwater_in_utf16_with_tabs_and_junk_above_the_header(tmp_path: Path, is_new: bool) -> None:
    """Named .csv, as the tool does; both layouts."""
    table, expected = rows("meltwater")
    kept = [number for number, row in enumerate(table) if ("Information Type" in row) == is_new]
    table, expected = [table[number] for number in kept], [expected[number] for number in kept]
    text = "Nordlauf brand, Jul 7, 2025 - 5 12 53 PM\r\n\r\n" + text_of(table, "\t")
    (tmp_path / "export.csv").write_bytes(codecs.BOM_UTF16_LE + text.encode("utf-16-le"))
    check(read(tmp_path / "export.csv", **settings_of("meltwater")), expected, 4)


def test_meltwater_with_line_ends_of_every_kind(tmp_path: Path) -> None:
    """Between rows, and within a text: as many mentions as rows."""
    table = rows("meltwater")[0]
    table = [{**row, "Opening Text": f"a\rb\nc\r\nd {row['Hit Sentence']}"} for row in table if row.get("Hit Sentence")]
    path = tmp_path / "export.csv"
    path.write_bytes(text_of(table, ",", ("\r\n", "\n", "\r")).encode())
    items = read(path, **settings_of("meltwater"))
    assert len(items) == len(table) >= 8
    assert [told(item)[2] for item in items] == [row["Opening Text"] for row in table]


def test_meltwater_days_in_iso_with_a_clock_of_twelve_hours(tmp_path: Path) -> None:
    """As a spreadsheet saves them: the day is a date, the clock stays a text, with one digit or two."""
    (row, *_), (mention, *_) = rows("meltwater")
    day = datetime.strptime(row["Date"][:11], "%d-%b-%Y").date()  # noqa: DTZ007
    clocks = {"05:12 PM": "21:12", "5:12 PM": "21:12", "5:12": "09:12", "12:05 AM": "04:05"}
    cells = cells_of([{**row, "Date": "", "Time": clock} for clock in clocks])
    dated: list[list[Any]] = [cells[0], *([day, *each[1:]] for each in cells[1:])]
    assert cells[0][0] == "Date"
    (tmp_path / "export.xlsx").write_bytes(book(("Export", dated)))
    items = [told(item) for item in read(tmp_path / "export.xlsx", **settings_of("meltwater"))]
    assert [f"{at:%H:%M}" for *_, at in items] == list(clocks.values())
    assert {each[:3] for each in items} == {mention[:3]}


def test_google_play_s_monthly_report_in_utf16_with_commas(tmp_path: Path) -> None:
    table, expected = rows("google_play")
    table, expected = [
        list(each)
        for each in zip(*[pair for pair in zip(table, expected, strict=True) if "Package Name" in pair[0]], strict=True)
    ]
    (tmp_path / "reviews.csv").write_bytes(codecs.BOM_UTF16_LE + text_of(table, ",", ("\n",)).encode("utf-16-le"))
    check(read(tmp_path / "reviews.csv"), expected, 6)


def test_reviews_that_come_late_again_and_edited_are_one_mention_with_the_last_text(tmp_path: Path) -> None:
    """The second report begins with a review from before the first one's end, and has one of it in a later version."""
    payloads = {
        case.path.stem: parse_row(case.raw, parse_columns(case.headers[COLUMNS]))
        for case, _ in whole("google_play")
        if not case.is_json
    }
    first, edited, other = (payloads[stem] for stem in ("good_row", "odd_edited", "trap_entities_stay"))
    for order in ([first, other, edited], [edited, first, first, other]):
        (tmp_path / "reviews.csv").write_text(text_of(order, ","), encoding="utf-8")
        found = [item for item in read(tmp_path / "reviews.csv") if isinstance(item, Mention)]
        assert len(found) == len(order)
        same = [item for item in found if item.mention_id == found[order.index(first)].mention_id]
        assert max(same, key=lambda item: item.revision).text == edited["Review Text"]


@pytest.mark.parametrize("name", ["brandwatch", "talkwalker", "sprinklr"])
@pytest.mark.parametrize("kind", ["texts", "numbers", "parquet"])
def test_tools_exports_as_xlsx_and_parquet(tmp_path: Path, name: str, kind: str) -> None:
    """All cells texts, or counters as the numbers that Excel makes of them; a block of metadata stands above."""
    table, expected = rows(name)
    if kind == "parquet":
        columns = columns_of(table)
        arrays = {column: pa.array([row.get(column) for row in table], pa.string()) for column in columns}
        pq.write_table(pa.table(arrays), tmp_path / "export")
    else:
        cells: list[list[Any]] = [["Report:", "Nordlauf"], [], *cells_of(table)]
        if kind == "numbers":
            cells[3:] = [[_number(cell) for cell in row] for row in cells[3:]]
        (tmp_path / "export").write_bytes(book(("About", [["x"]]), ("Mentions", cells)))
    check(read(tmp_path / "export", **settings_of(name)), expected, 4)


def _number(cell: str) -> Any:
    return int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 12 and cell == str(int(cell)) else cell


def test_reddit_s_monthly_dump_with_a_long_window(tmp_path: Path) -> None:
    """RC_2023-11.zst: a frame of zstd with a window of 2 GiB (RFC 8878), and one raw block in it."""
    found = list(whole("reddit"))
    lines = b"".join(json.dumps(case.payload).encode() + b"\n" for case, _ in found)
    frame = b"\x28\xb5\x2f\xfd\x00" + bytes([(31 - 10) << 3]) + (1 | len(lines) << 3).to_bytes(3, "little") + lines
    (tmp_path / "RC_2023-11.zst").write_bytes(frame)
    check(read(tmp_path / "RC_2023-11.zst"), [mention for _, mention in found], 10)


def test_an_archive_of_x_in_its_zip(tmp_path: Path) -> None:
    """A t.co address stays as it is written; what it leads to is kept beside it."""
    found = [(case.payload, mention) for case, mention in whole("x_archive") if "tweet" in case.payload]
    tweets = [{"tweet": payload["tweet"]} for payload, _ in found if "noteTweet" not in payload]
    expected = [mention for payload, mention in found if "noteTweet" not in payload]
    account = [{"account": {"accountId": "2871130045", "username": "kundin"}}]
    with zipfile.ZipFile(tmp_path / "twitter.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("data/account.js", f"window.YTD.account.part0 = {json.dumps(account)}")
        packed.writestr("data/tweets.js", f"window.YTD.tweets.part0 = {json.dumps(tweets, indent=1)}")
    items = read(tmp_path / "twitter.zip")
    check(items, expected, 6)
    assert not any(isinstance(item, Dead) for item in items)
    linked = [item for item in items if isinstance(item, Mention) and item.text.endswith("https://t.co/AbCdEfGhIj")]
    assert linked and linked[0].extra["entities"]["urls"][0]["expanded_url"] == "https://example.org/fahrplan"
    assert {item.author.handle for item in items if isinstance(item, Mention)} == {"kundin"}
