"""Which partitions stand still while their end grows? (kafka-python 3106, 3131: a partition silently stops.)"""

from __future__ import annotations

import time

from kafka import TopicPartition


class Watchdog:
    """Which partitions have stood still behind their end for `stall_seconds`? Time is monotonic seconds."""

    def __init__(self, stall_seconds: float) -> None:
        self._stall = stall_seconds
        self._next = time.monotonic() + stall_seconds / 4
        self._since: dict[TopicPartition, tuple[int, float]] = {}

    def due(self) -> bool:
        """Four looks a stall time."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._stall / 4
        return True

    def stalled(
        self, positions: dict[TopicPartition, int | None], ends: dict[TopicPartition, int], now: float | None = None
    ) -> list[TopicPartition]:
        """Partitions to worry about, given positions and end offsets; `now` for tests."""
        now = time.monotonic() if now is None else now
        for tp, position in positions.items():
            behind = position is not None and position < ends.get(tp, 0)
            if not behind or self._since.get(tp, (None, 0.0))[0] != position:
                self._since[tp] = (position if position is not None else -1, now)
        return [tp for tp in positions if now - self._since[tp][1] >= self._stall]
