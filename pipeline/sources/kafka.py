"""Records from Kafka topics, as a member of a consumer group (kafka-python).

Odd: `auto_offset_reset` is none on purpose. A partition that never had a committed offset is started by our own rule,
and a committed offset that retention has overtaken stops the job instead of jumping."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence

from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import (
    CommitFailedError,
    KafkaError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
)
from kafka.structs import OffsetAndMetadata

from configs.settings import KafkaSource
from pipeline import metrics
from pipeline.sources.kafka_client import ANSWER_MS, connect, overtaken, record, start_offset
from pipeline.sources.protocol import Positions
from pipeline.sources.watchdog import Watchdog
from schemas.errors import TransientError
from schemas.record import Batch
from sinks.kafka_errors import translate

log = logging.getLogger("echolot.kafka")

COMMIT_SECONDS = 5.0  # a commit that takes longer is left to the next one; a vanished broker must not block the stop
FRESH_SECONDS = 0.01  # the first poll gives what was fetched while the last batch was judged; a fetch takes 2-5 ms
SHOW_IDLE_SECONDS = 1.0  # lag of partitions without records: with hundreds of them, a look at each poll would cost 2 %
JOIN_SECONDS = 2.0  # a poll that is to see a join end; the others of the group may be in the midst of a batch
POLL_LIMIT = 24 * 3600  # the store may be down for hours: being put out of the group would only repeat work


class KafkaRecords:
    """A consumer of the configured topics; used by one thread."""

    exhausted = False

    def __init__(self, settings: KafkaSource) -> None:
        """Connects. Raises TransientError where no broker answers, TerminalError for a wrong login or missing topic."""
        self._settings = settings
        self._brokers = ",".join(settings.bootstrap)
        self._pending: dict[TopicPartition, int] = {}
        self._consumer = self._connect(starting=True)
        self._watchdog = Watchdog(settings.stall.total_seconds())
        self._progress = metrics.Progress()
        self._show_idle_at = 0.0

    def poll(self, wait_seconds: float) -> Batch | None:
        """See Source.poll. A partition new to the group is started here, by `start`."""
        polled: dict[TopicPartition, list[ConsumerRecord]] = {}
        try:
            polled = self._poll(wait_seconds, self._settings.poll_records)
            room = self._settings.poll_records - sum(map(len, polled.values()))
            if polled and room > 0:
                for tp, newer in self._poll(FRESH_SECONDS, room).items():
                    polled.setdefault(tp, []).extend(newer)
            self._show(polled)
            self._look_after()
        except KafkaError as error:
            ours = translate(error, self._brokers)
            if not isinstance(ours, TransientError):
                raise ours from error
            log.warning("poll failed, waiting: %s", ours)  # what came before the trouble must go on: it is passed
        if not polled:
            return None
        return Batch([record(r) for tp in sorted(polled) for r in polled[tp]])

    def _poll(self, wait_seconds: float, most: int) -> dict[TopicPartition, list[ConsumerRecord]]:
        if self._is_joining():
            wait_seconds = max(wait_seconds, JOIN_SECONDS)
        try:
            return self._consumer.poll(timeout_ms=round(wait_seconds * 1000), max_records=most)
        except NoOffsetForPartitionError as error:
            self._begin(error.args[0])
            return {}
        except OffsetOutOfRangeError as error:
            tp, offset = next(iter(sorted(error.args[0].items())))
            raise overtaken(self._consumer, self._settings.group, tp, offset) from error

    def _is_joining(self) -> bool:
        """Whether the next poll has to see a join through.

        kafka-python 3.0.12 (join_group_async) drops a join that ends between two polls. Where new metadata had caused
        it, it does not even join again: it goes on reading, but sends no heartbeats and refuses every commit."""
        coordinator = self._consumer._coordinator
        join = coordinator._join_task
        if join and join.is_done and not coordinator.need_rejoin():
            coordinator.request_rejoin()
        return join is not None

    def commit(self, positions: Positions) -> None:
        """See Source.commit. Offsets of partitions that went to another member are left to that member."""
        self._progress.written(positions)
        for (topic, partition), position in positions.items():
            self._pending[TopicPartition(topic, partition)] = position + 1
        held = self._consumer.assignment()
        self._pending = {tp: offset for tp, offset in self._pending.items() if tp in held}
        if not self._pending:
            return
        try:
            offsets = {tp: OffsetAndMetadata(offset, "", -1) for tp, offset in self._pending.items()}
            self._consumer.commit(offsets, timeout_ms=round(COMMIT_SECONDS * 1000))
            self._pending = {}
        except CommitFailedError:
            log.warning("put out of the group before committing; what was written is read and written again, once")
            metrics.COMMITS_FAILED.add(reason="fenced")
            self._pending = {}
        except KafkaError as error:
            log.warning("commit failed, the next one covers it: %s", translate(error, self._brokers))
            metrics.COMMITS_FAILED.add(reason="broker")

    def close(self) -> None:
        """Leave the group."""
        try:
            self._consumer.close(autocommit=False, timeout_ms=5000)
        except KafkaError as error:
            log.warning("the consumer did not close cleanly: %s", type(error).__name__)

    def _connect(self, *, starting: bool) -> KafkaConsumer:
        s = self._settings
        session_ms = round(s.session.total_seconds() * 1000)
        consumer = connect(
            s,
            starting=starting,
            max_poll_interval_ms=POLL_LIMIT * 1000,
            session_timeout_ms=session_ms,
            heartbeat_interval_ms=session_ms // 4,
        )
        consumer.subscribe(topics=[t.name for t in s.topics])
        return consumer

    def _begin(self, fresh: Iterable[TopicPartition]) -> None:
        """Start partitions without a committed offset, and commit that start: it must not move on after a crash."""
        for tp in sorted(fresh):
            offset = start_offset(self._consumer, self._settings, tp)
            self._consumer.seek(tp, offset)
            self.commit({(tp.topic, tp.partition): offset - 1})
            log.info("partition %s/%d starts at offset %d", tp.topic, tp.partition, offset)

    def _show(self, polled: Mapping[TopicPartition, Sequence[ConsumerRecord]]) -> None:
        """Tell the metrics how far each partition is; the broker is asked nothing."""
        if not metrics.is_on():
            return
        now = time.monotonic()
        held = self._consumer.assignment()
        shown = polled.keys() & held
        if now >= self._show_idle_at:
            self._show_idle_at = now + SHOW_IDLE_SECONDS
            shown = held
            self._progress.keep((tp.topic, tp.partition) for tp in held)
        for tp in shown:
            # Not consumer.position(), which may ask the broker and wait for it.
            state = self._consumer._subscription.assignment.get(tp)
            position = state and state.position
            self._progress.read(
                (tp.topic, tp.partition),
                [record(r) for r in (polled[tp][0], polled[tp][-1])] if polled.get(tp) else (),
                next_position=position and position.offset,
                end=state and state.highwater,
            )

    def _look_after(self) -> None:
        """Replace the consumer where a partition stands still although its end grows (kafka-python 3106)."""
        if not self._watchdog.due():
            return
        self.commit({})  # what failed before and no later record has covered: an idle topic would look behind for ever
        held = sorted(self._consumer.assignment())
        positions = {tp: self._consumer.position(tp, timeout_ms=ANSWER_MS) for tp in held}
        stalled = self._watchdog.stalled(
            positions, self._consumer.end_offsets(held, timeout_ms=ANSWER_MS) if held else {}
        )
        if stalled:
            log.warning("partition %s/%d stands still while it grows: new consumer", *stalled[0])
            metrics.CONSUMERS_REPLACED.add(source=stalled[0].topic)
            fresh = self._connect(starting=False)
            self.close()
            self._pending = {}
            self._consumer = fresh
