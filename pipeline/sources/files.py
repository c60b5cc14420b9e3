"""Records from the files of a directory, followed as they grow.

A record is a line; in .csv files it may span lines inside quotes, and the first line names the columns. A file is
only ever appended to: what was read is counted in records, so that after a restart the ledger says where to go on.

Log files are rotated, and folders share names: which file stands under a name is told by its first record, whose
checksum is the partition of all its records."""

from __future__ import annotations

import fnmatch
import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

from configs.settings import FilesSource
from pipeline.sources.protocol import Positions
from schemas.errors import TerminalError
from schemas.record import Batch, Record

log = logging.getLogger("echolot.files")

_QUOTED_BYTES = 65_536  # a quote still open after so much was never meant to span lines: the row stands alone, dead
_HEAD_BYTES = 65_536  # of a first record, to tell a file by
_SKIPPED_BYTES = 65_536  # at a time, of a line that is too long
_MOST_OF_THE_LARGEST = 32  # so many records of the most bytes fill a batch
_Look = tuple[int, int, int, int]
"""Device, inode, size and time of the last change: while they stay, there is nothing new."""


@dataclass(slots=True)
class _Following:
    """How far one file is read."""

    source: str
    partition: int
    skip: int
    offset: int = 0
    line: int = 0
    position: int = 0
    headers: dict[str, bytes] = field(default_factory=dict)
    looked: _Look | None = None
    """When all that it held was read last."""


class FileRecords:
    """The lines of a directory's files, in order of name. Used by one thread."""

    def __init__(self, settings: FilesSource, written: Positions, max_record_bytes: int) -> None:
        """`written` is the last acknowledged position by (source, partition); nothing before it is read again. Of a
        longer line than `max_record_bytes` one byte more than that is a record's value.

        Raises TerminalError where the directory is missing or cannot be read."""
        self._settings = settings
        self._written = dict(written)
        self._most = max_record_bytes
        self._following: dict[Path, _Following] = {}
        self._idle = False
        self._files()

    @property
    def exhausted(self) -> bool:
        """See Source.exhausted: with `follow` off, once a look found nothing new."""
        return self._idle and not self._settings.follow

    def total_bytes(self) -> int:
        """Size of all files now."""
        return sum(self._look(path)[2] for path in self._files())

    def read_bytes(self) -> int:
        """How much of it is read."""
        return sum(f.offset for f in self._following.values())

    def poll(self, wait_seconds: float) -> Batch | None:
        """See Source.poll."""
        records: list[Record] = []
        room = _MOST_OF_THE_LARGEST * self._most
        for path in self._files():
            for record in self._new_records(path):
                records.append(record)
                room -= len(record.value or b"")
                if len(records) >= self._settings.poll_records or room <= 0:
                    return Batch(records)
        self._idle = not records
        if records:
            return Batch(records)
        if self._settings.follow:
            time.sleep(min(wait_seconds, self._settings.interval.total_seconds()))
        return None

    def commit(self, positions: Positions) -> None:
        """The ledger that was written with the rows is the commit; this is for files that come back under a name."""
        self._written.update(positions)

    def close(self) -> None:
        """Nothing is held open."""

    def _files(self) -> list[Path]:
        folder = self._settings.path
        try:
            found = sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))
        except OSError as error:
            raise TerminalError(f"{folder}: cannot be read ({error.strerror}); mend source.path") from error
        self._following = {path: self._following[path] for path in found if path in self._following}
        return found

    def _look(self, path: Path) -> _Look:
        try:
            found = path.stat()
        except OSError:
            return (0, 0, 0, 0)
        return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)

    def _new_records(self, path: Path) -> Iterator[Record]:
        state, look = self._following.get(path), self._look(path)
        if state is not None and state.looked == look:
            return
        try:
            with path.open("rb") as stream:
                state = self._state(path, stream, look)
                if state is not None:
                    yield from self._read(path, state, stream)
                    state.looked = look
        except FileNotFoundError:
            return  # taken away since it was listed
        except OSError as error:
            raise TerminalError(
                f"{path}: cannot be read ({error.strerror}); let the job read it, or take it out of the folder"
            ) from error

    def _state(self, path: Path, stream: BinaryIO, look: _Look) -> _Following | None:
        """How far the file that stands there now is read; None while its first record is unfinished."""
        partition = self._checksum(stream, 2 if _is_csv(path) else 1)
        if partition is None:
            return None
        state = self._following.get(path)
        if state is None or state.partition != partition:
            if state is not None:
                log.info("%s is another file now; it is read from its beginning", path)
            source = f"{path.parent.name}/{path.name}"
            skip = self._written.get((source, partition), 0)
            state = _Following(source, partition, skip, headers=self._format_header(path.name))
            self._following[path] = state
        elif look[2] < state.offset or (state.looked and state.looked[:2] != look[:2]):
            log.warning(
                "%s was written anew with the same first record: what stands before byte %d is not read again. Append "
                "to a file, or begin one with another first record",
                path,
                state.offset,
            )
        stream.seek(state.offset)
        return state

    def _checksum(self, stream: BinaryIO, lines: int) -> int | None:
        """Of the first lines that are not blank, their ends left out; None while they are unfinished."""
        found = 0
        while lines:
            line = stream.readline(_HEAD_BYTES)
            if self._settings.follow and not line.endswith(b"\n") and len(line) < _HEAD_BYTES:
                return None
            if not line:
                break
            if line.strip():
                found, lines = crc32(line.rstrip(b"\r\n"), found), lines - 1
        return found

    def _read(self, path: Path, state: _Following, stream: BinaryIO) -> Iterator[Record]:
        is_csv = _is_csv(path)
        while True:
            first_line = state.line + 1
            value, lines = self._read_one(stream, quoted=is_csv)
            if not value:
                return
            state.offset = stream.tell()
            state.line += lines
            content = value.rstrip(b"\r\n")
            if not content.strip():
                continue
            if is_csv and "echolot-columns" not in state.headers:
                state.headers |= _columns(content, path)
                continue
            state.position += 1
            if state.position <= state.skip:
                continue
            headers = state.headers | {"echolot-line": str(first_line).encode()}
            yield Record(state.source, state.partition, state.position, content, headers=headers)

    def _read_one(self, stream: BinaryIO, *, quoted: bool) -> tuple[bytes, int]:
        """One record's bytes with its line end, and its number of lines; nothing while its last line is unfinished."""
        value = first = self._line(stream)
        lines, after_first = 1, stream.tell()
        while quoted and len(first) <= self._most and value.count(b'"') % 2:
            more = self._line(stream)
            if not more and self._settings.follow:
                return b"", 0
            if not more or len(more) > self._most or len(value) > _QUOTED_BYTES:
                stream.seek(after_first)
                return first, 1
            value += more
            lines += 1
        return value, lines

    def _line(self, stream: BinaryIO) -> bytes:
        """With its end; of one that is too long, as much as shows that it is. Nothing while it is unfinished."""
        line = end = stream.readline(self._most + 1)
        while end and not end.endswith(b"\n"):
            end = stream.readline(_SKIPPED_BYTES)
        return b"" if self._settings.follow and not end else line

    def _format_header(self, name: str) -> dict[str, bytes]:
        for pattern, format_name in self._settings.formats.items():
            if fnmatch.fnmatch(name, pattern):
                return {"echolot-format": format_name.encode()}
        return {}


def _is_csv(path: Path) -> bool:
    return path.suffix.lower() == ".csv"


def _columns(header: bytes, path: Path) -> Mapping[str, bytes]:
    try:
        return {"echolot-columns": header.decode("utf-8-sig").encode()}
    except UnicodeDecodeError as error:
        raise TerminalError(f"{path}:1: the header row cannot be read ({error}); save the file as UTF-8") from error
