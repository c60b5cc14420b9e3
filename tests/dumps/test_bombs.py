"""Laws of memory: what a record or an archive claims to be never decides how much is held."""

from __future__ import annotations

import gzip
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from configs.dumps import DumpsSource
from pipeline.dumps.options import ReadOptions
from pipeline.dumps.reader import DumpReader
from pipeline.sources import dumps
from schemas.decode import decode
from schemas.record import Dead, Reason, Record
from tests.dumps.helpers import kinds, the_member

MIB = 2**20
BOMB = 50 * MIB


@contextmanager
def peak_below(limit: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < limit
    finally:
        tracemalloc.stop()


def summary(reader: DumpReader) -> list[tuple[int, bytes]]:
    """Sizes and beginnings of all values, none of which is kept."""
    found = []
    for record in reader:
        assert record.value is not None
        found.append((len(record.value), record.value[:10]))
    return found


def reason(record: Record, max_bytes: int = MIB) -> Reason | None:
    (item,) = decode(record, format_name=None, max_bytes=max_bytes)
    return item.reason if isinstance(item, Dead) else None


LONG = {
    "x.jsonl": (b'{"id": 1}\n{"id": "', b'"}\n{"id": 3}\n'),
    "y.jsonl": (b'{"id": 1}\n', b'\n{"id": 3}\n'),
    "x.json": (b'[{"id": 1}, {"id": "', b'"}, {"id": 3}]'),
    "x.js": (b'window.x = [{"id": 1}, ["', b'"], {"id": 3}]'),
    "y.json": (b'{"id":\n1}\n{"id":\n"', b'"}\n{"id":\n3}'),
    "x.csv": (b"id,text\n1,a\n2,", b"\n3,c\n"),
    "y.csv": (b'id,text\n1,a\n2,"', b'"\n3,c\n'),
}


@pytest.mark.parametrize("name", LONG)
def test_of_a_record_of_50_mb_little_is_held_and_the_next_one_is_whole(tmp_path: Path, name: str) -> None:
    """Packed, so that no file of that size need be written."""
    before, behind = LONG[name]
    path = tmp_path / f"{name}.gz"
    with gzip.open(path, "wb", compresslevel=1) as target:
        target.write(before)
        for _ in range(BOMB // MIB):
            target.write(b"x" * MIB)
        target.write(behind)
    reader = DumpReader(the_member(path), ReadOptions(), MIB)
    with peak_below(20 * MIB):
        first, bomb, last = summary(reader)
    assert bomb[0] == MIB + 1
    assert first[0] < 20
    assert last[0] < 20
    assert last[1] in (b'{"id": 3}', b'{"id":\n3}', b"3,c")
    assert kinds(reader.notes) == []
    (record,) = [record for record in reader if record.position == 2]
    assert reason(record) is Reason.OVERSIZED


def test_brackets_a_million_deep_neither_recurse_nor_are_held(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    depth = 300_000
    path.write_bytes(b"[1," + b"[" * depth + b"]" * depth + b"," + b'{"a":' * 2 + b"[" * 99 + b"]" * 99 + b"}},3]")
    reader = DumpReader(the_member(path), ReadOptions(), 2**16)
    with peak_below(5 * MIB):
        sizes = [size for size, _ in summary(reader)]
    assert sizes == [1, 2**16 + 1, 2 * len(b'{"a":') + 200, 1]
    assert [reason(record, 2**16) for record in reader][1:3] == [Reason.OVERSIZED, Reason.TOO_DEEP]


def test_a_zip_that_holds_gigabytes_of_nothing_is_read_in_little_memory(tmp_path: Path) -> None:
    """A thousand to one, which deflate can do; blank lines are skipped."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("x.jsonl", "w") as target:
        for _ in range(100):
            target.write(b" " * MIB)
        target.write(b'\n{"id": 1}')
    reader = DumpReader(the_member(path), ReadOptions(), MIB)
    with peak_below(20 * MIB):
        assert summary(reader) == [(9, b'{"id": 1}')]


def test_a_quote_left_open_in_each_of_many_rows_costs_no_more_than_reading_them(tmp_path: Path) -> None:
    """Each of them looks for its end over 64 Ki characters at most, and finds none."""
    rows = [b'%d,"never' % n if n % 5000 == 0 else b"%d,x" % n for n in range(1, 50_001)]
    path = tmp_path / "x.csv"
    path.write_bytes(b"id,text\n" + b"\n".join(rows))
    with peak_below(20 * MIB):
        found = [size for size, _ in summary(DumpReader(the_member(path), ReadOptions(), MIB))]
    assert found == [len(row) for row in rows]


def test_a_workbook_of_many_texts_is_read_in_little_memory(tmp_path: Path) -> None:
    """200,000 texts of 200 characters are 40 MB; what is held of each is its place."""
    path = tmp_path / "x.xlsx"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        sheet = '<workbook xmlns:r="r"><sheets><sheet name="A" r:id="1"/></sheets></workbook>'
        archive.writestr("xl/workbook.xml", sheet)
        relation = f'<Relationship Id="1" Type="{office}/worksheet" Target="s.xml"/>'
        archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{relation}</Relationships>")
        with archive.open("xl/s.xml", "w") as target:
            target.write(b"<worksheet><sheetData><row><c t='s'><v>0</v></c></row>")
            for n in range(1, 200_000, 40):
                target.write(b"<row><c t='s'><v>%d</v></c></row>" % n)
            target.write(b"</sheetData></worksheet>")
        with archive.open("xl/sharedStrings.xml", "w") as target:
            target.write(b"<sst><si><t>text</t></si>")
            for n in range(1, 200_000):
                target.write(b"<si><t>%0200d</t></si>" % n)
            target.write(b"</sst>")
    reader = DumpReader(the_member(path), ReadOptions(), MIB)
    with peak_below(10 * MIB):
        found = summary(reader)
    assert len(found) == 5000
    assert {size for size, _ in found} == {200}


def test_a_batch_of_long_records_ends_early_and_none_is_lost(tmp_path: Path) -> None:
    """2,000 records of 1 MiB, which is what is held of a longer one, would be 2 GiB, and the store takes copies."""
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"id": 1}\n' + (b"x" * 1001 + b"\n") * 40 + b'{"id": 2}\n' * 600)
    batches = []
    records = dumps.DumpRecords(DumpsSource(paths=(path,), poll_records=500), (), 1000)
    while (batch := records.poll(0)) is not None:
        batches.append(batch.records)
        (span,) = batch.spans
        assert (span.first, span.end) == (batch.records[0].position, batch.records[-1].position + 1)
    assert [len(batch) for batch in batches] == [33, 500, 108]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.binary(), pa.dictionary(pa.int32(), pa.string())])
def test_a_text_that_is_in_a_parquet_file_once_and_in_all_rows_is_held_for_few(
    tmp_path: Path, kind: pa.DataType
) -> None:
    """5 MB in each of 80 rows are 400 MB; the file has some 1,000 bytes."""
    path = tmp_path / "x.parquet"
    repeated = pa.DictionaryArray.from_arrays(pa.array([0] * 80, pa.int32()), pa.array(["x" * 5_000_000]))
    table = pa.table({"id": list(range(80)), "text": repeated if pa.types.is_dictionary(kind) else repeated.cast(kind)})
    pq.write_table(table, path, compression="zstd", dictionary_pagesize_limit=2**24, write_batch_size=1)
    assert path.stat().st_size < 10_000
    del table
    with peak_below(200 * MIB):
        sizes = [size for size, _ in summary(DumpReader(the_member(path), ReadOptions(), MIB))]
    assert sizes == [MIB + 1] * 80
