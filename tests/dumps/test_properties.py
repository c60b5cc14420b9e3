"""What was written is read back, whatever its quotes, line ends and encoding; and nothing at all can make it fail."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from pathlib import Path
from unittest.mock import patch

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.dumps import streams
from pipeline.dumps.layout import Kind
from schemas.decode import decode
from schemas.payload import parse_columns, parse_row
from tests.dumps.helpers import MAX_BYTES, reader_of, values

each = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)

ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
CELL = st.text(
    st.sampled_from(list("ab ,;|\t\"'\r\n\u2028\x85\x0b{}[]=\\ü漢😀\ufeff")) | st.characters(exclude_categories=["Cs"]),
    max_size=12,
).map(lambda text: text.replace("\0", ""))
FIRST = CELL.map(lambda text: text.lstrip("\ufeff"))  # where a line begins, it is a mark of the file
ROWS = st.lists(st.tuples(FIRST, CELL, CELL), max_size=8).map(
    lambda rows: [row for row in rows if any(cell.strip() for cell in row)]
)
COLUMNS = ("tweet_id", "text", "created_at")
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | CELL,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(CELL, inner, max_size=3),
    max_leaves=8,
)
PREFIXES = ["", "window.YTD.tweets.part0 = ", "let x=\n"]
OBJECTS = st.lists(st.dictionaries(CELL, VALUE, min_size=1, max_size=4), max_size=6)


@each
@given(ROWS, st.sampled_from(",;\t|"), ENDS, ENCODINGS, st.booleans(), st.booleans())
def test_tables_are_read_as_csv_wrote_them(
    tmp_path: Path,
    written: list[tuple[str, str, str]],
    delimiter: str,
    end: str,
    encoding: str,
    all_quoted: bool,
    junk: bool,
) -> None:
    target = io.StringIO()
    writer = csv.writer(target, delimiter=delimiter, lineterminator="\r\n")
    if all_quoted:
        writer = csv.writer(target, delimiter=delimiter, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerows([COLUMNS, *written])
    text = target.getvalue()
    if end != "\r\n":
        text = "".join(line[:-2] + end for line in _rows(text, delimiter))
    content = (f"Report of today{end}{end}" * junk + text).encode(encoding)
    records = list(reader_of(tmp_path, content, "x.csv"))
    expected = [row for row in written if row != COLUMNS]
    read = [parse_row(record.value or b"", parse_columns(record.headers["echolot-columns"])) for record in records]
    values(records)
    assert [tuple(row.values()) for row in read] == expected
    assert all(tuple(row) == COLUMNS for row in read)


def _rows(text: str, delimiter: str) -> list[str]:
    """The rows of what csv wrote, with their ends: those outside of quotes."""
    found, row = [], ""
    for line in io.StringIO(text, newline=""):
        row += line
        if row.count('"') % 2 == 0 and row.endswith("\r\n"):
            found.append(row)
            row = ""
    assert not row
    return found


@each
@given(OBJECTS, ENDS, ENCODINGS, st.booleans())
def test_lines_are_read_as_they_were_written(
    tmp_path: Path, written: list[dict[str, object]], end: str, encoding: str, ends_with_end: bool
) -> None:
    text = end.join(json.dumps(item, ensure_ascii=False) for item in written) + end * ends_with_end
    records = list(reader_of(tmp_path, text.encode(encoding), "x.jsonl"))
    assert [orjson.loads(value) for value in values(records)] == written


@each
@given(OBJECTS, st.sampled_from([None, 0, 2]), ENCODINGS, st.sampled_from(PREFIXES), st.integers(1, 7))
def test_lists_are_read_as_they_were_written_however_they_are_cut_into_pieces(
    tmp_path: Path, written: list[dict[str, object]], indent: int | None, encoding: str, prefix: str, piece: int
) -> None:
    content = (prefix + json.dumps(written, indent=indent, ensure_ascii=False)).encode(encoding)
    reader = reader_of(tmp_path, content, "x.js")
    with patch.object(streams, "_CHUNK_BYTES", piece):
        assert [orjson.loads(value) for value in values(list(reader))] == written
    assert [orjson.loads(value) for value in values(list(reader))] == written
    assert reader.notes == []


@each
@given(OBJECTS.filter(bool), ENCODINGS)
def test_objects_over_many_lines_are_read_as_they_were_written(
    tmp_path: Path, written: list[dict[str, object]], encoding: str
) -> None:
    content = "\n".join(json.dumps(item, indent=1, ensure_ascii=False) for item in written).encode(encoding)
    records = list(reader_of(tmp_path, content, "x.json"))
    assert [orjson.loads(value) for value in values(records)] == written


MARKS = [
    b"",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    "ÿþ".encode(),
    b"[",
    b"{",
    b'{"',
    b"x = [",
    b"id,text\n",
    b"id\ttext\r\n",
    b"PK\x03\x04",
]
MARKS += [b"PAR1", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"BZh91AY&SY", b"\xfd7zXZ\0", b'"', b"sep=;\n", b'{"id": 1}\n']
BYTES = st.lists(
    st.binary(max_size=30)
    | st.sampled_from([b'"', b",", b"\r", b"\n", b"\r\n", b"{", b"}", b"[", b"]", b"\\", b"\0", *MARKS]),
    max_size=30,
).map(b"".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
@given(st.sampled_from(MARKS), BYTES, st.sampled_from(["x.csv", "x.jsonl", "x"]), st.booleans(), st.integers(1, 7))
def test_any_bytes_give_records_and_always_the_same_however_they_are_cut_into_pieces(
    tmp_path: Path, mark: bytes, content: bytes, name: str, packed: bool, piece: int
) -> None:
    whole = gzip.compress(mark + content) if packed else mark + content
    reader = reader_of(tmp_path, whole, name, max_bytes=64)
    first, notes = list(reader), reader.notes
    assert list(reader) == first
    assert reader.notes == notes
    values(first)
    with patch.object(streams, "_CHUNK_BYTES", piece):
        assert list(reader) == first
        assert reader.notes == notes
    for record in first:
        assert len(record.value or b"") <= 65
        assert decode(record, format_name=None, max_bytes=64)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(BYTES)
def test_every_line_is_a_record(tmp_path: Path, content: bytes) -> None:
    """As many records as physical lines that are not blank, their bytes unchanged."""
    content = b'{"id": 1}\n' + content
    reader = reader_of(tmp_path, content, "x.jsonl")
    records = list(reader)
    assert reader.layout is not None
    assert reader.layout.kind is Kind.JSON_LINES
    lines = re.split(rb"\r\n|\n|\r", content.replace(b"\0", b""))
    assert values(records) == [line[: MAX_BYTES + 1] for line in lines if line.strip()]
