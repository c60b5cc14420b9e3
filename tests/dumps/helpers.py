"""Content on disk, and what a reader makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.dumps.members import Member, members
from pipeline.dumps.notes import Note, NoteKind
from pipeline.dumps.options import ReadOptions
from pipeline.dumps.reader import DumpReader
from schemas.payload import parse_columns, parse_row
from schemas.record import Record

MAX_BYTES = 100_000


def the_member(path: Path) -> Member:
    """The only member of the path."""
    (found,) = members([path])
    return found


def reader_of(folder: Path, content: bytes, name: str, *, max_bytes: int = MAX_BYTES, **options: Any) -> DumpReader:
    """A reader of a file with this content."""
    path = folder / name
    path.write_bytes(content)
    return DumpReader(the_member(path), ReadOptions(**options), max_bytes)


def values(records: list[Record]) -> list[bytes]:
    """The records' values, once their positions are seen to be 1, 2, 3, ..."""
    assert [record.position for record in records] == list(range(1, len(records) + 1))
    return [record.value or b"" for record in records]


def lines(records: list[Record]) -> list[int]:
    """Numbers of the records' first lines."""
    return [int(record.headers["echolot-line"]) for record in records]


def rows(records: list[Record]) -> list[dict[str, str]]:
    """The rows, as decode() reads them."""
    return [
        parse_row(value, parse_columns(record.headers["echolot-columns"]))
        for record, value in zip(records, values(records), strict=True)
    ]


def kinds(notes: list[Note]) -> list[NoteKind]:
    """Of all notes."""
    return [note.kind for note in notes]
