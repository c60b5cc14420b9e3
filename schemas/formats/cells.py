"""Rows of CSV files, whose ids a spreadsheet may have had in its hands.

The post's own id is mended by the row's address, or the row is refused; any other id that lost digits is none, and
stays in `extra`. Ids in JSON are text by contract, and no business of this file. Used by canonical.py, x_v1.py,
x_archive.py and x_row.py."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import PydanticCustomError

from schemas import ids
from schemas.errors import Rejected
from schemas.formats.model import kind_of
from schemas.payload import COLUMNS_HEADER
from schemas.record import Reason

_TEXTS = ("full_text", "text")
_NUMBER = re.compile(r"[\d.,eE+]+", re.ASCII)
_OF_PERSONS = re.compile(r"(user|author)[._]id(_str)?")


@dataclass(frozen=True, slots=True)
class Cells:
    """What a row holds, its ids being true."""

    values: dict[str, Any] = field(default_factory=dict)
    lost: Mapping[str, Any] = field(default_factory=dict)
    """Ids of other posts and of persons that lost digits, by column."""
    repaired: Mapping[str, Any] = field(default_factory=dict)
    """The mark of a mended id."""

    @property
    def marks(self) -> dict[str, Any]:
        """For `extra`."""
        return {name: value for name, value in self.lost.items() if not _is_of_person(name)} | dict(self.repaired)

    @property
    def persons(self) -> dict[str, Any]:
        """For extra["author"]."""
        return {name: value for name, value in self.lost.items() if _is_of_person(name)}


NO_CELLS = Cells()
"""Of a payload that is no row."""


def is_row(headers: Mapping[str, bytes]) -> bool:
    """The payload is a row of a CSV file: decode() leaves the header away for JSON."""
    return COLUMNS_HEADER in headers


def filled(row: Mapping[str, Any]) -> dict[str, Any]:
    """The cells that hold something, and the text, which may be empty."""
    values = {name: value for name, value in row.items() if not _is_blank(value)}
    if not any(name in values for name in _TEXTS):
        values |= {name: row[name] for name in _TEXTS if name in row}
    return values


def with_true_ids(
    row: Mapping[str, Any],
    *,
    own: str,
    others: Iterable[str],
    addresses: Iterable[str],
    read: Callable[[Any], str] = ids.cell,
) -> Cells:
    """The row without the ids that lost digits. `addresses` are columns in which an id stands within a text, which no
    spreadsheet touches; one that is a number itself counts for nothing. Raises Rejected where the own id lost digits,
    and none of them holds the true one.

    `read` tells an own id that was rounded. Ids of others are read more mildly: no address confirms those."""
    values = dict(row)
    lost: dict[str, Any] = {}
    repaired: dict[str, Any] = {}
    if own in row:
        values[own], repaired = _own(row[own], own, [row.get(name) for name in addresses], read)
    for name in others:
        try:
            values |= {name: _digits(values[name])} if name in values else {}
        except PydanticCustomError as error:
            if error.type == "id_destroyed":  # else the format says what is wrong
                lost[name] = values.pop(name)
    return Cells(values, lost, repaired)


def _own(value: Any, column: str, addresses: Iterable[Any], read: Callable[[Any], str]) -> tuple[str, dict[str, Any]]:
    """The id, and its mark where it was mended.

    The address is asked first: it also tells a true id that looks rounded, and a rounded one that does not."""
    if type(value) is str and ids.untouched(ids.bare(value)):
        return read(value), {}
    true_id = ids.true_id(value, [text for text in addresses if type(text) is str and not _is_number(text)])
    if true_id is not None:
        return true_id, {} if ids.bare(str(value)) == true_id else {ids.REPAIRED: str(value)}
    try:
        return read(value), {}
    except PydanticCustomError as error:
        reason = Reason.ID_DESTROYED if error.type == "id_destroyed" else Reason.WRONG_TYPE
        raise Rejected(reason, f"{column}: {kind_of(value)} ({error.type})") from None


def _digits(value: Any) -> str:
    return ids.decimal(ids.opaque_cell(value))


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(ids.bare(text)) is not None


def _is_of_person(column: str) -> bool:
    return _OF_PERSONS.search(column) is not None


def _is_blank(value: Any) -> bool:
    return value is None or (type(value) is str and not value.strip())
