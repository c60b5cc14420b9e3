"""Commits group offsets where batches are spread over workers and so acknowledged in any order."""

from __future__ import annotations

from typing import Any

import apache_beam as beam
from apache_beam.coders import PickleCoder
from apache_beam.transforms.userstate import BagStateSpec

from configs.settings import JobSettings
from pipeline import counting, resources, spans
from pipeline.stages import Written


def by_partition(written: Written) -> list[tuple[str, tuple[int, int]]]:
    """("topic/partition", (first, end)) of every span."""
    return [(f"{s.source}/{s.partition}", (s.first, s.end)) for s in written.spans]


ACKNOWLEDGED = beam.DoFn.StateParam(BagStateSpec("acknowledged", PickleCoder()))


class Commit(beam.DoFn):
    """Keyed by partition: commits the end of the unbroken run of acknowledged positions.

    The run's end and what lies beyond it are Flink state, so a restart from a checkpoint goes on with both."""

    def __init__(self, settings: JobSettings) -> None:
        self._settings = settings

    def setup(self) -> None:
        """Take the process's committing consumers."""
        counting.set_up(self, self._settings)
        self._leases = resources.committing(self._settings)

    def process(self, element: tuple[str, tuple[int, int]], state: Any = ACKNOWLEDGED) -> None:
        """One acknowledged span. An interval that begins at -1 stands for all that was committed."""
        key, span = element
        topic, _, number = key.rpartition("/")
        lease = self._leases.take(topic, int(number))
        known = list(state.read())
        if not any(first == -1 for first, _ in known):
            known.append((-1, lease.committed()))
        floor, rest = spans.merge(-1, [*known, span])
        lease.commit(floor)
        state.clear()
        for interval in ((-1, floor), *rest):
            state.add(interval)
