"""Laws of JSON in dumps: a line, an element or a value is a record, also a broken one."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from unittest.mock import patch

import orjson
import pytest

from pipeline.dumps import streams
from pipeline.dumps.layout import Kind, sniff
from pipeline.dumps.notes import NoteKind
from tests.dumps.helpers import kinds, lines, reader_of, values

PAGE = {"data": [{"id": "1"}, {"id": "2"}], "meta": {"n": 2}}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'{"id": 1}\n{"id": 2}\n', Kind.JSON_LINES),
        (b'{"id": 1}', Kind.JSON_LINES),
        (b'\xef\xbb\xbf\r\n{"id": 1}\r\n', Kind.JSON_LINES),
        (b'{"id": 1, "text": "half\n{"id": 2}\n{"id": 3}\n', Kind.JSON_LINES),
        (b'{"id": 1,\n{"id": 2}\n', Kind.JSON_LINES),
        (b'{"id": 1\n{"id": 2}\n', Kind.JSON_LINES),
        (b'{"a": NaN}\n{"a": NaN}\n', Kind.JSON_LINES),
        (b'starting\n{"id": 1}\n{"id": 2}\n', Kind.JSON_LINES),
        (b'{"data": [\n{"id": 1},\n{"id": 2}\n]}\n', Kind.JSON_OBJECT),
        (json.dumps(PAGE, indent=1).encode(), Kind.JSON_OBJECT),
        (b'{\n"a": 1}\n{\n"a": 2}\n', Kind.JSON_OBJECT),
        (b'  [\n{"id": 1}]', Kind.JSON_ARRAY),
        (b"window.YTD.tweets.part0 = [ {} ]", Kind.JS_WRAPPED),
        (b'window["YTD"].tweet.part0=[', Kind.JS_WRAPPED),
        (b"const posts = {", Kind.JS_WRAPPED),
        (b"id,text\n1,a\n", Kind.TABLE),
        (b"[Date],text\n2024-01-01,a\n", Kind.TABLE),
        (b"[Frage] wer?\nich\n", Kind.TABLE),
        (b"[text],b\n", Kind.TABLE),
        (b"[1],text\n1,a\n", Kind.TABLE),
        (b"[1],[2],x\n1,2,3\n", Kind.TABLE),
        (b'["a"],b\n1,2\n', Kind.TABLE),
        (b'["a" x],b\n1,2\n', Kind.TABLE),
        (b"[[Frage]],b\n1,2\n", Kind.TABLE),
        (b"[],b\n1,2\n", Kind.TABLE),
        (b"[-],b\n1,2\n", Kind.TABLE),
        (b"[01.02.24, 12:30:45] Ann: Hallo\n", Kind.TABLE),
        (b"[2024-01-01],a\n", Kind.TABLE),
        (b"[1] one\n[2] two\n", Kind.TABLE),
        (b"[", Kind.JSON_ARRAY),
        (b"[]\n", Kind.JSON_ARRAY),
        (b'["half', Kind.JSON_ARRAY),
        (b'["a", "half\n', Kind.JSON_ARRAY),
        (b"[1, 2]\n[3, 4]\n", Kind.JSON_ARRAY),
        (b'[1]\n{"id": 1}\n', Kind.JSON_ARRAY),
        (b'[null, {"id": 1}', Kind.JSON_ARRAY),
        (b"[NaN, nul]", Kind.JSON_ARRAY),
        (b'[[{"id": 1}], []]', Kind.JSON_ARRAY),
        (b'[{"id": 1}] x', Kind.JSON_ARRAY),
        (b"[" * 200_000, Kind.JSON_ARRAY),
        (b"[" + b"9" * 9000 + b"]", Kind.JSON_ARRAY),
        (b"", Kind.TABLE),
        (b"PAR1....", Kind.PARQUET),
        (b"PK\x03\x04....", Kind.XLSX),
        (b"\xff\xd8\xff\xe0..", Kind.FOREIGN),
        (b"<?xml version='1.0'?>", Kind.FOREIGN),
    ],
)
def test_kinds_are_told_by_the_first_bytes(content: bytes, kind: Kind) -> None:
    assert sniff(content, "x", whole=True).kind is kind


def test_a_name_tells_lines_from_tables_where_nothing_else_does() -> None:
    assert sniff(b"broken\nall of it\n", "a/b.jsonl.zst", whole=True).kind is Kind.JSON_LINES
    assert sniff(b"broken\nall of it\n", "a/b.txt", whole=True).kind is Kind.TABLE


def test_an_object_over_more_lines_than_the_head_is_an_object() -> None:
    content = json.dumps({"data": [{"id": n} for n in range(50_000)]}, indent=0).encode()
    assert sniff(content[:262_144], "x").kind is Kind.JSON_OBJECT


def test_a_list_is_one_where_the_head_cuts_it_and_many_cost_little() -> None:
    for content in (b"[1, " * 1 + b"2, " * 100_000, b'["' + b"x" * 300_000, b"[1]\n[22]\n" * 50_000):
        assert sniff(content[:262_144], "x").kind is Kind.JSON_ARRAY
        assert sniff(content[:262_143], "x").kind is Kind.JSON_ARRAY


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_lines_have_any_end_and_blank_ones_are_none(tmp_path: Path, encoding: str) -> None:
    text = '{"id": 1}\r\n\n  \t\n{"id": 2, "t": "ü😀\u2028\x85"}\r{"id": \n{"id": 4}'
    records = list(reader_of(tmp_path, text.encode(encoding), "x.jsonl"))
    expected = ['{"id": 1}', '{"id": 2, "t": "ü😀\u2028\x85"}', '{"id": ', '{"id": 4}']
    assert values(records) == [line.encode() for line in expected]
    assert lines(records) == [1, 4, 5, 6]


def test_nuls_of_a_crash_are_removed_from_lines_and_told(tmp_path: Path) -> None:
    reader = reader_of(tmp_path, b'{"id": 1}\n\0\0\0\0{"id": 2}\n', "x.jsonl")
    assert values(list(reader)) == [b'{"id": 1}', b'{"id": 2}']
    assert kinds(reader.notes) == [NoteKind.NULS_REMOVED]


def test_a_page_is_one_record_and_so_is_each_of_several_objects(tmp_path: Path) -> None:
    page = json.dumps(PAGE, indent=2).encode()
    assert values(list(reader_of(tmp_path, page + b"\n", "x.json"))) == [page]
    records = list(reader_of(tmp_path, page + b"\n\n" + page + b"," + page, "x.json"))
    assert values(records) == [page] * 3
    assert lines(records) == [1, 1 + page.count(b"\n") + 2, 1 + 2 * page.count(b"\n") + 2]


ARCHIVE = b"""window.YTD.tweets.part0 = [
  {
    "tweet" : { "full_text" : "brackets ]}[{ and \\"quotes\\" and a backslash \\\\" }
  },
  {"tweet": {"entities": {"urls": [{"indices": ["0", "1"]}, []]}}} , {}
]"""


def test_the_archive_of_x_gives_its_elements(tmp_path: Path) -> None:
    records = list(reader_of(tmp_path, ARCHIVE, "tweets.js"))
    assert [orjson.loads(value) for value in values(records)] == orjson.loads(ARCHIVE[ARCHIVE.index(b"[") :])
    assert lines(records) == [2, 5, 5]


def test_elements_that_are_no_objects_count_and_blank_ones_do_not(tmp_path: Path) -> None:
    content = b'[1, "a,]", {"b": 2} x, [3, [4]], , nul, {"c": "}"},]'
    expected = [b"1", b'"a,]"', b'{"b": 2} x', b"[3, [4]]", b"nul", b'{"c": "}"}']
    assert values(list(reader_of(tmp_path, content, "x.json"))) == expected


def test_lists_may_follow_each_other_and_what_is_between_them_is_told(tmp_path: Path) -> None:
    reader = reader_of(tmp_path, b"[1,2]\n;x = [3]\n[]", "x.json")
    assert values(list(reader)) == [b"1", b"2", b"3"]
    assert [note.text for note in reader.notes] == ["bytes outside of the list that were left out: 2"]


def test_what_stands_outside_of_lists_and_is_no_name_of_one_is_a_record(tmp_path: Path) -> None:
    """A bracket too many closes a list early: nothing behind it may be lost."""
    content = b'[{"id": 1}], {"id": 2,\n"t": "]["}, {"id": 3}]\n\nid,text\n4,"a"; [5] b\n});\n{"id": {}'
    reader = reader_of(tmp_path, content, "x.json")
    found = list(reader)
    expected = [b'{"id": 1}', b'{"id": 2,\n"t": "]["}', b'{"id": 3}', b"id,text", b'4,"a";', b"5", b"b", b'{"id": {}']
    assert values(found) == expected
    assert lines(found) == [1, 1, 2, 4, 5, 5, 5, 7]
    assert [note.text for note in reader.notes][1:] == ["bytes outside of the list that were left out: 3"]
    assert kinds(reader.notes) == [NoteKind.UNFINISHED, NoteKind.OUTSIDE_LIST]
    with patch.object(streams, "_CHUNK_BYTES", 1):
        assert list(reader) == found


def test_an_object_begins_anew_whatever_stands_before_it_around_lists(tmp_path: Path) -> None:
    content = b'[{"id": 1}]], {"id": 2}, {"id": 3}]\nwindow.YTD.b = {"id": 4}\nwait {"id": 5} now'
    reader = reader_of(tmp_path, content, "x.json")
    found = list(reader)
    assert values(found) == [*(b'{"id": %d}' % n for n in (1, 2, 3, 4)), b"wait", b'{"id": 5}', b"now"]
    assert lines(found) == [1, 1, 1, 2, 3, 3, 3]
    with patch.object(streams, "_CHUNK_BYTES", 1):
        assert list(reader) == found


@pytest.mark.parametrize(("brackets", "records"), [(1_000_000, 1), (4_000_000, 2)])
def test_a_flood_of_brackets_behind_a_list_takes_no_memory(tmp_path: Path, brackets: int, records: int) -> None:
    """Where it is longer than a record may be, it is a dead letter."""
    tracemalloc.start()
    try:
        found = list(reader_of(tmp_path, b'[{"id": 1}]' + b"}" * brackets, "x.json", max_bytes=1 << 20))
        assert tracemalloc.get_traced_memory()[1] < 24 << 20
    finally:
        tracemalloc.stop()
    assert values(found)[0] == b'{"id": 1}' and len(found) == records


@pytest.mark.parametrize(
    "content",
    [
        b'[,{"id": 1},{"id": 2}]',
        b'[\n,\n{"id": 1},\n{"id": 2}\n]',
        b'[/* all */{"id": 1}, // one\n{"id": 2}]',
        b'[undefined,{"id": 1},{"id": 2}]',
        b'["a" "b", {"id": 1}, {"id": 2}]',
        b'[\xff\xfe{"id": 1},{"id": 2}]',
        b'[[],[{"id": 1}],[{"id": 2}',
    ],
)
def test_a_list_may_begin_badly(tmp_path: Path, content: bytes) -> None:
    """Objects stand soon behind a bracket or a comma; a table of one line would be a header and no record."""
    found = b" ".join(values(list(reader_of(tmp_path, content, "x.json"))))
    assert b'"id": 1' in found and b'"id": 2' in found


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'[{"a": 1}, {"b": "half', [b'{"a": 1}', b'{"b": "half']),
        (b'[{"a": 1}, {"b": [}', [b'{"a": 1}', b'{"b": [}']),
        (b'[{"a": 1},', [b'{"a": 1}']),
        (b'\xef\xbb\xbfx = [{"a": 1},\n{"\0b', [b'{"a": 1}', b'{"b']),
        ('\ufeff[{"a": 1},'.encode("utf-16-le"), [b'{"a": 1}']),
    ],
)
def test_a_list_without_end_is_told_with_byte_and_record(tmp_path: Path, content: bytes, expected: list[bytes]) -> None:
    reader = reader_of(tmp_path, content, "x.json")
    assert values(list(reader)) == expected
    notes = [note for note in reader.notes if note.kind is not NoteKind.NULS_REMOVED]
    assert {(note.kind, note.byte, note.record) for note in notes} == {
        (NoteKind.UNFINISHED, len(content), len(expected))
    }


@pytest.mark.parametrize("end", [b'{"id": 3, "text": "ha', b'{"id": 3, "text": "ha\n \t', b"\0\0{"])
def test_half_a_last_line_is_told_with_byte_and_record_and_stays_a_record(tmp_path: Path, end: bytes) -> None:
    content = b'{"id": 1}\r\n\n{"id": 2}\r\n' + end
    reader = reader_of(tmp_path, content, "x.jsonl")
    found = values(list(reader))
    assert len(found) == 3
    notes = [note for note in reader.notes if note.kind is not NoteKind.NULS_REMOVED]
    told = [(note.kind, note.byte, note.record) for note in notes]
    assert told == ([] if b"\n" in end else [(NoteKind.UNFINISHED, len(content), 3)])


@pytest.mark.parametrize("end", [b"", b"\n", b"\r", b"\nbroken\n", b"\nbroken\n\n  "])
def test_a_last_line_that_is_whole_or_has_an_end_is_not_called_half(tmp_path: Path, end: bytes) -> None:
    reader = reader_of(tmp_path, b'{"id": 1}\n{"id": 2}' + end, "x.jsonl")
    assert len(values(list(reader))) == 2 + (b"broken" in end)
    assert reader.notes == []


def test_pieces_cut_anywhere_change_nothing(tmp_path: Path) -> None:
    """Strings, escapes and brackets across the pieces in which content is read (64 KiB)."""
    for filling in range(65_536 - len(ARCHIVE) - 2, 65_536, 7):
        content = b"[" + b'"' + b"x" * filling + b'",' + ARCHIVE[ARCHIVE.index(b"[") + 1 :]
        records = list(reader_of(tmp_path, content, "x.json"))
        assert [orjson.loads(value) for value in values(records)] == orjson.loads(content)
