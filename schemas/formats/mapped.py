"""mapped: any other CSV, JSON or XML; a mapping file tells which column is what (configs/mapping.py, docs/mapping.md).

Odd: a mapping has no marks of its own, so it is never recognised by shape, only named. Constants stand in for what a
file does not say. Columns that no field has taken are kept in `extra`; any that may name the author, also one that was
only the second choice for the name, under extra["author"]. Tests: tests/schemas/test_mapped.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from schemas.errors import Rejected
from schemas.formats import mapped_values as values
from schemas.formats.mapped_id import native_id
from schemas.formats.mapped_row import LAYOUT_HEADER, Row
from schemas.formats.mapped_rows import rows_of
from schemas.formats.mapped_spec import COUNTS, IDS, TEXTS, TIMES, MappingSpec, Place
from schemas.formats.model import kind_of, left, mention
from schemas.formats.protocol import Item, Payload
from schemas.jsontext import dumps
from schemas.local_times import LocalTimes, local_times
from schemas.mention import Mention
from schemas.mojibake import mended
from schemas.record import Dead, Deletion, Ignored, Reason
from schemas.text import plain, unescape

_LONGEST_LANGUAGE = 35  # as Mention.language


class Mapped:
    """The format that one mapping file describes."""

    def __init__(self, name: str, spec: MappingSpec) -> None:
        self.name = name
        self.columns = spec.columns
        self.needs_zone = spec.times.needs_zone
        self._spec = spec
        self._addresses = spec.fields.get("url", Place()).columns
        named = [path for field, place in spec.fields.items() if field.startswith("author.") for path in place.columns]
        about_author = dict.fromkeys([*named, *spec.author_columns])
        about_author.pop("author", None)  # stands where it belongs
        self._about_author = tuple(about_author)

    def looks_like(self, payload: Payload) -> bool:
        """Never: a mapping is named, not recognised."""
        return False

    def items(self, payload: Payload, headers: Mapping[str, bytes]) -> Iterator[Item]:
        """One mention or deletion a row; a header line and rows to skip are ignored."""
        if type(payload) is not dict:
            raise Rejected(Reason.WRONG_TYPE, f"payload: {kind_of(payload)} where an object is expected")
        if self._spec.rows is not None:
            yield from self._each(payload, self._spec.rows, headers)
            return
        raw, marks = self._mended(payload)
        row = Row(raw, self._spec.empty, is_exact=LAYOUT_HEADER in headers)
        yield Ignored("header") if row.is_header else self._item(row, headers, marks)

    def _mended(self, raw: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        return mended(raw) if self._spec.mojibake else (raw, {})

    def _each(self, record: dict[str, Any], path: str, headers: Mapping[str, bytes]) -> Iterator[Item]:
        """The items of a record's rows; a bad row is a dead letter of its own bytes."""
        rows = rows_of(record, path)
        if not rows:
            yield Ignored("no rows")
        around, _ = self._mended(record)
        for number, (at, raw) in enumerate(rows):
            try:
                if type(raw) is not dict:
                    raise Rejected(Reason.WRONG_TYPE, f"{kind_of(raw)} where an object is expected")
                whole, marks = self._mended(raw)
                yield self._item(Row(whole, self._spec.empty, around=around, number=number), headers, marks)
            except Rejected as error:
                yield Dead(Reason(error.reason), f"{at}: {error.detail}", dumps(raw))

    def _item(self, row: Row, headers: Mapping[str, bytes], marks: dict[str, Any]) -> Item:
        spec = self._spec
        if row.any_of(spec.skip):
            return Ignored("skipped by the mapping")
        if row.any_of(spec.deleted):
            platform = self._platform(row)
            gone, _ = native_id(row, spec.native_id, platform, self._addresses, headers)
            return Deletion(platform, gone, None, "deleted", left(lambda: self._mention(row, headers, marks)))
        return self._mention(row, headers, marks)

    def _mention(self, row: Row, headers: Mapping[str, bytes], mended_marks: dict[str, Any]) -> Mention:
        spec, told = self._spec, local_times(headers)
        platform = self._platform(row)
        native, marks = native_id(row, spec.native_id, platform, self._addresses, headers)
        fields: dict[str, Any] = {"author": {}, "engagement": {}}
        for name, place in spec.fields.items():
            value = self._value(name, place, row, told)
            if value is not None:
                group, _, inner = name.rpartition(".")
                (fields[group] if group else fields)[inner] = value
        relation = self._relation(row)
        extra = row.rest(self._about_author) | mended_marks | marks  # last, when all that is asked of the row is known
        return mention(platform=platform, native_id=native, relation=relation, extra=extra, **fields)

    def _platform(self, row: Row) -> str:
        rule = self._spec.platform
        if isinstance(rule, str):
            return rule
        found = row.translated(rule)
        if found is None and row.at(rule.column) is None:
            raise Rejected(Reason.MISSING_FIELD, f"{rule.column}: missing")
        if found is None:
            raise Rejected(Reason.WRONG_TYPE, f"{rule.column}: no platform of platform.values; add it there")
        return found

    def _relation(self, row: Row) -> str:
        """By the mapping; where that says nothing, a row with a parent is a reply."""
        rule = self._spec.relation
        if isinstance(rule, str):
            return rule
        if rule is not None:
            return row.translated(rule) or "original"
        return "original" if row.first(self._spec.fields.get("parent_id", Place()).columns) is None else "reply"

    def _value(self, name: str, place: Place, row: Row, told: LocalTimes) -> Any:
        """The field's value. None where there is none, or none that can be used: then its column stays in `extra`."""
        given = row.first(place.columns)
        if given is None and place.constant is not None:
            return place.constant  # checked with the file; Mention reads the times among them
        if given is None and name == "text" and any(map(row.has, place.columns)):
            return ""
        if given is None and name in ("text", "published_at"):
            raise Rejected(Reason.MISSING_FIELD, f"{' or '.join(place.columns)}: missing")
        if given is None:
            return None
        value, at = given
        read = self._read(name, value, at, row, told)
        if read is not None:
            row.take(at)
        return read

    def _read(self, name: str, value: Any, at: str, row: Row, told: LocalTimes) -> Any:
        spec = self._spec
        if name in TEXTS:
            written = values.text(value, at)
            return plain(written) if spec.html else unescape(written) if spec.entities else written
        if name in TIMES:
            return spec.times.read(value, at, told)
        if name in COUNTS:
            return values.count(value)
        if name in IDS:
            return values.other_id(value, cell=row.of_cells)
        if name == "rating":
            return values.stars(value, at, spec.rating_scale)
        if name == "author.verified":
            return values.truth(value)
        label = values.label(value, at)
        if name in ("author.handle", "parent_author"):
            return label.removeprefix("@") or None
        return None if name == "language" and len(label) > _LONGEST_LANGUAGE else label
