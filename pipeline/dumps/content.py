"""The bytes of a member, read from their beginning in one go."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

from pipeline.dumps.damage import Damaged
from schemas.errors import TerminalError


class Content(io.RawIOBase):
    """A binary stream. `read` gives as many bytes as asked for, fewer only at the end or before damage; there it raises
    Damaged once, and then it is at its end.

    Used by one thread. A file that cannot be read (no permission, a failing disk) raises TerminalError."""

    path: Path | None = None
    """The file on disk that holds just these bytes, if one does."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._held = 0
        self._over = False
        self._damage: Damaged | None = None

    @property
    def consumed(self) -> int:
        """How many bytes of the file on disk are used up."""
        return 0

    def readable(self) -> bool:
        """Always."""
        return True

    def peek(self, size: int) -> bytes:
        """The next bytes, which the next read gives again. Never raises Damaged."""
        while self._held < size and not self._over:
            try:
                piece = self._piece()
            except Damaged as error:
                self._damage = error
                piece = b""
            self._over = not piece
            self._parts.append(piece)
            self._held += len(piece)
        if len(self._parts) > 1:
            self._parts = [b"".join(self._parts)]
        return self._parts[0][:size] if self._parts else b""

    def read(self, size: int = -1, /) -> bytes:
        """See the class."""
        wanted = sys.maxsize if size < 0 else size
        given = self.peek(wanted)
        if given:
            rest = self._parts[0][len(given) :]
            self._parts = [rest] if rest else []
            self._held = len(rest)
        elif self._damage is not None and wanted:
            error, self._damage = self._damage, None
            raise error
        return given

    def readinto(self, buffer: Any, /) -> int:
        """For io.BufferedReader and its like."""
        given = self.read(len(buffer))
        buffer[: len(given)] = given
        return len(given)

    def _piece(self) -> bytes:
        """Some more bytes, however many; nothing at the end. May raise Damaged."""
        raise NotImplementedError


class Stretch(Content):
    """Bytes as they stand in a file: all of it, or `length` of them from `start`."""

    def __init__(self, path: Path, name: str, start: int = 0, length: int | None = None) -> None:
        super().__init__()
        self.path = path if length is None else None
        self._name = name
        self._left = length
        self._given = 0
        self._where = path
        try:
            self._file = path.open("rb", buffering=0)
            self._file.seek(start)
        except OSError as error:
            raise unreadable(path, error) from error

    @property
    def consumed(self) -> int:
        """See Content."""
        return self._given

    def close(self) -> None:
        """Closes the file."""
        if not self.closed:
            self._file.close()
        super().close()

    def _piece(self) -> bytes:
        size = 65_536 if self._left is None else min(65_536, self._left)
        try:
            piece = self._file.read(size)
        except OSError as error:
            raise unreadable(self._where, error) from error
        self._given += len(piece)
        if self._left is not None:
            if size and not piece:
                raise Damaged(self._name, self._given, "the file ends too early")
            self._left -= len(piece)
        return piece


class Broken(Content):
    """Content of which nothing can be read; of an archive, nothing from `byte` on."""

    def __init__(self, name: str, why: str, byte: int = 0) -> None:
        super().__init__()
        self._error = Damaged(name, byte, why)

    def _piece(self) -> bytes:
        raise self._error


def unreadable(path: Path, error: OSError) -> TerminalError:
    """The error for a file that the system does not let us read."""
    return TerminalError(f"{path}: cannot be read ({error.strerror or error}); mend that, or leave the file out")
