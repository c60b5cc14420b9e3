"""Laws of the reader: damage becomes a note, what decodes is given, and progress fits the file's size."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest
from backports import zstd

from pipeline.dumps.layout import Kind
from pipeline.dumps.members import members
from pipeline.dumps.notes import Note, NoteKind
from pipeline.dumps.options import ReadOptions
from pipeline.dumps.reader import DumpReader
from tests.dumps.helpers import MAX_BYTES, kinds, reader_of, values

LINES = b"".join(b'{"id": %d}\n' % n for n in range(1, 50_001))
TABLE = b"id,text\n" + b"".join(b'%d,"row\n%d"\n' % (n, n) for n in range(1, 20_001))
LIST = b"[" + b",\n".join(b'{"id": %d}' % n for n in range(1, 20_001)) + b"]"
CONTENTS = {"lines.jsonl": LINES, "table.csv": TABLE, "list.json": LIST}


@pytest.mark.parametrize("name", CONTENTS)
@pytest.mark.parametrize("share", [0.3, 0.7])
def test_of_half_a_compressed_file_whole_records_are_given_and_the_next_one_is_named(
    tmp_path: Path, name: str, share: float
) -> None:
    """By its number, and the byte of the content up to which it was decompressed."""
    packed = gzip.compress(CONTENTS[name])
    reader = reader_of(tmp_path, packed[: int(len(packed) * share)], f"{name}.gz")
    before = list(reader)
    everything = list(reader_of(tmp_path, packed, f"{name}.gz"))
    assert before == everything[: len(before)]
    (note,) = reader.notes
    assert (note.kind, note.record) == (NoteKind.DAMAGED, len(before) + 1)
    assert note.byte is not None
    assert sum(len(record.value or b"") for record in before) < note.byte < len(CONTENTS[name])
    assert before


@pytest.mark.parametrize("name", CONTENTS)
def test_reading_again_gives_the_same(tmp_path: Path, name: str) -> None:
    reader = reader_of(tmp_path, CONTENTS[name], name)
    everything = list(reader)
    values(everything)
    assert list(reader) == everything


@pytest.mark.parametrize("packed", [LINES, gzip.compress(LINES), zstd.compress(LINES)])
def test_progress_ends_at_the_size_of_the_file(tmp_path: Path, packed: bytes) -> None:
    reader = reader_of(tmp_path, packed, "x.jsonl")
    seen = [reader.bytes_read for record in reader if record.position % 1000 == 0]
    assert seen == sorted(seen)
    assert 0 < seen[0] < len(packed) or len(packed) < 300_000
    assert reader.bytes_read == len(packed)


def test_members_of_an_archive_add_up_to_its_size(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in CONTENTS.items():
            archive.writestr(f"data/{name}", content)
    read = 0
    for member in members([path]):
        reader = DumpReader(member, ReadOptions(), MAX_BYTES)
        values(list(reader))
        read += reader.bytes_read
        assert member.path == path
    assert 0.99 < read / path.stat().st_size <= 1


def test_what_is_no_file_of_posts_is_told_and_left(tmp_path: Path) -> None:
    for content, why in ((b"\xff\xd8\xff\xe0" * 99, "JPEG"), (b"<html>", "HTML"), (b"\xd0\xcf\x11\xe0", "XLSX or CSV")):
        reader = reader_of(tmp_path, content, "x")
        assert list(reader) == []
        assert reader.layout is not None
        assert reader.layout.kind is Kind.FOREIGN
        assert kinds(reader.notes) == [NoteKind.NOT_READ]
        assert why in reader.notes[0].text


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\0\0\0", b"id,text\n", b"[]", b"x = []"]
)
def test_empty_files_have_no_records_and_nothing_to_tell(tmp_path: Path, content: bytes) -> None:
    reader = reader_of(tmp_path, content, "x")
    assert list(reader) == []
    assert set(kinds(reader.notes)) <= {NoteKind.NULS_REMOVED}


def test_stopping_midway_closes_the_file(tmp_path: Path) -> None:
    reader = reader_of(tmp_path, LINES, "x.jsonl")
    for record in reader.records():
        assert record.position == 1
        break
    assert 0 < reader.bytes_read <= len(LINES)


def test_a_note_names_what_it_should(tmp_path: Path) -> None:
    packed = gzip.compress(b'{"id": 1}\n{"id": 2}\n')
    reader = reader_of(tmp_path, packed[:-8], "x.jsonl.gz")
    assert values(list(reader)) == [b'{"id": 1}', b'{"id": 2}']
    why = "its compressed data end too early, half written or half sent"
    assert reader.notes == [Note(NoteKind.DAMAGED, why, byte=20, record=3)]
