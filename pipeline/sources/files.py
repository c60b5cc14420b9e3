"""Records from the files of a directory, followed as they grow.

A record is a line; in .csv files it may span lines inside quotes, and the first line names the columns. A file is
only ever appended to: what was read is counted in records, so that after a restart the ledger says where to go on."""

from __future__ import annotations

import fnmatch
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from configs.settings import FilesSource
from pipeline.sources.protocol import Positions
from schemas.errors import TerminalError
from schemas.record import Batch, Record

_QUOTED_BYTES = 65_536  # a quote still open after so much was never meant to span lines: the row stands alone, dead


@dataclass(slots=True)
class _Following:
    """How far one file is read."""

    source: str
    path: Path
    skip: int
    offset: int = 0
    line: int = 0
    position: int = 0
    headers: dict[str, bytes] = field(default_factory=dict)


class FileRecords:
    """The lines of a directory's files, in order of name. Used by one thread."""

    def __init__(self, settings: FilesSource, written: Positions) -> None:
        """`written` is the last acknowledged position by (source, partition); nothing before it is read again.

        Raises TerminalError where the directory is missing or cannot be read."""
        self._settings = settings
        self._written = dict(written)
        self._following: dict[Path, _Following] = {}
        self._idle = False
        self._files()

    @property
    def exhausted(self) -> bool:
        """See Source.exhausted: with `follow` off, once a look found nothing new."""
        return self._idle and not self._settings.follow

    def total_bytes(self) -> int:
        """Size of all files now."""
        return sum(path.stat().st_size for path in self._files())

    def read_bytes(self) -> int:
        """How much of it is read."""
        return sum(f.offset for f in self._following.values())

    def poll(self, wait_seconds: float) -> Batch | None:
        """See Source.poll."""
        records: list[Record] = []
        for path in self._files():
            records += self._new_records(path, self._settings.poll_records - len(records))
            if len(records) >= self._settings.poll_records:
                break
        self._idle = not records
        if records:
            return Batch(records)
        if self._settings.follow:
            time.sleep(min(wait_seconds, self._settings.interval.total_seconds()))
        return None

    def commit(self, positions: Positions) -> None:
        """Nothing to do: the ledger that was written with the rows is the commit."""

    def close(self) -> None:
        """Nothing is held open."""

    def _files(self) -> list[Path]:
        folder = self._settings.path
        try:
            return sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))
        except OSError as error:
            raise TerminalError(f"{folder}: cannot be read ({error.strerror}); mend source.path") from error

    def _new_records(self, path: Path, limit: int) -> Iterator[Record]:
        state = self._following.get(path)
        if state is None:
            source = f"{path.parent.name}/{path.name}"
            state = _Following(source, path, self._written.get((source, 0), 0))
            state.headers = self._format_header(path.name)
            self._following[path] = state
        if limit <= 0 or path.stat().st_size <= state.offset:
            return
        is_csv = path.suffix.lower() == ".csv"
        with path.open("rb") as stream:
            stream.seek(state.offset)
            while limit > 0:
                first_line = state.line + 1
                value, lines = self._read_one(stream, quoted=is_csv)
                if not value:
                    return
                state.offset += len(value)
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
                limit -= 1
                headers = state.headers | {"echolot-line": str(first_line).encode()}
                yield Record(state.source, 0, state.position, content, headers=headers)

    def _read_one(self, stream: BinaryIO, *, quoted: bool) -> tuple[bytes, int]:
        """One record's bytes with its line end, and its number of lines; nothing while its last line is unfinished."""
        value = first = self._line(stream)
        lines, after_first = 1, stream.tell()
        while quoted and value.count(b'"') % 2:
            more = self._line(stream)
            if not more and self._settings.follow:
                return b"", 0
            if not more or len(value) > _QUOTED_BYTES:
                stream.seek(after_first)
                return first, 1
            value += more
            lines += 1
        return value, lines

    def _line(self, stream: BinaryIO) -> bytes:
        line = stream.readline()
        return b"" if self._settings.follow and not line.endswith(b"\n") else line

    def _format_header(self, name: str) -> dict[str, bytes]:
        for pattern, format_name in self._settings.formats.items():
            if fnmatch.fnmatch(name, pattern):
                return {"echolot-format": format_name.encode()}
        return {}


def _columns(header: bytes, path: Path) -> Mapping[str, bytes]:
    try:
        return {"echolot-columns": header.decode("utf-8-sig").encode()}
    except UnicodeDecodeError as error:
        raise TerminalError(f"{path}:1: the header row cannot be read ({error}); save the file as UTF-8") from error
