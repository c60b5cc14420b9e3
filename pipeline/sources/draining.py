"""Draining: wait until a job is done with everything that its topics held when it was asked.

Flink's own draining stop waits for every source to end, which a reader of Kafka never does (Beam's flushData turns its
residuals over for ever, until the TaskManager's heartbeat fails); so the end is ours to find."""

from __future__ import annotations

import contextlib
import time

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from configs.settings import KafkaSource
from pipeline.sources.kafka_client import ANSWER_MS, connect
from schemas.errors import TransientError
from sinks.kafka_errors import translate
from sinks.retrying import Clock

STALL_SECONDS = 120.0
_LOOK_SECONDS = 0.5
_POLL_MS = 1000


def wait_until_drained(settings: KafkaSource, *, stall_seconds: float = STALL_SECONDS, clock: Clock = time) -> int:
    """Wait until the group has committed all that its topics hold now; gives back how many records that were to do.

    Raises TransientError where the group commits nothing for `stall_seconds`, or no broker answers."""
    consumer = connect(settings, starting=True)
    try:
        partitions = [
            TopicPartition(topic.name, number)
            for topic in settings.topics
            for number in sorted(consumer.partitions_for_topic(topic.name) or ())
        ]
        ends = consumer.end_offsets(partitions, timeout_ms=ANSWER_MS)
        left = _left(consumer, ends)
        to_do, deadline = sum(left.values()), clock.monotonic() + stall_seconds
        while left:
            if clock.monotonic() > deadline:
                tp = min(left)
                raise TransientError(
                    f"group {settings.group!r} has committed nothing for {stall_seconds:g} s and {sum(left.values())} "
                    f"offsets are left, {left[tp]} of them in {tp.topic} partition {tp.partition}: does the job run? "
                    f"See `echolot flink status`; stop it without --drain, and it goes on from there later"
                )
            clock.sleep(_LOOK_SECONDS)
            before, left = left, _left(consumer, {tp: ends[tp] for tp in left})
            if left != before:
                deadline = clock.monotonic() + stall_seconds
        return to_do
    except KafkaError as error:
        raise translate(error, ",".join(settings.bootstrap)) from error
    finally:
        with contextlib.suppress(KafkaError):
            consumer.close(autocommit=False)


def _left(consumer: KafkaConsumer, ends: dict[TopicPartition, int]) -> dict[TopicPartition, int]:
    """Offsets to go, of the partitions that have records to go."""
    left = {}
    for tp, end in ends.items():
        committed = consumer.committed(tp, timeout_ms=ANSWER_MS)
        start = consumer.beginning_offsets([tp], timeout_ms=ANSWER_MS)[tp] if committed is None else committed
        if start < end and _holds_a_record(consumer, tp, start, end):
            left[tp] = end - start
    return left


def _holds_a_record(consumer: KafkaConsumer, tp: TopicPartition, start: int, end: int) -> bool:
    """Transaction marks and what compaction removed take offsets too, and nobody commits those."""
    consumer.assign([tp])
    consumer.seek(tp, start)
    found = consumer.poll(timeout_ms=_POLL_MS, max_records=1).get(tp, [])
    return bool(found) and found[0].offset < end
