"""The samples on Kafka: all of them, with their format named, at the asked rate."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from kafka import KafkaProducer

from deploy.kafka.broker import Broker
from samples.build import FORMATS
from samples.produce import feed, main, paced, send
from schemas.decode import FORMAT_HEADER
from tests.samples.test_samples import EXPECTED, items_of
from tests.services.kafka_broker import consume, create_topic, unique


def test_records_are_due_at_the_rate_and_late_ones_at_once() -> None:
    """4 a second; the third takes a second, so the fourth and fifth do not wait."""
    clock, waits = [100.0], []

    def wait(timeout: float) -> bool:
        waits.append(timeout)
        clock[0] += timeout
        return False

    for n in paced(6, 4, wait, lambda: clock[0]):
        clock[0] += 1.0 if n == 2 else 0
    assert waits == [0, 0.25, 0.25, 0, 0, 0]


def test_a_stop_ends_the_feed() -> None:
    stops = iter([False, False, True])
    assert list(paced(None, 1000, lambda timeout: next(stops))) == [0, 1]


def test_the_feed_holds_every_record_with_its_format() -> None:
    records = feed()
    assert len(records) == EXPECTED["total"]["records"]
    found = Counter(dict(headers).get("echolot-format", b"").decode() or None for _, headers in records)
    wanted: Counter[str | None] = Counter()
    for name, expected in EXPECTED["files"].items():
        wanted[FORMATS[name]] += expected["records"]
    assert found == wanted
    assert FORMAT_HEADER == "echolot-format"


@pytest.mark.kafka
def test_what_arrives_decodes_as_the_files_do(broker: Broker) -> None:
    topic = create_topic(broker, unique("samples"), partitions=2)
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap, linger_ms=5)
    try:
        assert (
            send(producer, topic, rate=50_000, loop=False, wait=lambda timeout: False) == EXPECTED["total"]["records"]
        )
    finally:
        producer.close()
    items = items_of(consume(broker, topic), None)
    dead = Counter(item.reason for _, item in items if type(item).__name__ == "Dead")
    assert dead == EXPECTED["total"]["dead_by_reason"]
    assert sum(type(item).__name__ == "Mention" for _, item in items) == EXPECTED["total"]["mentions"]


@pytest.mark.kafka
def test_the_command_makes_the_topic_and_reports(broker: Broker, capsys: pytest.CaptureFixture[str]) -> None:
    topic = unique("made")
    arguments = ["--bootstrap", broker.bootstrap, "--topic", topic, "--create", "3", "--rate", "5000"]
    assert main(arguments) == 0 == main(arguments)
    assert f"{EXPECTED['total']['records']} records sent to {topic}" in capsys.readouterr().out
    assert len({record.partition for record in consume(broker, topic)}) == 3


@pytest.mark.kafka
def test_a_missing_topic_is_said(broker: Broker, capsys: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    assert main(["--bootstrap", broker.bootstrap, "--topic", unique("nowhere"), "--rate", "1000"]) == 1
    assert "--create N makes it" in capsys.readouterr().err
    assert time.monotonic() - began < 30
