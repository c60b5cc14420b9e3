"""A stop is heard at once: pauses between tries end, and a start that hangs in a library is left behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from schemas.errors import Stopped

T = TypeVar("T")
_LOOK_SECONDS = 0.1  # how late a stop may be heard


class StopClock:
    """The `time` module's clock for retrying (sinks.retrying.Clock). Where `stop` is set, `sleep` raises Stopped:
    a store that is away is waited for by a running job only."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop

    def monotonic(self) -> float:
        """Seconds since some point that never moves."""
        return time.monotonic()

    def sleep(self, seconds: float, /) -> None:
        """Wait. Raises Stopped as soon as the stop comes, at once where it came before."""
        if self._stop.wait(seconds):
            raise Stopped(
                "stopped while waiting for the store; nothing uncommitted was lost: what was in hand is read again "
                "at the next start"
            )


class _Work(threading.Thread, Generic[T]):
    """Runs `work` once and keeps what came of it."""

    def __init__(self, work: Callable[[], T], discard: Callable[[T], None]) -> None:
        super().__init__(daemon=True, name="echolot-start")
        self._work, self._discard = work, discard
        self._left, self._lock = False, threading.Lock()
        self.results: list[T] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        """In the thread."""
        try:
            result = self._work()
        except BaseException as error:
            self.error = error
            return
        with self._lock:
            if not self._left:
                self.results.append(result)
                return
        self._discard(result)

    def leave(self) -> None:
        """Nobody waits any more; what still comes is discarded."""
        with self._lock:
            self._left = True
            results, self.results = self.results, []
        for result in results:
            self._discard(result)


def unless_stopped(
    work: Callable[[], T], stop: threading.Event, discard: Callable[[T], None] = lambda result: None
) -> T:
    """What `work` returns; it runs in a thread of its own, while this one waits and raises what it raises.

    Raises Stopped within a tenth of a second of `stop`, whatever `work` hangs in: a library's connection attempt takes
    10 s and more. The thread is left to itself then and dies with the process, so this is for starting alone, when
    nothing is in hand. A result that comes too late goes to `discard`."""
    thread = _Work(work, discard)
    thread.start()
    while not stop.is_set() and thread.is_alive():
        thread.join(_LOOK_SECONDS)
    if stop.is_set():
        thread.leave()
        raise Stopped("stopped before anything was read")
    if thread.error is not None:
        raise thread.error
    return thread.results[0]
