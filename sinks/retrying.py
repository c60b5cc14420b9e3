"""Try again within a budget of seconds. Both stores use it; the clock is handed in, so tests do not sleep."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol, TypeVar

from schemas.errors import TransientError

_FIRST_PAUSE_SECONDS = 0.1  # a ClickHouse restart was measured at 0.2-0.4 s, a new chDB owner at 1-3 s
_LONGEST_PAUSE_SECONDS = 5.0

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


def retry(attempt: Callable[[], T], *, budget_seconds: float, clock: Clock) -> T:
    """What `attempt` returns, once it does. TransientError means again, with doubling pauses; anything else goes up.

    Raises TransientError when the next try would begin after the budget; there is always one try."""
    deadline = clock.monotonic() + budget_seconds
    pause = _FIRST_PAUSE_SECONDS
    tries = 1
    while True:
        try:
            return attempt()
        except TransientError as error:
            if clock.monotonic() + pause > deadline:
                raise TransientError(f"{error} (given up after {tries} tries in {budget_seconds:g} s)") from error
            _log.warning("store trouble, trying again in %.1f s: %s", pause, error)
        clock.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        tries += 1
