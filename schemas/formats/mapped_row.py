"""One row or object of a mapped export: values by column name or dotted path, and what is left of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from schemas.formats.mapped_spec import Table, Words
from schemas.formats.mapped_values import word

LAYOUT_HEADER = "echolot-layout"
"""Record header that file readers add where the layout matters: `xml`, of which no value was ever a spreadsheet's."""
AROUND = ".."
"""What paths begin with that lead to the record around a row."""
ABSENT = object()
"""Nothing stands there, not even null."""


class Row:
    """A payload, and which of its columns were taken for a field.

    A path is a column's name, or names and list numbers with dots between them; a column whose whole name is the path
    goes first, since names of columns may hold dots. One that begins with AROUND leads into the record around it."""

    def __init__(
        self,
        payload: dict[str, Any],
        empty: frozenset[str],
        *,
        around: dict[str, Any] | None = None,
        number: int | None = None,
        is_exact: bool = False,
    ) -> None:
        """`around` is the record that holds the row as its `number`th, where it holds several. `is_exact`: its texts
        never were cells of a spreadsheet."""
        self._payload = payload
        self._empty = empty
        self._around = around
        self.number = number
        self._is_exact = is_exact or around is not None
        self._taken: dict[str, None] = {}
        self._asked: dict[str, None] = {}

    @property
    def of_cells(self) -> bool:
        """Every value is text: a CSV row, or one that was one."""
        return not self._is_exact and all(type(value) is str for value in self._payload.values())

    @property
    def is_header(self) -> bool:
        """The row repeats the names of its columns."""
        return bool(self._payload) and all(name == value for name, value in self._payload.items())

    def has(self, path: str) -> bool:
        """Something stands there, be it blank."""
        return self._found(path) is not ABSENT

    def at(self, path: str) -> Any:
        """What stands there; None where that is nothing: blank, an empty list, or a word of `empty`."""
        value = self._found(path)
        if value is ABSENT or blank(value) or (self._empty and word(value) in self._empty):
            return None
        return value

    def _found(self, path: str) -> Any:
        if self._around is None or not path.startswith(AROUND):
            return found(self._payload, path)
        self._asked[path] = None
        return found(self._around, path.removeprefix(AROUND))

    def first(self, paths: Iterable[str]) -> tuple[Any, str] | None:
        """The first value that is something, and its path."""
        for path in paths:
            value = self.at(path)
            if value is not None:
                return value, path
        return None

    def any_of(self, words: Words) -> bool:
        """One of the columns holds one of its words."""
        return any(word(self._found(path)) in listed for path, listed in words.items())

    def translated(self, table: Table) -> str | None:
        """What the table makes of its column's word; None where nothing stands there, or the table lacks it."""
        value = self.at(table.column)
        return None if value is None else table.values.get(word(value), table.others)

    def take(self, path: str) -> None:
        """The value has its place in the mention: `extra` need not keep it."""
        self._taken[path] = None

    def rest(self, about_author: Iterable[str]) -> dict[str, Any]:
        """What was not taken and is not blank, for `extra`: under the source's own names, but what stands at one of the
        paths `about_author` by its path under "author". Of the record around only what was asked for, by its path: all
        of it with each of its rows would be many times the record."""
        left = {name: value for name, value in self._payload.items() if name not in self._taken and not blank(value)}
        for path in self._taken.keys() - self._payload.keys() - self._asked.keys():
            left = _without(left, path.split("."))
        for path in about_author:
            self._found(path)
        around = {path: self._found(path) for path in self._asked if path not in self._taken}
        left |= {path: value for path, value in around.items() if value is not ABSENT and not blank(value)}
        author: dict[str, Any] = {}
        for path in about_author:
            value = found(left, path)
            if value is not ABSENT:
                left = _without(left, [path] if path in left else path.split("."))
                author |= {} if blank(value) else {path: value}
        if author:
            own = left.get("author", {})
            left["author"] = {**own, **author} if type(own) is dict else {**author, "author": own}
        return left


def blank(value: Any) -> bool:
    """Nothing but white space, null, or empty."""
    return not value.strip() if type(value) is str else value in (None, [], {})


def found(payload: dict[str, Any], path: str) -> Any:
    """What stands at the path, or ABSENT."""
    if path in payload:
        return payload[path]
    if "." not in path:
        return ABSENT
    value: Any = payload
    for step in path.split("."):
        if type(value) is dict and step in value:
            value = value[step]
        elif type(value) is list and _number(step) < len(value):
            value = value[_number(step)]
        else:
            return ABSENT
    return value


def _number(step: str) -> int:
    """A list's number; one that no list has where the step is none."""
    return int(step) if step.isascii() and step.isdigit() and len(step) < 10 else 10**10


def _without(container: Any, steps: list[str]) -> Any:
    """A copy without what stands there, nor the objects that it leaves empty. In a list None stands in its place."""
    step, further = steps[0], steps[1:]
    if type(container) is list and _number(step) < len(container):
        copy: list[Any] = list(container)
        copy[_number(step)] = _without(copy[_number(step)], further) if further else None
        return copy
    if type(container) is not dict or step not in container:
        return container
    inner = _without(container[step], further) if further else {}
    if inner == {}:
        return {name: value for name, value in container.items() if name != step}
    return {**container, step: inner}
