"""canonical: the JSON of schemas/mention.py itself, for producers who map their source themselves.

Unknown keys are kept in `extra`: those of the mention under their own name, those of `author` and `engagement` under
extra["author"] and extra["engagement"]. Text is taken as it is: nothing is unescaped. Times are ISO 8601 with offset
(without one the header echolot-zone tells the zone), or epoch seconds (milliseconds from 2e10 on). In a CSV row a blank
cell is no field; a native id that a spreadsheet rounded (1.7E+18, or from 18 digits on 15 digits and zeros) is mended
by `url`, else the row is a dead letter; another post's is left in `extra`, as are `aliases` that are no list of ids.
JSON Schema: schemas/export.py.
Golden payloads: tests/golden/canonical/."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic_core import PydanticCustomError

from schemas import ids
from schemas.errors import Rejected
from schemas.formats.cells import NO_CELLS, Cells, filled, is_row, with_true_ids
from schemas.formats.model import kind_of, mention
from schemas.formats.protocol import Item, Payload
from schemas.mention import Author, Engagement, Mention
from schemas.record import Reason

_FIELDS = frozenset(Mention.model_fields)
_GROUPS = {"author": frozenset(Author.model_fields), "engagement": frozenset(Engagement.model_fields)}
_IDS = ("native_id", "parent_id", "root_id")
_OPTIONAL = ("author", "engagement", "relation", "extra", "aliases")
_ALIASES = 100


class Canonical:
    """One canonical mention a record."""

    name = "canonical"
    columns: tuple[str, ...] | None = None

    def looks_like(self, payload: Payload) -> bool:
        """Platform and native id side by side."""
        return type(payload) is dict and "platform" in payload and "native_id" in payload

    def items(self, payload: Payload, headers: Mapping[str, bytes]) -> Iterator[Item]:
        """Exactly one mention."""
        if type(payload) is not dict:
            raise Rejected(Reason.WRONG_TYPE, f"payload: {kind_of(payload)} where an object is expected")
        if not is_row(headers):
            yield _mention(payload)
            return
        others = ("parent_id", "root_id")
        cells = with_true_ids(filled(payload), own="native_id", others=others, addresses=("url",), read=_id_of_cell)
        yield _mention(cells.values, cells)


def _id_of_cell(value: Any) -> str:
    """Of whatever platform, as it stands, unless a spreadsheet rounded it."""
    ids.opaque_cell(value)
    return ids.opaque(value)


def _mention(payload: dict[str, Any], cells: Cells = NO_CELLS) -> Mention:
    fields, unknown = _split(payload)
    unknown |= cells.marks
    _check_ids(fields, unknown)
    _check_aliases(fields, unknown)
    if unknown:
        extra = fields.get("extra", {})
        if type(extra) is not dict:
            raise Rejected(Reason.WRONG_TYPE, f"extra: {kind_of(extra)} where an object is expected")
        # A name that stands in the producer's own `extra` too must not be overwritten.
        fields["extra"] = {**unknown, **extra} if unknown.keys().isdisjoint(extra) else {**extra, "payload": unknown}
    return mention(**fields)


def _split(payload: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Known fields, with those of the groups cleaned; and all that is unknown. Both are new dicts."""
    unknown = {key: value for key, value in payload.items() if key not in _FIELDS}
    fields = {key: value for key, value in payload.items() if key in _FIELDS} if unknown else payload.copy()
    for key in _OPTIONAL:
        if fields.get(key, key) is None:
            del fields[key]
    for group, known in _GROUPS.items():
        inner = fields.get(group)
        if type(inner) is dict and not inner.keys() <= known:
            unknown[group] = {key: value for key, value in inner.items() if key not in known}
            fields[group] = {key: value for key, value in inner.items() if key in known}
    return fields, unknown


def _check_ids(fields: dict[str, Any], unknown: dict[str, Any]) -> None:
    """Numbers become text; destroyed ids are refused, or mended where the address holds the true one."""
    for key in _IDS:
        if fields.get(key) is None:
            continue
        try:
            fields[key] = ids.opaque(fields[key])
        except PydanticCustomError as error:
            true_id = ids.true_id(fields[key], [fields.get("url")]) if key == "native_id" else None
            if true_id is None:
                raise _refused(key, fields[key], error) from None
            if str(fields[key]) != true_id:
                unknown[ids.REPAIRED] = str(fields[key])
            fields[key] = true_id
    author = fields.get("author")
    if type(author) is dict and author.get("id") is not None and type(author["id"]) is not str:
        try:
            fields["author"] = {**author, "id": ids.opaque(author["id"])}
        except PydanticCustomError as error:
            raise _refused("author.id", author["id"], error) from None


def _check_aliases(fields: dict[str, Any], unknown: dict[str, Any]) -> None:
    """Those that are ids; what else stands there is unknown, since a post does not fall with another name of it."""
    if "aliases" not in fields:
        return
    given = fields.pop("aliases")
    found = [_alias(each) for each in given] if type(given) is list else [None]
    fields["aliases"] = [alias for alias in found if alias][:_ALIASES]
    if len(fields["aliases"]) < len(found):
        unknown["aliases"] = given


def _alias(value: Any) -> str | None:
    try:
        alias = ids.opaque(value)
    except PydanticCustomError:
        return None
    return alias if 0 < len(alias) <= 512 else None


def _refused(path: str, value: Any, error: PydanticCustomError) -> Rejected:
    reason = Reason.ID_DESTROYED if error.type == "id_destroyed" else Reason.WRONG_TYPE
    return Rejected(reason, f"{path}: {kind_of(value)} ({error.type})")
