"""Records of history dumps, once each, in batches that a worker owns or that an earlier run has written already.

A file is known by its name and a fingerprint of its bytes: next month's export.csv is another file. The batches of a
file are cut by its records alone, so that any number of workers, and a resumed run, cut them alike."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b
from itertools import chain, islice, pairwise
from pathlib import Path

from configs.dumps import DumpsSource
from pipeline.dumps.archive_owner import ArchiveOwners
from pipeline.dumps.long_posts import LongPosts
from pipeline.dumps.members import Member, members
from pipeline.dumps.notes import Note, NoteKind
from pipeline.dumps.options import NO_DELIMITER, ReadOptions
from pipeline.dumps.reader import DumpReader
from pipeline.dumps.unknown import LEFT_OUT, LOOKED_AT, is_unknown
from pipeline.sources.file_notes import FileNotes
from pipeline.sources.protocol import Positions
from schemas.errors import TerminalError
from schemas.record import Batch, Record, Span

log = logging.getLogger("echolot.replay")
_LOOKED_AT = 65_536  # bytes at either end of a file
_MOST_OF_THE_LARGEST = 32  # so many records of max_record_bytes fill a batch: the store takes copies


class DumpRecords:
    """The batches of this worker. Used by one thread."""

    def __init__(self, settings: DumpsSource, written: Collection[tuple[str, int]], max_bytes: int) -> None:
        """`written` are source and first position of batches to leave out. Raises TerminalError where a path is
        missing or cannot be read."""
        self._settings = settings
        self._written = frozenset(written)
        self._max_bytes = max_bytes
        self._options = read_options(settings)
        self._members = list(members(settings.paths, settings.include))
        # Asked for at each batch, of which a folder of small files has as many as files.
        self._total_bytes = sum(path.stat().st_size for path in {member.path for member in self._members})
        self._batches = self._mine()
        self._began, self._given = time.monotonic(), 0
        self._done_bytes = 0
        self._reader: DumpReader | None = None
        self.exhausted = False
        """See Source.exhausted."""
        self.left_out = 0
        """Records of batches that were written before."""
        self._notes = FileNotes()

    @property
    def notes(self) -> list[tuple[str, Note]]:
        """What a person should know of how the files were read; of the first worker alone, since all read all."""
        return self._notes.listed()

    def _mine(self) -> Iterator[Batch]:
        size, worker, workers = self._settings.poll_records, self._settings.worker, self._settings.workers
        long_posts = LongPosts(self._members, self._options, self._max_bytes)
        owners = ArchiveOwners(self._members, self._options, self._max_bytes)
        number = 0
        for member in self._members:
            name = source_name(member)
            self._reader = reader = DumpReader(member, self._options, self._max_bytes)
            records = owners.told(member, long_posts.joined(member, reader.records()))
            head = list(islice(records, LOOKED_AT))
            if not member.is_given and is_unknown(head, reader.layout, self._max_bytes):
                self._tell(member, [LEFT_OUT])
                continue
            for batch in _batches(chain(head, records), size, self._max_bytes):
                is_mine = number % workers == worker
                number += 1
                if not is_mine:
                    continue
                if len(batch) == size and (name, batch[0].position) in self._written:
                    self.left_out += len(batch)
                    continue
                yield Batch([_renamed(record, name) for record in batch], _spans(name, batch))
            self._done_bytes += reader.bytes_read
            self._tell(member, reader.notes)

    def _tell(self, member: Member, notes: Iterable[Note]) -> None:
        for note in notes if self._settings.worker == 0 else ():
            name = member.name if note.kind is NoteKind.NOT_READ else source_name(member)
            if self._notes.add(name, note):
                log.warning("%s: %s", name, told(note))

    def total_bytes(self) -> int:
        """Size of all files."""
        return self._total_bytes

    def read_bytes(self) -> int:
        """How much of it is read; at the end all of it, with what was left out."""
        if self.exhausted:
            return self._total_bytes
        return min(self._done_bytes + (self._reader.bytes_read if self._reader else 0), self._total_bytes)

    def poll(self, wait_seconds: float) -> Batch | None:
        """See Source.poll. Waits where the rate is bounded."""
        if self._too_fast():
            time.sleep(min(wait_seconds, 0.05))
            return None
        batch = next(self._batches, None)
        self.exhausted = batch is None
        self._given += len(batch.records) if batch else 0
        return batch

    def _too_fast(self) -> bool:
        rate = self._settings.max_rate
        return rate is not None and self._given > (time.monotonic() - self._began) * rate / self._settings.workers

    def commit(self, positions: Positions) -> None:
        """Nothing to do: the row in `replays` that was written with the batch is the commit."""

    def close(self) -> None:
        """Nothing is held open."""


def read_options(settings: DumpsSource) -> ReadOptions:
    """How files are read. Raises TerminalError for what cannot be meant."""
    try:
        return ReadOptions(
            encoding=settings.encoding,
            delimiter=NO_DELIMITER if settings.lines else settings.delimiter,
            header="none" if settings.lines else settings.header,
            quotes=settings.quotes and not settings.lines,
            column_names=frozenset(settings.column_names),
            record_element=settings.record_element,
            format_name=settings.format,
            zone=settings.zone,
            day_first=settings.day_first,
            headers={name: value.encode() for name, value in settings.headers.items()},
        )
    except ValueError as error:
        raise TerminalError(str(error)) from error


def source_name(member: Member) -> str:
    """Name of a member in ledger and dead letters: its path, and eight digits made of size and ends of its file."""
    return f"{member.name}#{_fingerprint(member.path)}"


def told(note: Note) -> str:
    """A note as a line."""
    byte = "" if note.byte is None else f", byte {note.byte}"
    record = "" if note.record is None else f", record {note.record}"
    return f"{note.kind.value}{byte}{record}: {note.text}"


def _fingerprint(path: Path) -> str:
    size = path.stat().st_size
    with path.open("rb") as stream:
        digest = blake2b(b"%d" % size + stream.read(_LOOKED_AT), digest_size=4)
        stream.seek(max(size - _LOOKED_AT, 0))
        digest.update(stream.read(_LOOKED_AT))
    return digest.hexdigest()


def _renamed(record: Record, name: str) -> Record:
    return replace(record, source=name)


def _spans(name: str, records: Sequence[Record]) -> list[Span]:
    """The positions of a batch. Damage leaves gaps in a Parquet file; then no span is a whole batch, so that a resume
    reads it again: a file may come anew with the same name, size and ends."""
    gaps = [n for n, (a, b) in enumerate(pairwise(records), start=1) if b.position != a.position + 1]
    ends = pairwise([0, *gaps, len(records)])
    return [Span(name, 0, records[start].position, records[end - 1].position + 1) for start, end in ends]


def _batches(records: Iterator[Record], size: int, max_bytes: int) -> Iterator[list[Record]]:
    """So many records each; fewer at the end, and where they are large, as in a bomb."""
    batch: list[Record] = []
    held = 0
    for record in records:
        batch.append(record)
        held += len(record.value or b"")
        if len(batch) == size or held >= _MOST_OF_THE_LARGEST * max_bytes:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch
