"""Check a block against its table before anything is sent: a bad value that the driver finds in mid-insert would leave
the blocks before it behind, and the connection broken."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.errors import TerminalError
from sinks.column_rules import Rule, rule_for
from sinks.store import Block


def check(block: Block, table_columns: Mapping[str, str]) -> None:
    """Raise TerminalError unless the block has exactly the table's columns, equally long, of values that fit.

    `table_columns` maps column to ClickHouse type, as the live table has them. The error names table, column, row
    (from 0) and kind of value, never the value. About a millisecond for 500 rows of 25 columns."""
    if block.columns.keys() != table_columns.keys():
        missing = ", ".join(sorted(table_columns.keys() - block.columns.keys())) or "none"
        extra = ", ".join(sorted(block.columns.keys() - table_columns.keys())) or "none"
        raise TerminalError(
            f"table {block.table}: its columns and the block's differ (missing: {missing}; unknown: {extra}); "
            f"run `echolot migrate`, or make the rows match"
        )
    rows = len(block)
    for column, values in block.columns.items():
        if len(values) != rows:
            raise TerminalError(f"table {block.table}, column {column}: {len(values)} values beside {rows} in others")
        _check_column(block, column, table_columns[column])


def _check_column(block: Block, column: str, type_name: str) -> None:
    try:
        rule = rule_for(type_name)
    except KeyError:
        raise TerminalError(
            f"table {block.table}, column {column}: type {type_name} has no rule; add one to sinks/column_rules.py"
        ) from None
    if _fine(rule, block, column):
        return
    for row, value in enumerate(block.columns[column]):
        fault = rule.fault(value)
        if fault is not None:
            raise TerminalError(
                f"table {block.table}, column {column} ({type_name}), row {row}: {fault} cannot be stored; "
                f"mend the step that fills the column"
            )


def _fine(rule: Rule, block: Block, column: str) -> bool:
    try:
        return rule.fine(block.columns[column])
    except (TypeError, ValueError):
        return False
