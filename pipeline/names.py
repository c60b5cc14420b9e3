"""Which name in a query is wrong, and which one was meant. Only a guess: the engine's own words follow it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence

from schemas.errors import TerminalError
from sinks.codes import UNKNOWN_DATABASE, UNKNOWN_TABLE, UnknownName
from sinks.store import Store

MAIN = "mentions"
"""The view that is there in every store whose schema is."""
_TABLES = "SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY name"
_COLUMNS = "SELECT table, name FROM system.columns WHERE database = currentDatabase() ORDER BY table, name"
_QUOTED = re.compile(r"'(?:[^'\\]|\\.|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_KEYWORDS = frozenset({
    "ALL", "AND", "ANTI", "ANY", "ARRAY", "AS", "ASC", "ASOF", "BETWEEN", "BY", "CASE", "CROSS", "DAY",
    "DESC", "DESCRIBE", "DISTINCT", "ELSE", "END", "EXPLAIN", "FALSE", "FINAL", "FROM", "FULL", "GLOBAL",
    "GROUP", "HAVING", "HOUR", "ILIKE", "IN", "INNER", "INTERVAL", "IS", "JOIN", "LEFT", "LIKE", "LIMIT",
    "MINUTE", "MONTH", "NOT", "NULL", "OFFSET", "ON", "OR", "ORDER", "OUTER", "OVER", "PARTITION", "PREWHERE",
    "RIGHT", "ROLLUP", "SAMPLE", "SECOND", "SELECT", "SEMI", "SHOW", "TABLE", "THEN", "TIES", "TOP", "TOTALS",
    "TRUE", "UNION", "USING", "WEEK", "WHEN", "WHERE", "WITH", "YEAR",
})  # fmt: skip


def explained(error: UnknownName, query: str, store: Store) -> TerminalError:
    """The error with the guess first; where the schema is missing, with how to make it."""
    if error.code == UNKNOWN_DATABASE:
        return nothing_there(error.where)
    tables: dict[str, list[str]] = {row[0]: [] for row in store.query(_TABLES).rows}
    if MAIN not in tables:
        return nothing_there(error.where)
    for table, column in store.query(_COLUMNS).rows:
        tables.setdefault(table, []).append(column)
    guess = guessed(query, tables, of_table=error.code == UNKNOWN_TABLE)
    return TerminalError(f"{guess} ({error.where}: {error.said})")


def nothing_there(where: str) -> TerminalError:
    """The error for a store without tables."""
    return TerminalError(
        f"{where}: there is no store there yet; `echolot migrate --config FILE` makes it, and so does `echolot stream`"
    )


def guessed(query: str, tables: Mapping[str, Sequence[str]], *, of_table: bool) -> str:
    """A sentence: which name of `query` is none of `tables` and their columns, and what stands close to it."""
    text = _QUOTED.sub(" ", query)
    read = re.findall(r"\b(?:FROM|JOIN)\s+[`\"]?(?:\w+\.)?(\w+)", text, re.IGNORECASE)
    if of_table:
        wrong = next((name for name in read if name not in tables), read[0] if read else "")
        near = difflib.get_close_matches(wrong, tables, n=1)
        mend = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(tables)}"
        return f"there is no table or view `{wrong}`; {mend}"
    columns = sorted({column for name in read for column in tables.get(name, ())})
    aliases = set(re.findall(r"\bAS\s+[`\"]?(\w+)", text, re.IGNORECASE)) | set(re.findall(r"\b(\w+)\s+AS\s*\(", text))
    words = re.findall(r"(?<![\w'])([A-Za-z_]\w*)(?!\w|\s*[(.]|')", text)
    strange = [w for w in words if w.upper() not in _KEYWORDS and w not in {*columns, *tables, *read, *aliases}]
    for wrong in strange:
        near = difflib.get_close_matches(wrong, columns, n=1)
        if near:
            return f"there is no column `{wrong}`; did you mean `{near[0]}`?"
    wrong = f"no column `{strange[0]}`" if strange else "a name that is unknown"
    there = f"{' and '.join(read) or 'the table'} {'have' if len(read) > 1 else 'has'}"
    return f"there is {wrong}; {there} {', '.join(columns) or 'others'}"
