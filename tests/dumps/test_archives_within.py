"""Laws of archives within archives: they are named and left, and never read as something else."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from configs.dumps import DumpsSource
from pipeline.dumps.layout import Kind
from pipeline.dumps.members import members
from pipeline.dumps.notes import Note, NoteKind
from pipeline.dumps.options import ReadOptions
from pipeline.dumps.reader import DumpReader
from pipeline.sources import dumps
from tests.dumps.helpers import MAX_BYTES, values
from tests.dumps.test_bombs import MIB, peak_below
from tests.dumps.test_members import LINE, tarred, zipped


def zip_of(*entries: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return target.getvalue()


def tar_of(*entries: tuple[str, bytes], mode: str = "w") -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in entries:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return target.getvalue()


WITHIN = {
    "posts.zip": (zip_of(("posts.jsonl", LINE)), "ZIP"),
    "empty.zip": (zip_of(), "ZIP"),
    "posts.tar": (tar_of(("posts.jsonl", LINE)), "tar"),
    "posts.tar.gz": (tar_of(("posts.jsonl", LINE), mode="w:gz"), "tar"),
    "posts.tar.xz": (tar_of(("posts.jsonl", LINE), mode="w:xz"), "tar"),
    "posts.zip.gz": (gzip.compress(zip_of(("posts.jsonl", LINE))), "ZIP"),
}


@pytest.mark.parametrize("name", WITHIN)
@pytest.mark.parametrize("around", ["zip", "tar", "tar.gz"])
def test_one_is_named_and_the_rest_is_read(tmp_path: Path, name: str, around: str) -> None:
    content, kind = WITHIN[name]
    path = tmp_path / f"all.{around}"
    entries = ("a.jsonl", LINE), (name, content), ("b.jsonl", LINE)
    if around == "zip":
        zipped(path, *entries)
    else:
        tarred(path, "w:gz" if around == "tar.gz" else "w", *entries)
    source = dumps.DumpRecords(DumpsSource(paths=(path,), format="canonical"), (), MAX_BYTES)
    batches = iter(lambda: source.poll(0), None)
    assert [record.value for batch in batches for record in batch.records] == [LINE.strip()] * 2
    told = f"an archive ({kind}) within another, or compressed again; unpack it first"
    assert source.notes == [(f"all.{around}!{name}", Note(NoteKind.NOT_READ, told))]


def test_a_compressed_zip_is_named_too(tmp_path: Path) -> None:
    (tmp_path / "x.zip.gz").write_bytes(gzip.compress(zip_of(("posts.jsonl", LINE))))
    (member,) = members([tmp_path / "x.zip.gz"])
    reader = DumpReader(member, ReadOptions(), MAX_BYTES)
    assert list(reader) == []
    assert reader.layout is not None and reader.layout.kind is Kind.FOREIGN
    assert ["an archive (ZIP)" in note.text for note in reader.notes] == [True]


@pytest.mark.parametrize("first", ["[Content_Types].xml", "mimetype"])
def test_a_document_that_is_no_workbook_is_no_archive(tmp_path: Path, first: str) -> None:
    path = zipped(tmp_path / "x.zip", ("letter.docx", zip_of((first, b"<x/>"), ("word/document.xml", b"<x/>"))))
    (member,) = members([path])
    reader = DumpReader(member, ReadOptions(), MAX_BYTES)
    assert values(list(reader)) == []
    assert ["no XLSX file" in note.text for note in reader.notes] == [True]


def test_half_an_archive_within_another_is_told(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", ("posts.zip", zip_of(("posts.jsonl", LINE * 100))[:-30]))
    (member,) = members([path])
    reader = DumpReader(member, ReadOptions(), MAX_BYTES)
    assert list(reader) == []
    assert [note.kind for note in reader.notes] == [NoteKind.DAMAGED]


@pytest.mark.parametrize("make", [zip_of, tar_of])
def test_a_bomb_within_another_is_named_in_little_memory(tmp_path: Path, make: object) -> None:
    assert callable(make)
    path = zipped(tmp_path / "x.zip", ("bomb", make(("x.jsonl", b" " * 100 * MIB))))
    with peak_below(20 * MIB):
        (member,) = members([path])
        reader = DumpReader(member, ReadOptions(), MAX_BYTES)
        assert list(reader) == []
    assert ["unpack it first" in note.text for note in reader.notes] == [True]
