"""The broker behind a gate: clients cannot get round the gate, the test can."""

from __future__ import annotations

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from tests.services.gate import Direction
from tests.services.gated_broker import gated_broker
from tests.services.kafka_broker import consume, create_topic, produce, unique

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def gated(kafka_jars, tmp_path_factory):
    with gated_broker(tmp_path_factory.mktemp("gated"), jars=kafka_jars) as found:
        yield found


def test_what_clients_do_goes_through_the_gate_even_after_a_restart(gated):
    topic = create_topic(gated.broker, unique("t"))
    produce(gated.broker, topic, [b"x" * 100_000])
    assert gated.gate.accepted == 0, "the test's own hands do not go through it"
    for expected in (100_000, 200_000):
        if expected > 100_000:
            gated.broker.kill()
            gated.broker.restart()
        consumer = KafkaConsumer(topic, bootstrap_servers=gated.bootstrap, auto_offset_reset="earliest", group_id=None)
        assert len(next(consumer).value) == 100_000
        consumer.close()
        assert gated.gate.passed(Direction.DOWN) > expected


def test_a_producer_whose_response_is_lost_sends_again_and_doubles_nothing(gated):
    """The record is in the log, its acknowledgement is not heard; an idempotent producer's second try is no record."""
    topic = create_topic(gated.broker, unique("t"))
    producer = KafkaProducer(bootstrap_servers=gated.bootstrap, enable_idempotence=True, retry_backoff_ms=50)
    producer.send(topic, b"first").get(10)
    severed = gated.gate.severed
    gated.gate.drop_response()
    producer.send(topic, b"second").get(10)
    producer.close(timeout=5)
    assert gated.gate.severed == severed + 1
    assert [r.value for r in consume(gated.broker, topic)] == [b"first", b"second"]


def test_a_refusing_gate_hides_the_broker_from_clients_alone(gated):
    topic = create_topic(gated.broker, unique("t"))
    gated.gate.sever(refuse=True)
    with pytest.raises(KafkaError):
        KafkaConsumer(bootstrap_servers=gated.bootstrap, bootstrap_timeout_ms=1000)
    assert produce(gated.broker, topic, [b"x"]) == [(0, 0)]
    gated.gate.open()
    consumer = KafkaConsumer(bootstrap_servers=gated.bootstrap)
    assert consumer.end_offsets([TopicPartition(topic, 0)])[TopicPartition(topic, 0)] == 1
    consumer.close()
