"""The columns that a mapping file speaks of: a table's header is known by them."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.formats.mapped_spec import MappingSpec, Table


def columns_of(specs: Iterable[MappingSpec]) -> tuple[str, ...]:
    """All names, in order; paths into JSON are among them, which no table has."""
    return tuple(sorted({name for spec in specs for name in _named(spec)}))


def _named(spec: MappingSpec) -> Iterable[str]:
    rule = spec.native_id
    yield from (*rule.columns, *rule.made_of, *([rule.from_url] if rule.from_url else []))
    for table in (spec.platform, spec.relation):
        if isinstance(table, Table):
            yield table.column
    for place in spec.fields.values():
        yield from place.columns
    yield from (*spec.skip, *spec.deleted, *spec.author_columns, *(spec.columns or ()))
