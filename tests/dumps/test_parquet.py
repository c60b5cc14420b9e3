"""Laws of Parquet: a row is a JSON object that holds all the file knows."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.dumps.notes import NoteKind
from schemas.decode import decode
from schemas.record import Dead, Reason
from tests.dumps.helpers import kinds, lines, reader_of, values


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


def test_groups_before_the_wanted_rows_are_not_read(tmp_path: Path) -> None:
    content = parquet(pa.table({"id": list(range(1000))}), row_group_size=300)
    reader = reader_of(tmp_path, content, "x.parquet")
    whole = list(reader)
    assert [orjson.loads(value)["id"] for value in values(whole)] == list(range(1000))
    assert lines(whole) == list(range(1, 1001))
    assert list(reader.records(650)) == whole[650:]
    broken = bytearray(content)
    broken[4:200] = b"?" * 196
    reader = reader_of(tmp_path, bytes(broken), "x.parquet")
    assert list(reader.records(300)) == whole[300:]
    assert list(reader) == []
    assert kinds(reader.notes) == [NoteKind.DAMAGED]


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
        assert kinds(reader.notes) == [NoteKind.DAMAGED]
