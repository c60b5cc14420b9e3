"""The one store protocol. Two implementations: clickhouse.py (a server) and chdb.py (embedded)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Block:
    """Rows for one table, as columns of equal length in the Python types that the table's types take.

    UUID: uuid.UUID; DateTime64: aware datetime in UTC; String: str or bytes; Bool: bool; Array: list."""

    table: str
    columns: Mapping[str, Sequence[Any]]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))


@dataclass(frozen=True, slots=True)
class Result:
    """Rows of a query, with column names and ClickHouse type names; both stand there when there are no rows, too.

    Values are the Python types that Block takes; text that is no UTF-8 stays bytes, and times are aware."""

    names: list[str]
    types: list[str]
    rows: list[tuple[Any, ...]]


class Store(Protocol):
    """Where rows go and questions are answered. Calls from several threads wait for each other."""

    def migrate(self) -> list[str]:
        """Bring the schema to this version; returns the names of the steps applied now. Safe to repeat."""
        ...

    def write(self, blocks: Sequence[Block]) -> None:
        """Write the blocks, one insert a block, the last one after all others are written; empty blocks are skipped.

        Returning means the store has them. All columns are checked against the table before anything is sent.
        Connection trouble is ambiguous, so the same block is sent again on a new connection, within the configured
        retry budget; writes are idempotent by the tables' keys. Raises TransientError when the budget is spent, and
        TerminalError where repeating cannot help (refused block, wrong password, disk full, read-only)."""
        ...

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Result:
        """Answer one reading statement, with {name:Type} parameters bound by the engine.

        Nothing that writes is let through: TerminalError for any other first word, and the engine runs it readonly.
        Waits only about a second for an engine that is away, then raises TransientError."""
        ...

    def command(self, sql: str) -> None:
        """Run one statement that returns nothing and may be repeated: migrations, upkeep. Raises as write does."""
        ...

    def close(self) -> None:
        """Release connection and process. Idempotent."""
        ...
