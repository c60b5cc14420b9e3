"""Try again within a budget of seconds. Both stores use it; the clock is handed in, so tests do not sleep."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol, TypeVar

from schemas.errors import DiskFull, TransientError

_FIRST_PAUSE_SECONDS = 0.1  # a ClickHouse restart was measured at 0.2-0.4 s, a new chDB owner at 1-3 s
_LONGEST_PAUSE_SECONDS = 5.0
_ROOM_SECONDS = 10.0  # how long a full disk is waited for: merges free room, log rotation does
_SAY_AGAIN_SECONDS = 30.0  # trouble that goes on is one story, not a line a try

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Clock(Protocol):
    """The part of the `time` module that retrying needs."""

    def monotonic(self) -> float:
        """Seconds since some point that never moves."""
        ...

    def sleep(self, seconds: float, /) -> None:
        """Wait."""
        ...


def retry(
    attempt: Callable[[], T], *, budget_seconds: float, clock: Clock, on_retry: Callable[[], None] = lambda: None
) -> T:
    """What `attempt` returns, once it does. TransientError means again, with doubling pauses; anything else goes up,
    DiskFull after some seconds of trying.

    `on_retry` is called before every try but the first. Raises TransientError when the next try would begin after the
    budget; there is always one try. The first trouble is logged, then one line in 30 s."""
    began = clock.monotonic()
    deadline, say_again = began + budget_seconds, began
    pause = _FIRST_PAUSE_SECONDS
    tries = 1
    while True:
        try:
            return attempt()
        except (TransientError, DiskFull) as error:
            now = clock.monotonic()
            if isinstance(error, DiskFull) and now + pause > min(deadline, began + _ROOM_SECONDS):
                raise
            if now + pause > deadline:
                raise TransientError(f"{error} (given up after {tries} tries in {budget_seconds:g} s)") from error
            if now >= say_again:
                say_again = now + _SAY_AGAIN_SECONDS
                left = deadline - now
                _log.warning("store trouble, %d tries in %.0f s, %.0f s left: %s", tries, now - began, left, error)
        clock.sleep(pause)
        on_retry()
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        tries += 1
