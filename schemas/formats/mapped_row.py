"""One row or object of a mapped export: values by column name or dotted path, and what is left of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from schemas.formats.mapped_spec import Table, Words
from schemas.formats.mapped_values import word

_ABSENT = object()


class Row:
    """A payload, and which of its columns were taken for a field.

    A path is a column's name, or names and list numbers with dots between them; a column whose whole name is the path
    goes first, since names of columns may hold dots."""

    def __init__(self, payload: dict[str, Any], empty: frozenset[str]) -> None:
        self._payload = payload
        self._empty = empty
        self._taken: dict[str, None] = {}

    @property
    def of_cells(self) -> bool:
        """Every value is text: a CSV row, or one that was one."""
        return all(type(value) is str for value in self._payload.values())

    @property
    def is_header(self) -> bool:
        """The row repeats the names of its columns."""
        return bool(self._payload) and all(name == value for name, value in self._payload.items())

    def has(self, path: str) -> bool:
        """Something stands there, be it blank."""
        return _found(self._payload, path) is not _ABSENT

    def at(self, path: str) -> Any:
        """What stands there; None where that is nothing: blank, an empty list, or a word of `empty`."""
        value = _found(self._payload, path)
        if value is _ABSENT or _blank(value) or (self._empty and word(value) in self._empty):
            return None
        return value

    def first(self, paths: Iterable[str]) -> tuple[Any, str] | None:
        """The first value that is something, and its path."""
        for path in paths:
            value = self.at(path)
            if value is not None:
                return value, path
        return None

    def any_of(self, words: Words) -> bool:
        """One of the columns holds one of its words."""
        return any(word(_found(self._payload, path)) in listed for path, listed in words.items())

    def translated(self, table: Table) -> str | None:
        """What the table makes of its column's word; None where nothing stands there, or the table lacks it."""
        value = self.at(table.column)
        return None if value is None else table.values.get(word(value), table.others)

    def take(self, path: str) -> None:
        """The value has its place in the mention: `extra` need not keep it."""
        self._taken[path] = None

    def rest(self, about_author: Iterable[str]) -> dict[str, Any]:
        """What was not taken and is not blank, for `extra`: under the source's own names, but what stands at one of the
        paths `about_author` by its path under "author"."""
        left = {name: value for name, value in self._payload.items() if name not in self._taken and not _blank(value)}
        for path in self._taken.keys() - self._payload.keys():
            left = _without(left, path.split("."))
        author: dict[str, Any] = {}
        for path in about_author:
            value = _found(left, path)
            if value is not _ABSENT:
                left = _without(left, [path] if path in left else path.split("."))
                author |= {} if _blank(value) else {path: value}
        if author:
            own = left.get("author", {})
            left["author"] = {**own, **author} if type(own) is dict else {**author, "author": own}
        return left


def _blank(value: Any) -> bool:
    return not value.strip() if type(value) is str else value in (None, [], {})


def _found(payload: dict[str, Any], path: str) -> Any:
    if path in payload:
        return payload[path]
    if "." not in path:
        return _ABSENT
    value: Any = payload
    for step in path.split("."):
        if type(value) is dict and step in value:
            value = value[step]
        elif type(value) is list and _number(step) < len(value):
            value = value[_number(step)]
        else:
            return _ABSENT
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
