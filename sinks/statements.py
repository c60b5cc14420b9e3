"""SQL text, taken apart only as far as needed: where statements end, and whether one only reads."""

from __future__ import annotations

import re
from itertools import pairwise

from schemas.errors import TerminalError

READING = frozenset({"SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "EXPLAIN", "EXISTS"})
"""First words of statements that change nothing."""

_TOKEN = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<quoted>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`)"""
    r"""|(?P<end>;)|(?P<text>[^-/'"`;]+|.)""",
    re.DOTALL,
)


def split(sql: str) -> list[str]:
    """The statements of a text, without comments; a semicolon inside quotes or a comment ends nothing."""
    statements: list[str] = []
    current: list[str] = []
    for token in _TOKEN.finditer(sql):
        if token.lastgroup == "end":
            statements.append("".join(current).strip())
            current = []
        elif token.lastgroup != "comment":
            current.append(token.group())
        else:
            current.append(" ")
    statements.append("".join(current).strip())
    return [s for s in statements if s]


def require_reading(sql: str) -> str:
    """The one reading statement of `sql`, without its comments and semicolon. Raises TerminalError for anything else.

    This comes before the engine's own readonly setting, which both stores use too: that alone would let through
    INTO OUTFILE, USE and SET."""
    statements = split(sql)
    if not statements:
        raise TerminalError("the query is empty; write one SELECT")
    if len(statements) != 1:
        raise TerminalError(f"a query is one statement, this text holds {len(statements)}; send them one by one")
    statement = statements[0]
    words = re.findall(r"[A-Za-z_]+", _unquoted(statement).upper())
    first = words[0] if words else ""
    if first not in READING:
        raise TerminalError(f"a query only reads and begins with {', '.join(sorted(READING))}; this one with {first!r}")
    if ("INTO", "OUTFILE") in pairwise(words):
        raise TerminalError("a query may not write a file (INTO OUTFILE); take the rows and write them yourself")
    return statement


def returns_rows_of_select(statement: str) -> bool:
    """Whether a reading statement is a SELECT, so that its columns can be described."""
    return statement.lstrip("( \n\t").upper().startswith(("SELECT", "WITH"))


def _unquoted(statement: str) -> str:
    return "".join(t.group() for t in _TOKEN.finditer(statement) if t.lastgroup != "quoted")
