"""The native id of a mapped row: from its column, from the post's address, or made of other columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic_core import PydanticCustomError

from schemas import ids
from schemas.addresses import post_of
from schemas.errors import Rejected
from schemas.formats.mapped_row import Row
from schemas.formats.mapped_spec import IdRule
from schemas.formats.mapped_values import native
from schemas.formats.model import kind_of
from schemas.jsontext import dumps
from schemas.record import Reason
from schemas.synthetic import MARK, synthetic_id

LINE_HEADER = "echolot-line"
"""Record header that file sources add: the number of the record's first line."""
_LONGEST = 512  # as Mention.native_id


def native_id(
    row: Row, rule: IdRule, platform: str, addresses: Iterable[str], headers: Mapping[str, bytes]
) -> tuple[str, dict[str, Any]]:
    """The id, and what to add to `extra` about it; `addresses` are the columns with the post's address.

    A destroyed id is mended by the address or refused: an id made of the row would be
    another mention. Raises Rejected."""
    given = row.first(rule.columns)
    if given is None:
        found = _from_address(row, rule, platform)
        return (found, {}) if found else _made(row, rule, headers)
    value, at = given
    try:
        found, marks = native(value, cell=row.of_cells), {}
    except PydanticCustomError as error:
        true_id = ids.true_id(value, map(row.at, addresses)) or _from_address(row, rule, platform)
        if true_id is None:
            reason = Reason.ID_DESTROYED if error.type == "id_destroyed" else Reason.WRONG_TYPE
            raise Rejected(reason, f"{at}: {kind_of(value)} ({error.type})") from None
        found, marks = true_id, {} if str(value) == true_id else {ids.REPAIRED: str(value)}
    if len(found) > _LONGEST:
        raise Rejected(Reason.WRONG_TYPE, f"{at}: longer than {_LONGEST} characters")
    row.take(at)
    return found.replace("\0", "\ufffd"), marks


def _from_address(row: Row, rule: IdRule, platform: str) -> str | None:
    address = row.at(rule.from_url) if rule.from_url else None
    found = post_of(address) if type(address) is str else None
    return found[1] if found and found[0] == platform and len(found[1]) <= _LONGEST else None


def _made(row: Row, rule: IdRule, headers: Mapping[str, bytes]) -> tuple[str, dict[str, Any]]:
    if not rule.made_of:
        columns = " or ".join([*rule.columns, *([rule.from_url] if rule.from_url else [])])
        empty = rule.from_url is None or row.at(rule.from_url) is None
        kind = Reason.MISSING_FIELD if empty else Reason.WRONG_TYPE
        raise Rejected(kind, f"{columns}: missing" if empty else f"{columns}: no address of a post of its platform")
    parts = [row.at(path) for path in rule.made_of]
    if all(part is None for part in parts):
        raise Rejected(Reason.MISSING_FIELD, f"{' and '.join(rule.made_of)}: missing")
    written = [part if part is None or type(part) is str else dumps(part).decode() for part in parts]
    if rule.with_line:
        if LINE_HEADER not in headers:
            raise Rejected(Reason.MISSING_FIELD, f"header {LINE_HEADER}: missing; `with_line` is for files alone")
        written.append(headers[LINE_HEADER].decode("ascii", "replace"))
        written += [] if row.number is None else [str(row.number)]  # all rows of a record have its line
    return synthetic_id(*written), {MARK: True}
