"""Lag and watermark age of the partitions that a reader holds."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.metrics.registry import LAG, WATERMARK_AGE
from schemas.record import Record

Place = tuple[str, int]
"""Source and partition."""


@dataclass(slots=True)
class _Range:
    """Records read in one go; times are epoch milliseconds, None where the record has none."""

    first: int
    last: int
    first_time: int | None
    last_time: int | None


@dataclass(slots=True)
class _Partition:
    unwritten: deque[_Range] = field(default_factory=deque)
    next_position: int | None = None
    end: int | None = None
    written_time: int | None = None


class Progress:
    """What is read, what of it is written, and where the partition ends. Called from any thread.

    Behind means: read and not written, or not read although the end says it is there. Records that a reader never
    sees (transaction marks, compacted ones) are not behind, since the position passes them."""

    def __init__(self) -> None:
        self._partitions: dict[Place, _Partition] = {}
        self._lock = threading.Lock()

    def read(
        self, place: Place, records: Sequence[Record], *, next_position: int | None = None, end: int | None = None
    ) -> None:
        """`records` of this partition were read (maybe none); `next_position` is what the consumer reads next and `end`
        the partition's end offset, each where it is known."""
        with self._lock:
            partition = self._partitions.setdefault(place, _Partition())
            if records:
                first, last = records[0], records[-1]
                while partition.unwritten and partition.unwritten[-1].last >= first.position:
                    partition.unwritten.pop()  # read again after a failure
                partition.unwritten.append(_Range(first.position, last.position, first.timestamp, last.timestamp))
                partition.next_position = last.position + 1
            if next_position is not None:
                partition.next_position = next_position
            if end is not None:
                partition.end = end
            _show(place, partition)

    def written(self, positions: Mapping[Place, int]) -> None:
        """The store has these positions and all before them."""
        with self._lock:
            for place, position in positions.items():
                partition = self._partitions.get(place)
                if partition is None:
                    continue
                unwritten = partition.unwritten
                while unwritten and unwritten[0].last <= position:
                    partition.written_time = unwritten.popleft().last_time
                if unwritten and unwritten[0].first <= position:
                    unwritten[0].first = position + 1
                _show(place, partition)

    def keep(self, places: Iterable[Place]) -> None:
        """These partitions are held, the others went to somebody else: their series go."""
        with self._lock:
            for place in self._partitions.keys() - set(places):
                del self._partitions[place]
                source, number = place
                LAG.clear(source=source, partition=number)
                WATERMARK_AGE.clear(source=source, partition=number)


def _show(place: Place, partition: _Partition) -> None:
    source, number = place
    if partition.unwritten:
        oldest = partition.unwritten[0]
        position: int | None = oldest.first
        waiting, since = True, oldest.first_time
    else:
        position, end = partition.next_position, partition.end
        waiting = position is not None and end is not None and position < end
        since = partition.written_time  # the next record is no older than that
    if partition.end is not None and position is not None:
        LAG.set(max(partition.end - position, 0), source=source, partition=number)
    if not waiting:
        WATERMARK_AGE.since(None, source=source, partition=number)
    elif since is not None:
        WATERMARK_AGE.since(since / 1000, source=source, partition=number)
