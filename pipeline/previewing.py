"""What a replay would read, by the first records of every file: layout, format and why, items, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from configs.base import ConfigError
from configs.dumps import DumpsSource
from pipeline.dumps.members import Member, members
from pipeline.dumps.notes import Note
from pipeline.dumps.options import NO_DELIMITER
from pipeline.dumps.reader import DumpReader
from pipeline.dumps.unknown import LEFT_OUT, LOOKED_AT, is_unknown
from pipeline.sources.dumps import read_options
from schemas.decode import decode, recognise
from schemas.formats.protocol import Format, Item, needs_zone
from schemas.record import Record

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", NO_DELIMITER: "whole lines"}


@dataclass(frozen=True, slots=True)
class Preview:
    """One file. `format` is "" where none is named and none recognises the first record."""

    member: Member
    layout: str
    columns: tuple[str, ...]
    format: str
    why: str
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
        found = next((name for name in known if name), "")
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
            "named" if source.format else "by its fields" if found else "no format has these fields",
            records,
            tuple(items),
            (LEFT_OUT,) if is_left_out else tuple(reader.notes),
        )


def require_zone(preview: Preview, source: DumpsSource, formats: Mapping[str, Format]) -> None:
    """Raises ConfigError where the file's times have no offset and nobody said which zone they are in."""
    if preview.format and needs_zone(formats[preview.format]) and source.zone is None:
        raise ConfigError(
            f"{preview.member.name} is read as {preview.format}, whose times have no offset: say which zone they are "
            f"in, as --zone Europe/Berlin or --zone UTC (the export's settings tell it)"
        )


def _told(reader: DumpReader) -> str:
    layout = reader.layout
    assert layout is not None
    said = [layout.kind.value.replace("_", " ")]
    if layout.kind.value == "table":
        said.append(_DELIMITERS.get(layout.delimiter, layout.delimiter))
    if layout.kind.value not in ("xlsx", "parquet", "xml"):
        said.append(layout.encoding)
    return ", ".join(said)
