"""Rows as people read them: a table where it fits the width, else a block a row, as psql's expanded display.

Nothing in a title, header or cell is read as markup, and control characters of a post never reach the terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

WRAP = 30
"""Width in columns: a longer cell may wrap, but its column never gets less. What then does not fit goes into blocks."""
_TIGHTER = (24, 20)  # tried too where cells are cut anyway
_GAP = 2  # columns between two cells
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")  # also what turns text round


def show(
    console: Console, title: str, names: Sequence[str], rows: Sequence[Sequence[Any]], *, most_lines: int | None = None
) -> None:
    """Print rows under a title. With `most_lines` a cell is cut after so many lines."""
    names = [_printable(name) for name in names]
    if title:
        console.print(Text(_printable(title), style="bold"), soft_wrap=True)
    made = table(console, names, rows, most_lines=most_lines)
    if made is not None:
        console.print(made)
    elif not rows:
        console.print(Text(f"(no rows; columns: {', '.join(names)})"), soft_wrap=True)
    else:
        for number, row in enumerate(rows, start=1):
            block(console, f"-[ {number} ]".ljust(min(console.width, 40), "-"), names, row)
    if title:
        console.print()


def table(
    console: Console, names: Sequence[str], rows: Sequence[Sequence[Any]], *, most_lines: int | None = None
) -> Table | None:
    """Rows as a table, None where it does not fit. With `most_lines` line breaks of a cell's own are spaces."""
    cells = [[cell(value) for value in row] for row in rows]
    if most_lines is not None:
        cells = [[" ".join(c.split()) for c in row] for row in cells]
    limits = (WRAP,) if most_lines is None else (WRAP, *_TIGHTER)
    widths = next((w for limit in limits if (w := _widths(names, cells, console.width, limit))), None)
    if widths is None:
        return None
    numbers = [bool(rows) and all(isinstance(row[n], int | float | None) for row in rows) for n in range(len(names))]
    made = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, _GAP - 1, 0, 0), pad_edge=False)
    for name, width, number in zip(names, widths, numbers, strict=True):
        made.add_column(Text(name), width=width, justify="right" if number else "left", overflow="fold")
    for row in cells:
        made.add_row(*(_cut(console, c, w, most_lines) for c, w in zip(row, widths, strict=True)))
    return made


def block(console: Console, heading: str, names: Sequence[str], values: Sequence[Any]) -> None:
    """Print one row under a heading, a `name  value` line a column."""
    console.print(Text(_printable(heading)), soft_wrap=True)
    indent = max((Text(name).cell_len for name in names), default=0) + _GAP
    for name, value in zip(names, values, strict=True):
        lines = Text(cell(value)).wrap(console, max(console.width - indent, WRAP), overflow="fold")
        for number, line in enumerate(lines):
            line.rstrip()
            label = Text("" if number else name, style="bold")
            label.pad_right(indent - label.cell_len)
            whole = label + line
            whole.rstrip()
            console.print(whole, soft_wrap=True)


def cell(value: Any) -> str:
    """A value as it stands in a table."""
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, bytes):
        return _printable(value.decode("utf-8", "backslashreplace"))
    if isinstance(value, list | tuple):
        return ", ".join(cell(v) for v in value)
    return "" if value is None else _printable(str(value))


def _printable(text: str) -> str:
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def _widths(names: Sequence[str], cells: Sequence[Sequence[str]], width: int, limit: int) -> list[int] | None:
    """A width a column; None where the table does not fit. What is to spare goes to those that lack most."""
    wanted = [max(map(_longest_line, (name, *(row[n] for row in cells)))) for n, name in enumerate(names)]
    widths = [max(min(length, limit), 1) for length in wanted]
    spare = width - sum(widths) - _GAP * (len(names) - 1)
    if spare < 0:
        return None
    for _ in range(spare):
        most = max(range(len(widths)), key=lambda n: wanted[n] / widths[n], default=None)
        if most is None or wanted[most] <= widths[most]:
            break
        widths[most] += 1
    return widths


def _longest_line(text: str) -> int:
    return max((Text(line).cell_len for line in text.split("\n")), default=0)


def _cut(console: Console, text: str, width: int, most_lines: int | None) -> Text:
    if most_lines is None:
        return Text(text)
    lines = Text(text).wrap(console, width, overflow="fold")
    if len(lines) <= most_lines:
        return Text(text)
    last = lines[most_lines - 1]
    last.rstrip()
    last.truncate(width - 1)
    last.append("\N{HORIZONTAL ELLIPSIS}")
    return Text("\n").join(lines[:most_lines])
