"""Records that hold several rows, as threads and dialogues do (`rows` of a mapping file). Used by mapped.py."""

from __future__ import annotations

from typing import Any

from schemas.errors import Rejected
from schemas.formats.mapped_row import ABSENT, blank, found
from schemas.formats.mapped_values import wrong
from schemas.record import Reason


def rows_of(record: dict[str, Any], path: str) -> list[tuple[str, Any]]:
    """The rows in the list at `path`, each with its own path. None where the list is empty, or what should hold it.

    An object in the list's place is the only row: XML does not tell a list of one from one. Raises Rejected."""
    value = found(record, path)
    if value is ABSENT:
        outer = path.rpartition(".")[0]
        if outer and blank(found(record, outer)):
            return []
        raise Rejected(Reason.MISSING_FIELD, f"{path}: missing")
    if blank(value):
        return []
    if type(value) is dict:
        return [(path, value)]
    if type(value) is not list:
        raise wrong(value, path, "a list")
    return [(f"{path}.{number}", row) for number, row in enumerate(value)]
