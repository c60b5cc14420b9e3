"""Laws of Parquet: a row is a JSON object that holds all the file knows."""

from __future__ import annotations

import io
import random
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from configs.dumps import DumpsSource
from pipeline.dumps.notes import NoteKind
from pipeline.sources.dumps import DumpRecords
from schemas.decode import decode
from schemas.record import Dead, Reason
from tests.dumps.helpers import MAX_BYTES, lines, reader_of, values


def parquet(table: pa.Table, **options: Any) -> bytes:
    target = io.BytesIO()
    pq.write_table(table, target, **options)
    return target.getvalue()


def test_values_are_kept_whole(tmp_path: Path) -> None:
    moment = datetime(2024, 5, 3, 17, 12, 9, 123456, tzinfo=timezone(timedelta(hours=2)))
    table = pa.table(
        {
            "id": pa.array([1823034723867713281]),
            "at": pa.array([moment], pa.timestamp("us", "Europe/Berlin")),
            "local": pa.array([1714749129123456789], pa.timestamp("ns")),
            "day": pa.array([date(2024, 5, 3)]),
            "bytes": pa.array(["ü".encode()]),
            "more": pa.array([b"\xff\x00"]),
            "price": pa.array([Decimal("1.50")]),
            "none": pa.array([float("nan")]),
            "nested": pa.array([{"a": [{"b": 1}], "c": None, "t": moment}]),
            "map": pa.array([[("k", "v")]], pa.map_(pa.string(), pa.string())),
            "word": pa.array(["x"]).dictionary_encode(),
        }
    )
    (value,) = values(list(reader_of(tmp_path, parquet(table), "x.parquet")))
    assert orjson.loads(value) == {
        "id": 1823034723867713281,
        "at": "2024-05-03T15:12:09.123456Z",
        "local": "2024-05-03T15:12:09.123456",
        "day": "2024-05-03",
        "bytes": "ü",
        "more": "ff00",
        "price": "1.50",
        "none": None,
        "nested": {"a": [{"b": 1}], "c": None, "t": "2024-05-03T15:12:09.123456Z"},
        "map": {"k": "v"},
        "word": "x",
    }
    assert moment.astimezone(UTC).isoformat().startswith("2024-05-03T15:12:09.123456")


def test_a_damaged_group_is_told_with_its_place_and_the_others_are_read(tmp_path: Path) -> None:
    content = parquet(pa.table({"id": list(range(1000)), "t": [str(n) for n in range(1000)]}), row_group_size=300)
    whole = list(reader_of(tmp_path, content, "x.parquet"))
    assert [orjson.loads(value)["id"] for value in values(whole)] == list(range(1000))
    assert lines(whole) == list(range(1, 1001))
    facts = pq.ParquetFile(io.BytesIO(content)).metadata
    places = [facts.row_group(group).column(0).dictionary_page_offset for group in range(4)]
    for bad, told in (
        ([0], [0]),
        ([1], [1]),
        ([3], [3]),
        ([0, 2], [0, 2]),
        ([1, 2], [1, 1]),
        ([0, 1, 2, 3], [0, 0, 0, 0]),
    ):  # groups, and those behind the last good one
        broken = bytearray(content)
        for group in bad:
            broken[places[group] : places[group] + 100] = b"?" * 100
        reader = reader_of(tmp_path, bytes(broken), "x.parquet")
        assert list(reader) == [record for record in whole if (record.position - 1) // 300 not in bad]
        assert [(note.kind, note.byte, note.record) for note in reader.notes] == [
            (NoteKind.DAMAGED, places[place], 300 * group + 1) for group, place in zip(bad, told, strict=True)
        ]


def test_of_a_damaged_group_the_rows_before_the_spot_are_kept(tmp_path: Path) -> None:
    """Pages of some 1,000 rows; the last but one is damaged."""
    table = pa.table({"id": list(range(20_000)), "t": [f"{n:050}" for n in range(20_000)]})
    content = bytearray(
        parquet(table, row_group_size=10_000, data_page_size=50_000, use_dictionary=False, compression="none")
    )
    at = content.index(b"%050d" % 8000)
    content[at - 4 : at + 50_000] = b"\xff" * 50_004
    reader = reader_of(tmp_path, bytes(content), "x.parquet")
    numbers = [record.position for record in reader]
    before = len([number for number in numbers if number <= 10_000])
    assert 5000 < before < 8000
    assert numbers == [*range(1, before + 1), *range(10_001, 20_001)]
    assert [(note.kind, note.byte, note.record) for note in reader.notes] == [(NoteKind.DAMAGED, 4, before + 1)]


def test_columns_of_the_same_name_stay_apart(tmp_path: Path) -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["id", "id"])
    assert values(list(reader_of(tmp_path, parquet(table), "x"))) == [b'{"id":1,"id 2":2}']


def test_a_row_that_python_cannot_tell_is_dead_and_no_other(tmp_path: Path) -> None:
    table = pa.table({"id": list(range(5)), "at": pa.array([0, 1, 2**62, 3, 4], pa.timestamp("us"))})
    records = list(reader_of(tmp_path, parquet(table), "x"))
    values(records)
    outcomes = [decode(record, format_name=None, max_bytes=1000)[0] for record in records]
    assert [isinstance(item, Dead) and item.reason is Reason.NOT_JSON for item in outcomes] == [
        n == 2 for n in range(5)
    ]


def test_half_a_file_is_told(tmp_path: Path) -> None:
    content = parquet(pa.table({"id": [1]}))
    for half in (content[:-10], b"PAR1", content[:-4] + b"nope"):
        reader = reader_of(tmp_path, half, "x.parquet")
        assert list(reader) == []
        assert [(note.kind, note.byte) for note in reader.notes] == [(NoteKind.DAMAGED, len(half))]


def test_a_batch_says_which_rows_damage_took_out_of_it(tmp_path: Path) -> None:
    """Else marks of written batches would count rows that nobody read, and a resume leave them out."""
    content = bytearray(parquet(pa.table({"id": list(range(1000))}), row_group_size=100))
    facts = pq.ParquetFile(io.BytesIO(content)).metadata
    place = facts.row_group(2).column(0).dictionary_page_offset
    content[place : place + 100] = b"?" * 100
    path = tmp_path / "x.parquet"
    path.write_bytes(content)
    records = DumpRecords(DumpsSource(paths=(path,), poll_records=150), (), MAX_BYTES)
    spans = []
    while (batch := records.poll(0)) is not None:
        spans.append([(span.first, span.end) for span in batch.spans])
        assert [r.position for r in batch.records] == [n for first, end in spans[-1] for n in range(first, end)]
    assert spans[:3] == [[(1, 151)], [(151, 201), (301, 401)], [(401, 551)]]
    assert spans[-1][-1][1] == 1001


def test_a_byte_that_is_wrong_anywhere_ends_nothing_and_is_told_where_rows_are_missing(tmp_path: Path) -> None:
    draw = random.Random(3)
    table = pa.table({"id": list(range(300)), "t": [f"text {n % 40}" for n in range(300)]})
    content = parquet(table, row_group_size=100)
    for _ in range(300):
        broken = bytearray(content)
        broken[draw.randrange(4, len(content) - 8)] = draw.randrange(256)
        reader = reader_of(tmp_path, bytes(broken), "x.parquet")
        numbers = [record.position for record in reader]
        assert numbers == sorted(set(numbers))
        assert len(numbers) == 300 or reader.notes
