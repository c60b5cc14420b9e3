"""Blocks and results in ClickHouse's Native format, for the embedded store. The codec is the driver's own, so that
both stores take and give the same Python values. Of the driver's insides only what stands here is used."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from clickhouse_driver.block import ColumnOrientedBlock  # type: ignore[import-untyped]
from clickhouse_driver.bufferedreader import BufferedSocketReader  # type: ignore[import-untyped]
from clickhouse_driver.bufferedwriter import BufferedSocketWriter  # type: ignore[import-untyped]
from clickhouse_driver.context import Context  # type: ignore[import-untyped]
from clickhouse_driver.streams.native import BlockInputStream, BlockOutputStream  # type: ignore[import-untyped]

from sinks.store import Block, Result

_BUFFER_BYTES = 1 << 20


class _Memory:
    """The two calls that the driver makes on a socket."""

    def __init__(self, content: bytes = b"") -> None:
        self.sent: list[bytes] = []
        self._content = memoryview(content)
        self._at = 0

    def sendall(self, piece: bytes) -> None:
        self.sent.append(bytes(piece))

    def recv_into(self, buffer: bytearray) -> int:
        size = min(len(buffer), len(self._content) - self._at)
        buffer[:size] = self._content[self._at : self._at + size]
        self._at += size
        return size


def encode(block: Block, table_columns: Mapping[str, str]) -> bytes:
    """A checked block, columns in the table's order."""
    memory = _Memory()
    columns = [list(block.columns[name]) for name in table_columns]  # copies: the driver writes numbers into the lists
    stream = BlockOutputStream(BufferedSocketWriter(memory, _BUFFER_BYTES), _context())
    stream.write(ColumnOrientedBlock(list(table_columns.items()), columns))
    return b"".join(memory.sent)


def decode(content: bytes) -> Result:
    """The rows of all blocks. Text that is no UTF-8 stays bytes. No bytes at all (no rows) give a Result without names.

    Raises EOFError, ValueError or the driver's errors where the content is something else."""
    reader = BufferedSocketReader(_Memory(content), max(len(content), 1))
    stream = BlockInputStream(reader, _context())
    result = Result([], [], [])
    while reader.position < len(content):  # one buffer holds everything, so its position is the stream's
        block = stream.read()
        if not result.names:
            result.names.extend(name for name, _ in block.columns_with_types)
            result.types.extend(type_name for _, type_name in block.columns_with_types)
        result.rows.extend(block.get_rows())
    return result


def _context() -> Any:
    context = Context()
    # Revision 0 is the Native format of files: no block information, no custom serialisation.
    context.server_info = SimpleNamespace(used_revision=0, get_timezone=lambda: "UTC")
    context.settings = {}
    context.client_settings = {
        "strings_as_bytes": False,
        "strings_encoding": "utf-8",
        "use_numpy": False,
        "input_format_null_as_default": False,
        "namedtuple_as_json": True,
    }
    return context
