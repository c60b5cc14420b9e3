"""How many ids of a long stream came before? Eight bytes of disk an id, and memory that does not grow with them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from contextlib import suppress
from tempfile import TemporaryFile, gettempdir
from typing import Self

import numpy as np

from schemas.errors import TerminalError

_IDS_AT_ONCE = 2_000_000  # held and sorted in memory: 16 MB
_READ_BYTES = 8 * 2**20


class Ids:
    """Numbers of 64 bits, in a temporary file that is gone at its end. Used by one thread."""

    def __init__(self) -> None:
        self._file = TemporaryFile(prefix="echolot-")  # noqa: SIM115, closed by __exit__
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # of a full disk, which add() has told of
            self._file.close()

    def add(self, ids: Iterable[int]) -> None:
        """More of them. Raises TerminalError where the disk is full."""
        added = array("Q", ids)
        try:
            self._file.write(added)
            self._file.flush()
        except OSError as error:
            raise TerminalError(
                f"{gettempdir()}: no room for the ids of {self._count} mentions, 8 bytes each ({error.strerror}); "
                f"make some, or set TMPDIR"
            ) from error
        self._count += len(added)

    def repeats(self, at_once: int = _IDS_AT_ONCE) -> int:
        """How many were there before. Ids are told apart `at_once` a time, each time by reading all of them."""
        parts = max(1, -(-self._count // at_once))
        return self._count - sum(len(np.unique(self._part(number, parts))) for number in range(parts))

    def _part(self, number: int, parts: int) -> np.ndarray:
        """Those which leave `number` when divided by `parts`: the same id is always in the same part."""
        self._file.seek(0)
        pieces = [np.zeros(0, np.uint64)]
        while piece := self._file.read(_READ_BYTES):
            ids = np.frombuffer(piece, np.uint64)
            pieces.append(ids[ids % np.uint64(parts) == number])
        return np.concatenate(pieces)
