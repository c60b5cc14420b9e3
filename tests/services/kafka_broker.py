"""A real Kafka broker for tests; tests/conftest.py makes the fixtures known to all.

Without Java or the jars such tests are skipped, saying how to get them; with ECHOLOT_REQUIRE_SERVICES=1 they fail."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

from deploy.kafka.broker import Broker, default_jars, why_not
from schemas.record import Record
from tests.services.required import need

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def kafka_jars() -> Path:
    """The folder of the jars."""
    need(why_not())
    return default_jars()


@pytest.fixture(scope="session")
def broker(kafka_jars: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """One running broker for all tests of a session. A test that kills it starts it again; topics are its own."""
    quick = {"group.min.session.timeout.ms": "500"}  # a killed member's partitions are free again soon
    with Broker(tmp_path_factory.mktemp("kafka"), jars=kafka_jars, properties=quick) as running:
        yield running


def unique(prefix: str) -> str:
    """A topic or group name that no other test of this session has."""
    return f"{prefix}-{next(_numbers)}"


def create_topic(broker: Broker, name: str, partitions: int = 1, config: Mapping[str, str] | None = None) -> str:
    """Make a topic and wait until it has leaders; gives back its name."""
    options = {"num_partitions": partitions, "replication_factor": 1, "configs": dict(config or {})}
    with KafkaAdminClient(bootstrap_servers=broker.bootstrap) as admin:
        admin.create_topics({name: options}, wait_for_metadata=True)
    return name


def produce(
    broker: Broker,
    topic: str,
    values: Iterable[bytes | Record | None],
    *,
    partition: int | None = None,
    headers: Mapping[str, bytes] | None = None,
) -> list[tuple[int, int]]:
    """Send values in order and wait for every acknowledgement; gives back (partition, offset) of each.

    A Record brings its own value, key, headers and timestamp; its source, partition and position are not used."""
    shared = list((headers or {}).items())
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap, linger_ms=5)
    try:
        sent = []
        for each in values:
            record = each if isinstance(each, Record) else Record(topic, 0, 0, each)
            sent.append(
                producer.send(
                    topic,
                    value=record.value,
                    key=record.key,
                    headers=[*shared, *record.headers.items()],
                    partition=partition,
                    timestamp_ms=record.timestamp,
                )
            )
        producer.flush(timeout=60)
        acknowledged = [future.get(timeout=10) for future in sent]
    finally:
        producer.close(timeout=10)
    return [(done.partition, done.offset) for done in acknowledged]


def consume(broker: Broker, topic: str, timeout_s: float = 30) -> list[Record]:
    """All records that the topic holds now, by partition and offset, without joining a group."""
    consumer = KafkaConsumer(bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
    try:
        partitions = [TopicPartition(topic, p) for p in sorted(consumer.partitions_for_topic(topic) or ())]
        consumer.assign(partitions)
        ends = consumer.end_offsets(partitions)
        found: list[Record] = []
        deadline = time.monotonic() + timeout_s
        while any(consumer.position(p) < ends[p] for p in partitions):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{topic}: {len(found)} records read in {timeout_s} s, the ends are {ends}")
            for batch in consumer.poll(timeout_ms=500).values():
                found.extend(
                    Record(topic, m.partition, m.offset, m.value, m.key, dict(m.headers), m.timestamp) for m in batch
                )
    finally:
        consumer.close()
    return sorted(found, key=lambda record: (record.partition, record.position))


def delete_before(broker: Broker, topic: str, partition: int, offset: int) -> None:
    """Drop all records before `offset`, as retention would."""
    with KafkaAdminClient(bootstrap_servers=broker.bootstrap) as admin:
        admin.delete_records({TopicPartition(topic, partition): offset})
