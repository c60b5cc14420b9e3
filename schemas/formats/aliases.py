"""Rows of exports whose column names change with the years and the layout: a table says under which names each field of
ours was seen, and the first of them that holds something wins.

Names match whatever their case, spaces and underscores ("Sender Followers Count" = SenderFollowersCount). Cells are
text; a row that was sent as a JSON object may hold numbers. What no field has taken is left for `extra`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic_core import PydanticCustomError

from schemas import ids
from schemas.errors import Rejected
from schemas.formats.model import kind_of
from schemas.record import Reason

_JOINTS = re.compile(r"[\s_]+")
_COUNT = re.compile(r"(\d{1,18})(?:\.00?)?|(\d{1,3}(?:,\d{3}){1,5})", re.ASCII)

Table = Mapping[str, Sequence[str]]


def folded(name: str) -> str:
    """A column's name without case, spaces and underscores."""
    return _JOINTS.sub("", name).casefold()


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a table makes of the columns of one file."""

    fields: Mapping[str, Sequence[tuple[str, str]]]
    """For each field the columns that are there, with the name that the table has for each."""
    persons: frozenset[str]
    """Columns that speak of persons."""


class Aliases:
    """The table of one tool: our field -> its columns, the preferred one first."""

    def __init__(self, table: Table, *, of_author: str) -> None:
        """`of_author`: regular expression searched in folded names of columns that speak of persons."""
        self._table = table
        self._of_author = re.compile(of_author)
        self._plan = lru_cache(maxsize=16)(self._planned)

    def row(self, payload: Any) -> Row:
        """The payload as a row. Raises Rejected where it is none."""
        if type(payload) is not dict:
            raise Rejected(Reason.WRONG_TYPE, f"payload: {kind_of(payload)} where a row is expected")
        return Row(payload, self._table, self._plan(tuple(payload)))

    def _planned(self, columns: tuple[str, ...]) -> _Plan:
        there: dict[str, list[str]] = {}
        for column in columns:
            there.setdefault(folded(column), []).append(column)
        fields = {
            field: [(column, name) for name in names for column in there.get(folded(name), ())]
            for field, names in self._table.items()
        }
        persons = {column for name, found in there.items() if self._of_author.search(name) for column in found}
        return _Plan(fields, frozenset(persons))


class Row:
    """One row, seen through a table. What is read counts as taken; the rest is for `extra`."""

    def __init__(self, cells: Mapping[str, Any], table: Table, plan: _Plan) -> None:
        self._cells = {column: value for column, value in cells.items() if not _blank(value)}
        self._table = table
        self._fields = plan.fields
        self._persons = plan.persons
        self._taken: set[str] = set()

    def has(self, *fields: str) -> bool:
        """The row has a column for one of the fields, filled or not."""
        return any(self._fields[field] for field in fields)

    def column(self, field: str) -> str:
        """Name of the field's column for errors: the one that holds something, else the first that could."""
        found = self._found(field)
        return found[1] if found else self._table[field][0]

    def raw(self, *fields: str) -> Any:
        """The first value that is no blank, as it stands, else None. A field that the table has not is blank."""
        for field in fields:
            found = self._found(field)
            if found:
                value = self._cells[found[0]]
                # The same value under another name of the field says nothing more.
                self._taken.update(column for column, _ in self._fields[field] if self._cells.get(column) == value)
                return value
        return None

    def text(self, *fields: str) -> str | None:
        """As `raw`, as text. Raises Rejected for lists and objects."""
        value = self.raw(*fields)
        if value is None or type(value) is str:
            return value
        if type(value) is int or type(value) is float:
            return str(value)
        column = next(self.column(field) for field in fields if self._found(field))
        raise Rejected(Reason.WRONG_TYPE, f"{column}: {kind_of(value)} where text is expected")

    def word(self, *fields: str) -> str | None:
        """As `text`, without white space around it."""
        value = self.text(*fields)
        return value.strip() if value is not None else None

    def seen(self, field: str) -> Any:
        """As `raw`, but the column is left for `extra` too."""
        found = self._found(field)
        return self._cells[found[0]] if found else None

    def peek(self, field: str) -> str | None:
        """As `word`, but the column is left for `extra` too; what is no text is none."""
        value = self.seen(field)
        return value.strip() if type(value) is str else None

    def required(self, field: str) -> str:
        """As `word`. Raises Rejected, naming the column, where it is missing or blank."""
        value = self.word(field)
        if value is None:
            raise Rejected(Reason.MISSING_FIELD, f"{self._table[field][0]}: missing")
        return value

    def count(self, *fields: str) -> int | None:
        """The first readable count ("12", "12.0", "1,234"); what cannot be read is left for `extra`."""
        for field in fields:
            found = self._found(field)
            number = _number(self._cells[found[0]]) if found else None
            if number is not None:
                self.raw(field)
                return number
        return None

    def flag(self, *fields: str) -> bool:
        """Whether the cell says "true", "yes" or "1"."""
        return str(self.raw(*fields)).strip().casefold() in ("true", "yes", "1", "1.0")

    def post_id(self, field: str, read: Callable[[Any], str] | None = None) -> str | None:
        """An id as text, by ids.opaque_cell or `read`. Raises Rejected with id_destroyed where it lost digits."""
        value = self.raw(field)
        try:
            return None if value is None else (read or ids.opaque_cell)(value)
        except PydanticCustomError as error:
            reason = Reason.ID_DESTROYED if error.type == "id_destroyed" else Reason.WRONG_TYPE
            raise Rejected(reason, f"{self.column(field)}: {kind_of(value)} ({error.type})") from None

    def person_id(self, *fields: str) -> str | None:
        """An id of which the post does not depend: where it is destroyed it is none, and is left for `extra`."""
        for field in fields:
            found = self._found(field)
            try:
                known = ids.opaque_cell(self._cells[found[0]]) if found else None
            except PydanticCustomError:
                known = None
            if known is not None:
                self.raw(field)
                return known
        return None

    def left(self, *of_author: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """What nothing has taken, under its own names and without blanks: of the post, and of persons. The columns of
        the fields `of_author` count as of persons here."""
        post: dict[str, Any] = {}
        persons: dict[str, Any] = {}
        theirs = {column for field in of_author for column, _ in self._fields[field]} | self._persons
        for column, value in self._cells.items():
            if column not in self._taken:
                (persons if column in theirs else post)[column] = value
        return post, persons

    def _found(self, field: str) -> tuple[str, str] | None:
        for pair in self._fields.get(field, ()):
            if pair[0] in self._cells:
                return pair
        return None


def _blank(value: Any) -> bool:
    return value is None or (type(value) is str and not value.strip())


def _number(value: Any) -> int | None:
    if type(value) is int:
        return value if 0 <= value < 2**63 else None
    if type(value) is float:
        return int(value) if 0 <= value < 2**53 and value == int(value) else None
    match = _COUNT.fullmatch(value.strip()) if type(value) is str else None
    return int((match[1] or match[2]).replace(",", "")) if match else None
