"""The breaker: a flood of invalid records means a bad deploy, and a bad deploy must stop the job. Pure.

The idea of a limit on share and run is from arroyo's DlqLimit (github.com/getsentry/arroyo)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from configs.settings import BreakerSettings
from pipeline.decoded import Entry
from schemas.errors import TerminalError
from schemas.record import Outcome


class BreakerTripped(TerminalError):
    """Too many invalid records; the batch that tripped it is neither written nor committed."""


class Breaker:
    """Counts dead records over a sliding window and in a row; one a process."""

    def __init__(self, settings: BreakerSettings) -> None:
        self._settings = settings
        self._window: deque[bool] = deque(maxlen=settings.window)
        self._dead = 0
        self._run = 0

    @property
    def dead_share(self) -> float:
        """Dead share of the records in the window, 0 while there are none."""
        return self._dead / len(self._window) if self._window else 0.0

    def feed(self, entries: Iterable[Entry]) -> None:
        """Take the entries of a batch in order. Raises BreakerTripped on the record that is one too many."""
        for entry in entries:
            is_dead = entry.outcome is Outcome.DEAD
            if len(self._window) == self._settings.window:
                self._dead -= self._window[0]
            self._window.append(is_dead)
            self._dead += is_dead
            self._run = self._run + 1 if is_dead else 0
            if self._run >= self._settings.run:
                self._trip(f"{self._run} invalid records in a row", entry)
            full = len(self._window) == self._settings.window
            if full and self._dead >= self._settings.share * self._settings.window:
                self._trip(f"{self._dead} of the last {self._settings.window} records are invalid", entry)

    def _trip(self, why: str, last: Entry) -> None:
        record, settings = last.record, self._settings
        reason = last.dead[0].reason if last.dead else "valid"
        raise BreakerTripped(
            f"breaker tripped: {why}, the last at {record.source} partition {record.partition} position "
            f"{record.position} ({reason}). Nothing of this batch was written or committed. Where the producer, the "
            f"configured format or another option is wrong, mend it: the view dead_letter_summary counts the reasons, "
            f"of files `echolot replay FILE --dry-run`. Where the records are no better, let them be dead letters: set "
            f"breaker.run (now {settings.run}) and breaker.window ({settings.window}) above their number. Then start "
            f"again, a replay with --resume"
        )
