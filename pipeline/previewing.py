"""What a replay would read, by the first records of every file: layout, format and why, items, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from configs.base import ConfigError
from configs.dumps import DumpsSource
from pipeline.dumps.layout import DELIMITERS
from pipeline.dumps.members import Member, members
from pipeline.dumps.notes import Note
from pipeline.dumps.reader import DumpReader
from pipeline.dumps.unknown import LEFT_OUT, LOOKED_AT, is_unknown
from pipeline.sources.dumps import read_options
from schemas.decode import COLUMNS_HEADER, FORMAT_HEADER, decode, recognise
from schemas.formats.protocol import Format, Item
from schemas.local_times import NO_ORDER, NO_ZONE
from schemas.mention import Mention
from schemas.payload import BOM, parse_columns, parse_json, parse_row
from schemas.record import Dead, Record

_SHOWN = 5  # fields that decided
_MOST = 100  # fields of a record that are looked at
_UNKNOWN = "no format has these fields"
_QUESTIONS = {
    NO_ZONE: "which zone its times without an offset are in, as --zone Europe/Berlin or --zone UTC",
    NO_ORDER: "which comes first in 03/04/2024, by --day-first or --month-first",
}


@dataclass(frozen=True, slots=True)
class Preview:
    """One file. `format` is "" where none is named and none recognises the first record."""

    member: Member
    layout: str
    columns: tuple[str, ...]
    format: str
    why: str
    """Why this format."""
    reasons: tuple[str, ...]
    """Why this layout."""
    records: tuple[Record, ...]
    items: tuple[Item, ...]
    """Of the first records."""
    notes: tuple[Note, ...]


def previews(source: DumpsSource, formats: Mapping[str, Format], max_bytes: int) -> Iterator[Preview]:
    """Of every file, in the order of reading. Raises TerminalError where a path is missing."""
    options = read_options(source)
    for member in members(source.paths, source.include):
        reader = DumpReader(member, options, max_bytes)
        records = tuple(islice(reader.records(), LOOKED_AT))
        layout = reader.layout
        known = [recognise(record, format_name=source.format, formats=formats) for record in records]
        found = next((name for name in known if name), source.format or "")
        is_left_out = not member.is_given and is_unknown(records, layout, max_bytes)
        items = [
            item
            for record in records
            for item in decode(record, format_name=source.format, max_bytes=max_bytes, formats=formats)
        ]
        yield Preview(
            member,
            _told(reader) if layout else "nothing to read",
            layout.header.columns if layout else (),
            found,
            "named" if source.format else _why(records[known.index(found)], formats[found]) if found else _UNKNOWN,
            layout.reasons if layout else (),
            records,
            tuple(items),
            (LEFT_OUT,) if is_left_out else tuple(reader.notes),
        )


def require_time_settings(preview: Preview) -> None:
    """Raises ConfigError where times cannot be read before somebody says what the file does not: their zone, or whether
    the day comes first. A few such records among others are dead letters."""
    faults = [item.detail for item in preview.items if isinstance(item, Dead)]
    read = sum(isinstance(item, Mention) for item in preview.items)
    lacking = {question: sum(text in fault for fault in faults) for text, question in _QUESTIONS.items()}
    asked = [question for question, count in lacking.items() if count and count >= read]
    if asked:
        raise ConfigError(
            f"{preview.member.name} is read as {preview.format}: say {' and '.join(asked)} "
            f"(the export's settings tell it)"
        )


def _why(record: Record, known_as: Format) -> str:
    """That it was named; or the fields without which the format would not know the record, the first ones where any of
    several would do."""
    if FORMAT_HEADER in record.headers:
        return "named"
    listed, value = record.headers.get(COLUMNS_HEADER), (record.value or b"").removeprefix(BOM)
    is_row = listed is not None and value.lstrip()[:1] != b"{"
    payload = parse_row(value, parse_columns(listed or b"")) if is_row else parse_json(value)
    fields = list(payload)[:_MOST] if type(payload) is dict else []
    lacking = ((name, {key: value for key, value in payload.items() if key != name}) for name in fields)
    decided = [name for name, rest in lacking if not known_as.looks_like(rest)] or fields
    more = f" and {len(decided) - _SHOWN} more" if len(decided) > _SHOWN else ""
    return f"by its fields {', '.join(decided[:_SHOWN])}{more}"


def _told(reader: DumpReader) -> str:
    layout = reader.layout
    assert layout is not None
    said = [layout.kind.value.replace("_", " ")]
    if layout.kind.value == "table":
        said.append(DELIMITERS.get(layout.delimiter, layout.delimiter))
    if layout.kind.value not in ("xlsx", "parquet", "xml"):
        said.append(layout.encoding)
    return ", ".join(said)
