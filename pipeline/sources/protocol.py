"""What a source offers the local engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from schemas.record import Batch

Positions = Mapping[tuple[str, int], int]
"""Last acknowledged position by (source, partition)."""


class Source(Protocol):
    """Ranges of records, in order within a (source, partition). Called from one thread."""

    def poll(self, wait_seconds: float) -> Batch | None:
        """The next records, waiting for at most `wait_seconds` where there are none; None then.

        Trouble that passes (a broker that vanished) is None too. Raises TerminalError where waiting cannot help."""
        ...

    def commit(self, positions: Positions) -> None:
        """These positions and all before them are written. Trouble is not raised: a later commit covers it."""
        ...

    @property
    def exhausted(self) -> bool:
        """Nothing will come any more; always False for a source that is followed."""
        ...

    def close(self) -> None:
        """Let go. Idempotent."""
        ...
