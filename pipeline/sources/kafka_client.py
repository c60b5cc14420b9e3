"""What both readers of Kafka share: a connected consumer, where a partition begins, and what retention took."""

from __future__ import annotations

from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaError, KafkaTimeoutError

from configs.settings import KafkaSource
from pipeline import metrics
from schemas.errors import TerminalError, TransientError
from schemas.record import Record
from sinks.kafka_errors import no_bootstrap, translate
from sinks.store import Block

ANSWER_MS = 3000
"""Longest wait for an answer of the broker; kafka-python's own default is for ever, and a stop would wait along."""


class Overtaken(TerminalError):
    """Records were lost to retention before they were read: `first` to `last` of (source, partition)."""

    def __init__(self, source: str, partition: int, first: int, last: int, text: str) -> None:
        super().__init__(text)
        self.source, self.partition, self.first, self.last = source, partition, first, last

    def block(self) -> Block:
        """The row of the table `gaps`."""
        return Block(
            "gaps",
            {
                "source": [self.source],
                "partition": [self.partition],
                "first_position": [self.first],
                "last_position": [self.last],
                "reason": ["retention"],
            },
        )


def connect(settings: KafkaSource, *, starting: bool, **options: Any) -> KafkaConsumer:
    """A consumer of the configured group that never jumps and never commits by itself.

    `starting` says that a job begins: a broker that takes connections and does not answer is a wrong login or port
    then, and a missing topic a wrong name. Later both are a broker, or a proxy before it, that is not up again.
    Raises TransientError where no broker answers; when starting, TerminalError for a wrong login or a missing topic."""
    brokers = ",".join(settings.bootstrap)
    defaults: dict[str, Any] = {
        "group_id": settings.group,
        "auto_offset_reset": "none",
        "enable_auto_commit": False,
        "isolation_level": "read_committed",
        "allow_auto_create_topics": False,
        "max_poll_records": settings.poll_records,
        "fetch_max_wait_ms": 100,
        "metadata_max_age_ms": round(settings.refresh.total_seconds() * 1000),
        "reconnect_backoff_max_ms": 5000,
        "bootstrap_timeout_ms": 10_000,
    }
    try:
        consumer = KafkaConsumer(**defaults | settings.client_options() | options)
    except KafkaTimeoutError as error:
        raise (no_bootstrap(settings) if starting else _away(settings)) from error
    except KafkaError as error:
        raise translate(error, brokers) from error
    if not starting:
        return consumer
    try:
        missing = sorted({t.name for t in settings.topics} - consumer.topics())
    except KafkaError as error:
        raise translate(error, brokers) from error
    if missing:
        consumer.close(autocommit=False)
        raise TerminalError(f"topic {missing[0]!r} does not exist at {brokers}: create it or mend source.topics")
    return consumer


def _away(settings: KafkaSource) -> TransientError:
    return TransientError(f"no Kafka broker answers at {','.join(settings.bootstrap)}: is it down, or starting?")


def partition_numbers(settings: KafkaSource, topic: str) -> list[int]:
    """The topic's partitions, as the broker has them now. Raises TransientError where none answers in some seconds.

    By an admin client: a consumer's own question waits for ever where the broker is away."""
    limits = {"bootstrap_timeout_ms": 3000, "request_timeout_ms": 5000}
    try:
        with KafkaAdminClient(**settings.client_options() | limits) as admin:
            (described,) = admin.describe_topics([topic])
    except KafkaTimeoutError as error:
        raise _away(settings) from error
    except KafkaError as error:
        raise translate(error, ",".join(settings.bootstrap)) from error
    return sorted(partition["partition_index"] for partition in described["partitions"])


def start_offset(consumer: KafkaConsumer, settings: KafkaSource, tp: TopicPartition) -> int:
    """Where a partition without a committed offset begins; the caller commits it, since it must not move after a crash.

    A topic of which other partitions have offsets has gained this one since: it is read from its first record."""
    others = consumer.partitions_for_topic(tp.topic) or set()
    grown = any(_has_offset(consumer, TopicPartition(tp.topic, p)) for p in others if p != tp.partition)
    first = settings.start == "earliest" or grown
    ask = consumer.beginning_offsets if first else consumer.end_offsets
    return int(ask([tp], timeout_ms=ANSWER_MS)[tp])


def _has_offset(consumer: KafkaConsumer, tp: TopicPartition) -> bool:
    return consumer.committed(tp, timeout_ms=ANSWER_MS) is not None


def overtaken(consumer: KafkaConsumer, group: str, tp: TopicPartition, offset: int) -> TerminalError:
    """The error for an offset that the broker no longer, or not yet, has."""
    first = int(consumer.beginning_offsets([tp], timeout_ms=ANSWER_MS)[tp])
    what = f"offsets {offset} to {first - 1} are gone" if first > offset else f"offset {offset} is past the end"
    text = (
        f"{tp.topic} partition {tp.partition}: {what} (retention overtook the group {group!r}, or "
        f"the topic was made anew). Nothing was skipped. Accept the gap by resetting the group's offset of this "
        f"partition, for instance: kafka-consumer-groups.sh --group {group} "
        f"--topic {tp.topic}:{tp.partition} --reset-offsets --to-earliest --execute"
    )
    if first <= offset:
        return TerminalError(text)
    metrics.GAPS.add(source=tp.topic)
    return Overtaken(tp.topic, tp.partition, offset, first - 1, text)


def record(r: ConsumerRecord) -> Record:
    """Ours for kafka-python's."""
    return Record(r.topic, r.partition, r.offset, r.value, r.key, dict(r.headers or ()), r.timestamp)
