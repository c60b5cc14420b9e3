"""Kafka as splittable DoFns: Discover finds partitions, Read reads one.

Odd, and on purpose (docs/design.md, the Flink engine):
- one ELEMENT a partition, since Flink deals a splittable DoFn's work out by element, not by restriction;
- the residual restriction is the truth about where to go on; it lives in Flink's checkpoints;
- no bundle finalizer: it would cost a new DoFn for every bundle. A group offset is committed when Read resumes from a
  residual: the bundle that made the residual has closed by then, so the store has acknowledged all before it;
- parameters that Beam fills by position would have to stand before the restriction."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import apache_beam as beam
from apache_beam.io.restriction_trackers import OffsetRange, OffsetRestrictionTracker
from apache_beam.io.watermark_estimators import WalltimeWatermarkEstimator
from apache_beam.transforms.core import RestrictionProvider
from apache_beam.utils.timestamp import Duration

from configs.settings import JobSettings, KafkaSource
from pipeline import counting, resources
from pipeline.engines.halting import refuse_if_halted
from pipeline.failures import noted
from pipeline.sources.kafka_client import Overtaken
from pipeline.sources.leases import Lease
from pipeline.sources.partition import Partition
from schemas.errors import TransientError
from schemas.record import Batch, Record, Span

TRICKLE = 100  # a poll of fewer records says that a partition has caught up
IDLE_SECONDS = 0.02  # wait for records, shared by all partitions of the process
REST = Duration(micros=10_000)  # between the turns of a partition
AWAY = Duration(seconds=1)  # before a broker that is away is asked again
_END = 2**63 - 1


class Tracker(OffsetRestrictionTracker):
    """Offsets without end; only cut where the DoFn itself stops."""

    def is_bounded(self) -> bool:
        """More may always come."""
        return False

    def try_split(self, fraction_of_remainder: float) -> Any:
        """A partition is read by one reader."""
        return super().try_split(fraction_of_remainder) if fraction_of_remainder == 0 else None


class Provider(RestrictionProvider):
    """Restrictions from where the element says to the end of offsets."""

    def initial_restriction(self, element: bytes) -> OffsetRange:
        """The whole of it."""
        return OffsetRange(self.first(element), _END)

    def first(self, element: bytes) -> int:
        """Where to begin."""
        return Partition.decode(element).start

    def create_tracker(self, restriction: OffsetRange) -> Tracker:
        """Ours."""
        return Tracker(restriction)

    def restriction_size(self, element: bytes, restriction: OffsetRange) -> int:
        """All alike: nobody balances by it."""
        return 1


class TopicProvider(Provider):
    """Partition numbers of a topic, from 0."""

    def first(self, element: bytes) -> int:
        """No partition is known yet."""
        return 0


OFFSETS = beam.DoFn.RestrictionParam(Provider())
PARTITION_NUMBERS = beam.DoFn.RestrictionParam(TopicProvider())
WALL_CLOCK = beam.DoFn.WatermarkEstimatorParam(WalltimeWatermarkEstimator.default_provider())
"""An idle partition's watermark moves with the clock: others do not wait for it."""


class Discover(beam.DoFn):
    """Topic name to the topic's partitions, now and as it grows."""

    def __init__(self, settings: JobSettings) -> None:
        self._settings = settings

    def setup(self) -> None:
        """Take the process's consumers. Raises Halt where the job was halted."""
        counting.set_up(self, self._settings)
        refuse_if_halted(self._settings)
        self._leases = resources.leases(self._settings)

    @beam.DoFn.unbounded_per_element()
    def process(
        self,
        element: bytes,
        tracker: Any = PARTITION_NUMBERS,
        _: Any = WALL_CLOCK,
    ) -> Iterator[bytes]:
        """One look at the broker."""
        topic, source, flink = element.decode(), self._settings.source, self._settings.flink
        assert isinstance(source, KafkaSource)
        offset_of_topic = [t.name for t in source.topics].index(topic)
        with noted(self._settings):
            try:
                found = self._leases.begin(topic, tracker.current_restriction().start)
            except TransientError:
                tracker.defer_remainder(AWAY)
                return
        for number, start in found:
            if not tracker.try_claim(number):
                return
            # Topics begin at different subtasks, so that many topics of one partition are spread too.
            subtask = (offset_of_topic + number) % flink.parallelism
            yield Partition(topic, number, start).salted(subtask, flink.parallelism, flink.max_parallelism).encode()
        tracker.defer_remainder(Duration(seconds=source.refresh.total_seconds()))


class Read(beam.DoFn):
    """Partition to its records, a Batch a poll."""

    def __init__(self, settings: JobSettings) -> None:
        self._settings = settings

    def setup(self) -> None:
        """Take the process's consumers. Raises Halt where the job was halted."""
        assert isinstance(self._settings.source, KafkaSource)
        counting.set_up(self, self._settings)
        refuse_if_halted(self._settings)
        self._leases = resources.leases(self._settings)
        self._most = self._settings.source.poll_records
        self._commits = not self._settings.flink.spread  # else see Commit

    @beam.DoFn.unbounded_per_element()
    def process(
        self,
        element: bytes,
        tracker: Any = OFFSETS,
        _: Any = WALL_CLOCK,
    ) -> Iterator[Batch]:
        """One turn: what is there, at most `poll_records`, as one Batch. An idle partition holds up nobody."""
        partition = Partition.decode(element)
        lease = self._leases.take(partition.topic, partition.number)
        offset = tracker.current_restriction().start
        with noted(self._settings):
            lease.acknowledged(offset)
            if self._commits:
                lease.commit(offset)
            records = self._turn(lease, offset)
        if records:
            last = records[-1].position
            if not tracker.try_claim(last):
                return
            yield Batch(records, (Span(partition.topic, partition.number, offset, last + 1),))
        tracker.defer_remainder(REST)

    def _turn(self, lease: Lease, offset: int) -> list[Record]:
        """Until the broker itself has said what is there: a poll may give what was fetched after the last turn. Only a
        backlog is worth more: waiting for a trickle would keep back what is read already."""
        records: list[Record] = []
        for number in itertools.count(1):
            try:
                found = lease.poll(offset, IDLE_SECONDS / max(self._leases.held, 1), self._most - len(records))
            except Overtaken as gap:
                if records:
                    break  # they come first; the next turn meets the gap again
                resources.store(self._settings).write([gap.block()])
                raise
            records += found
            if not found or len(records) >= self._most:
                break
            if len(found) < TRICKLE and (number > 1 or lease.was_asked):
                break
            offset = found[-1].position + 1
        return records
