"""Rows of Parquet files as JSON objects, group by group.

Times have their offset where the file knows one, down to microseconds; bytes are text where they are UTF-8, else
hexadecimal; decimals are text; what is nested stays nested. A row that cannot be told is given as text, no JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.dumps.damage import Damaged
from pipeline.dumps.headers import unique
from pipeline.dumps.notes import NoteKind, Notes
from pipeline.dumps.reading import Found
from schemas.jsontext import dumps

_BATCH_ROWS = 256
_BUFFER = 2**20  # of each column; without it whole row groups are read at once
_BATCH_BYTES = 64 * 2**20
_MOST_ROWS = 2**31  # of a group; a footer that tells more is corrupt, and positions must not run over
_ERRORS = (pa.ArrowException, OSError, ValueError, OverflowError, KeyError, MemoryError)


class ParquetRows:
    """The records of a Parquet file. `share` of its rows are read."""

    def __init__(self, path: Path, name: str) -> None:
        """Raises Damaged where the file is none, or only half of one."""
        self.share = 0.0
        self._good = 4  # bytes: the mark, and groups up to the last that was read
        self._name = name
        try:
            self._file = _opened(path)
            self._texts = [field.name for field in self._file.schema_arrow if _is_text(field.type)]
            self._dictionaries = _opened(path, read_dictionary=self._texts)
            self._names = unique(self._file.schema_arrow.names)
            self._schema = pa.schema([pa.field(f.name, _told(f.type), f.nullable) for f in self._file.schema_arrow])
        except _ERRORS as error:
            why = f"no Parquet file that can be read, half of one perhaps ({_first_line(error)})"
            raise Damaged(name, path.stat().st_size, why) from error
        self._is_simple = all(map(_is_simple, self._schema.types))

    def close(self) -> None:
        """Closes the file."""
        self._dictionaries.close()
        self._file.close()

    def rows(self, notes: Notes) -> Iterator[Found]:
        """The rows, group by group. One that is damaged is noted, and the next one read; rows keep their numbers."""
        facts = self._file.metadata
        before = 0
        for group in range(facts.num_row_groups):
            number, size = before, min(max(0, facts.row_group(group).num_rows), _MOST_ROWS)
            try:
                for number, value in self._group(group, before, size):
                    self.share = number / max(1, facts.num_rows)
                    yield number, number, value
            except Damaged as error:
                notes.add(NoteKind.DAMAGED, error.why, error.byte, number + 1)
            before += size

    def _group(self, group: int, before: int, size: int) -> Iterator[tuple[int, bytes]]:
        """Its rows, as many as were told. Raises Damaged where they are fewer or more, or cannot be read."""
        number, read = before, 0
        try:
            for batch in self._file.iter_batches(self._rows_at_once(group, size), row_groups=[group]):
                for value in self._values(batch.slice(0, before + size - number)):
                    number += 1
                    yield number, value
                read += batch.num_rows
        except _ERRORS as error:
            why = f"row group {group + 1} cannot be read ({_first_line(error)})"
            raise Damaged(self._name, self._good, why) from error
        if read != size:
            why = f"row group {group + 1} has {read} rows, not the {size} told"
            raise Damaged(self._name, self._good, why)
        self._good = max(self._good, self._end_of(group))

    def _rows_at_once(self, group: int, size: int) -> int:
        """Fewer where rows are large. A text may be in the file once and in all rows, so the longest one counts."""
        longest = self._file.metadata.row_group(group).total_byte_size // max(1, size)
        for batch in self._dictionaries.iter_batches(1, row_groups=[group], columns=self._texts):
            for column in filter(_is_dictionary, batch.columns):
                longest += pc.max(pc.binary_length(column.dictionary)).as_py() or 0
            break  # with its first row, each column gives its whole dictionary
        return max(1, min(_BATCH_ROWS, _BATCH_BYTES // max(1, longest)))

    def _end_of(self, group: int) -> int:
        """The byte behind a group that was read: of another, pyarrow may end the process when asked about a column."""
        facts = self._file.metadata.row_group(group)
        columns = [facts.column(number) for number in range(facts.num_columns)]
        ends = [(c.dictionary_page_offset or c.data_page_offset) + c.total_compressed_size for c in columns]
        return max(ends, default=0)

    def _values(self, batch: pa.RecordBatch) -> Iterator[bytes]:
        try:
            rows = self._objects(batch)
        except _ERRORS as error:
            if batch.num_rows == 1:
                yield f"a row of Parquet that cannot be told: {error}".encode()
                return
            half = batch.num_rows // 2
            yield from self._values(batch.slice(0, half))
            yield from self._values(batch.slice(half))
            return
        for row in rows:
            yield dumps(row if self._is_simple else _plain(row))

    def _objects(self, batch: pa.RecordBatch) -> list[dict[str, Any]]:
        columns = [
            column if column.type == field.type else _cast(column, field.type)
            for column, field in zip(batch.columns, self._schema, strict=True)
        ]
        return pa.RecordBatch.from_arrays(columns, names=list(self._names)).to_pylist()


def _opened(path: Path, **more: Any) -> pq.ParquetFile:
    return pq.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False, page_checksum_verification=True, **more)


def _is_text(kind: pa.DataType) -> bool:
    types = pa.types
    if types.is_dictionary(kind):
        kind = kind.value_type
    known = (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary)
    return any(is_kind(kind) for is_kind in known)


def _is_dictionary(column: pa.Array) -> bool:
    return pa.types.is_dictionary(column.type)


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _cast(column: pa.Array, to: pa.DataType) -> pa.Array:
    """Cuts nanoseconds, but lets no time run over."""
    return pc.cast(column, options=pc.CastOptions(to, allow_time_truncate=True))


def _told(kind: pa.DataType) -> pa.DataType:
    """The type with all its times in microseconds, and in UTC where they have a zone: what Python can tell."""
    types = pa.types
    if types.is_timestamp(kind):
        return pa.timestamp("us", "UTC" if kind.tz else None)
    if types.is_struct(kind):
        return pa.struct([pa.field(inner.name, _told(inner.type), inner.nullable) for inner in kind])
    if types.is_map(kind):
        return pa.map_(kind.key_type, _told(kind.item_type))
    if types.is_large_list(kind):
        return pa.large_list(_told(kind.value_type))
    if types.is_list(kind):
        return pa.list_(_told(kind.value_type))
    return kind


def _is_simple(kind: pa.DataType) -> bool:
    """JSON knows its values."""
    types = pa.types
    if types.is_struct(kind):
        return all(_is_simple(inner.type) for inner in kind)
    if types.is_list(kind) or types.is_large_list(kind):
        return _is_simple(kind.value_type)
    known = (types.is_string, types.is_large_string, types.is_integer, types.is_boolean, types.is_floating)
    return any(is_kind(kind) for is_kind in (*known, types.is_timestamp, types.is_date, types.is_null))


def _plain(value: Any) -> Any:
    """Recursion is safe: types of a schema are finite, and pyarrow refuses what is too deep."""
    if type(value) is dict:
        return {name: _plain(inner) for name, inner in value.items()}
    if type(value) is list:
        if value and all(type(inner) is tuple and type(inner[0]) is str for inner in value):  # a map
            return {key: _plain(inner) for key, inner in value}
        return [_plain(inner) for inner in value]
    if type(value) is tuple:
        return [_plain(inner) for inner in value]
    if type(value) is bytes:
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value.hex()
    if type(value) is Decimal:
        return str(value)
    if type(value) is timedelta:
        return value.total_seconds()
    return value
