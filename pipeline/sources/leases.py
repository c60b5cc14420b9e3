"""The process's Kafka consumers: one a partition, lent to one reader at a time.

They outlive the DoFns that use them, since Flink makes and drops DoFns as it likes. A reader that was replaced (its
task failed over while it still waited for the store) is fenced: its lease no longer reads or commits."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, OffsetOutOfRangeError
from kafka.structs import OffsetAndMetadata

from configs.settings import KafkaSource
from pipeline import metrics
from pipeline.sources.kafka_client import ANSWER_MS, connect, overtaken, partition_numbers, record, start_offset
from pipeline.sources.watchdog import Watchdog
from schemas.errors import TransientError
from schemas.record import Record
from sinks.kafka_errors import translate

log = logging.getLogger("echolot.kafka")

COMMIT_SECONDS = 1.0  # committed offsets are for people watching lag and for restarts without a savepoint
UNUSED_SECONDS = 120.0  # a partition that moved to another worker leaves its consumer behind
BOOTSTRAP_MS = 3000  # a turn that waits for a dead broker holds up its bundle, and with it the checkpoint


class Fenced(TransientError):
    """A newer reader has this partition."""


class Leases:
    """The consumers of one job in this process. Thread-safe."""

    def __init__(self, settings: KafkaSource, commit_seconds: float = COMMIT_SECONDS) -> None:
        """`commit_seconds` is the least time between two commits of a partition; what falls between is not made up."""
        self._settings = settings
        self._commit_seconds = commit_seconds
        self._lock = threading.Lock()
        self._lines: dict[TopicPartition, _Line] = {}
        self._progress = metrics.Progress()

    def take(self, topic: str, partition: int) -> Lease:
        """The partition's consumer; leases taken before are fenced from now on."""
        tp = TopicPartition(topic, partition)
        with self._lock:
            line = self._lines.setdefault(tp, _Line(tp, self._settings, self._commit_seconds, self._progress))
            line.generation += 1
            line.used = time.monotonic()
            unused = [other for other in self._lines.values() if line.used - other.used > UNUSED_SECONDS]
            for other in unused:
                del self._lines[other.tp]
            if unused:
                self._progress.keep((tp.topic, tp.partition) for tp in self._lines)
        for other in unused:
            other.generation += 1
            other.close()
        return Lease(line, line.generation)

    @property
    def held(self) -> int:
        """How many partitions this process has consumers for."""
        return len(self._lines)

    def begin(self, topic: str, known: int) -> list[tuple[int, int]]:
        """(partition, offset to start at) of every partition of the topic from number `known` on.

        Starts at the group's committed offset; where there is none, by `source.start`, and that is committed at once.
        Raises TransientError while no broker answers."""
        numbers = partition_numbers(self._settings, topic)[known:]
        if not numbers:
            return []
        consumer = connect(self._settings, starting=False, bootstrap_timeout_ms=BOOTSTRAP_MS)
        try:
            return [(number, self._start(consumer, TopicPartition(topic, number))) for number in numbers]
        except KafkaError as error:
            raise translate(error, ",".join(self._settings.bootstrap)) from error
        finally:
            consumer.close(autocommit=False, timeout_ms=1000)

    def _start(self, consumer: KafkaConsumer, tp: TopicPartition) -> int:
        committed = consumer.committed(tp, timeout_ms=ANSWER_MS)
        if committed is not None:
            return int(committed)
        offset = start_offset(consumer, self._settings, tp)
        consumer.commit({tp: OffsetAndMetadata(offset, "", -1)}, timeout_ms=ANSWER_MS)
        log.info("partition %s/%d starts at offset %d", tp.topic, tp.partition, offset)
        return offset

    def close(self) -> None:
        """Close all consumers."""
        with self._lock:
            for line in self._lines.values():
                line.close()
            self._lines.clear()


class Lease:
    """One reader's right to a partition, until the next reader takes it. Every method raises Fenced after that."""

    def __init__(self, line: _Line, generation: int) -> None:
        self._line = line
        self._generation = generation

    def poll(self, offset: int, wait_seconds: float, most: int) -> list[Record]:
        """At most `most` records from `offset` on, waiting where there are none. A broker that is away gives none.

        Raises Overtaken where retention took `offset`, TerminalError where waiting cannot help."""
        with self._line.lock:
            self._check()
            return self._line.poll(offset, wait_seconds, most)

    def acknowledged(self, offset: int) -> None:
        """Everything before `offset` is done with here, as the metrics are to show."""
        with self._line.lock:
            self._check()
            self._line.acknowledged(offset)

    def commit(self, offset: int) -> None:
        """Everything before `offset` is acknowledged. Does not wait; trouble is left to the next commit."""
        with self._line.lock:
            self._check()
            self._line.commit(offset)

    def committed(self) -> int:
        """The group's committed offset; Discover has committed one before anything is read."""
        with self._line.lock:
            self._check()
            return self._line.committed()

    @property
    def end(self) -> int | None:
        """The partition's end offset as last heard from the broker."""
        return self._line.end

    @property
    def was_asked(self) -> bool:
        """Whether the records of the last poll are the broker's answer to it, and not older ones that lay ready."""
        return self._line.was_asked

    def _check(self) -> None:
        if self._generation != self._line.generation:
            tp = self._line.tp
            raise Fenced(f"{tp.topic} partition {tp.partition}: another reader took over; this one ends")


class _Line:
    """A partition's consumer, made when first needed; used under its lock."""

    def __init__(
        self, tp: TopicPartition, settings: KafkaSource, commit_seconds: float, progress: metrics.Progress
    ) -> None:
        self.tp = tp
        self._progress = progress
        self.lock = threading.Lock()
        self.generation = 0
        self.used = 0.0
        self.end: int | None = None
        self.was_asked = False
        self._settings = settings
        self._brokers = ",".join(settings.bootstrap)
        self._consumer: KafkaConsumer | None = None
        self._next = -1  # offset of the consumer's next record
        self._committed = -1
        self._commit_seconds = commit_seconds
        self._commit_due = 0.0
        self._watchdog = Watchdog(settings.stall.total_seconds())

    def poll(self, offset: int, wait_seconds: float, most: int) -> list[Record]:
        try:
            self._look_after(offset)
            consumer = self._connected()
            if offset != self._next:
                consumer.seek(self.tp, offset)
            self._next = -1  # whatever fails from here on, the next poll seeks: a consumer moves on before it fails
            found = consumer.poll(timeout_ms=round(wait_seconds * 1000), max_records=most).get(self.tp, [])
            # A poll that finds something waiting gives that and asks for more; one that asks waits for the answer.
            self.was_asked = bool(found) and not consumer._fetcher.in_flight_fetches()
            self.end = consumer.highwater(self.tp)
        except OffsetOutOfRangeError as error:
            raise overtaken(self._connected(), self._settings.group, self.tp, offset) from error
        except (KafkaError, TransientError) as error:
            ours = translate(error, self._brokers) if isinstance(error, KafkaError) else error
            if not isinstance(ours, TransientError):
                raise ours from error
            log.warning("partition %s/%d: poll failed, waiting: %s", self.tp.topic, self.tp.partition, ours)
            return []
        if found and found[0].offset < offset:  # kafka-python 2628: a consumer that jumps back to 0
            log.error("partition %s/%d jumped back: new consumer", self.tp.topic, self.tp.partition)
            metrics.CONSUMERS_REPLACED.add(source=self.tp.topic)
            self.close()
            return []
        records = [record(r) for r in found]
        self._show(consumer, records)
        self._next = records[-1].position + 1 if records else offset
        return records

    def _show(self, consumer: KafkaConsumer, records: list[Record]) -> None:
        """Tell the metrics how far the partition is. A consumer's position passes transaction marks, unlike ours."""
        if metrics.is_on():
            state = consumer._subscription.assignment.get(self.tp)  # consumer.position() may ask the broker
            position = state and state.position
            self._progress.read(
                (self.tp.topic, self.tp.partition),
                records,
                next_position=position and position.offset,
                end=self.end,
            )

    def commit(self, offset: int) -> None:
        now = time.monotonic()
        if offset <= self._committed or now < self._commit_due:
            return
        self._commit_due = now + self._commit_seconds
        try:
            self._connected().commit_async({self.tp: OffsetAndMetadata(offset, "", -1)}, callback=self._done)
        except (KafkaError, TransientError) as error:
            log.warning("commit failed, the next one covers it: %s", type(error).__name__)

    def acknowledged(self, offset: int) -> None:
        self._progress.written({(self.tp.topic, self.tp.partition): offset - 1})

    def committed(self) -> int:
        try:
            return int(self._connected().committed(self.tp, timeout_ms=ANSWER_MS) or 0)
        except KafkaError as error:
            raise translate(error, self._brokers) from error

    def _done(self, offsets: dict[TopicPartition, OffsetAndMetadata], response: Any) -> None:
        if isinstance(response, Exception):
            tp, kind = self.tp, type(response).__name__
            metrics.COMMITS_FAILED.add(reason="fenced" if "Member" in kind else "broker")
            why = (
                f"is a local job using group {self._settings.group!r} too?"
                if "Member" in kind
                else "the next covers it"
            )
            log.warning("partition %s/%d: commit failed (%s); %s", tp.topic, tp.partition, kind, why)
        else:
            self._committed = max(self._committed, offsets[self.tp].offset)

    def close(self) -> None:
        if self._consumer is not None:
            self._consumer.close(autocommit=False, timeout_ms=1000)
        self._consumer, self._next = None, -1

    def _connected(self) -> KafkaConsumer:
        if self._consumer is None:
            consumer = connect(self._settings, starting=False, bootstrap_timeout_ms=BOOTSTRAP_MS)
            try:
                consumer.assign([self.tp])
                # A replay after a crash must not move it back.
                self._committed = int(consumer.committed(self.tp, timeout_ms=ANSWER_MS) or -1)
            except BaseException:
                consumer.close(autocommit=False, timeout_ms=0)
                raise
            self._consumer = consumer
        return self._consumer

    def _look_after(self, offset: int) -> None:
        """Let a consumer go that stands still at `offset` although the partition grows."""
        if self._consumer is None or not self._watchdog.due():
            return
        ends = self._consumer.end_offsets([self.tp], timeout_ms=ANSWER_MS)
        if self._watchdog.stalled({self.tp: offset}, ends):
            log.warning("partition %s/%d stands still while it grows: new consumer", self.tp.topic, self.tp.partition)
            metrics.CONSUMERS_REPLACED.add(source=self.tp.topic)
            self.close()
