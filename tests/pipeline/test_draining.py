"""Waiting until a group has worked off what its topics held, on a real broker."""

from __future__ import annotations

import threading
import time
from contextlib import closing

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from configs.settings import KafkaSource, Topic
from pipeline.sources.draining import wait_until_drained
from schemas.errors import TransientError
from tests.services.kafka_broker import create_topic, produce, unique

pytestmark = [pytest.mark.kafka]


def source(broker, topic) -> KafkaSource:
    return KafkaSource(bootstrap=(broker.bootstrap,), topics=(Topic(name=topic),), group=unique("group"))


def commit(broker, settings, topic, offset, partition=0):
    with closing(KafkaConsumer(bootstrap_servers=broker.bootstrap, group_id=settings.group)) as consumer:
        tp = TopicPartition(topic, partition)
        consumer.assign([tp])
        consumer.commit({tp: OffsetAndMetadata(offset, "", -1)})


def test_it_waits_for_what_was_there_and_not_for_what_comes_later(broker):
    topic = create_topic(broker, unique("drain"), partitions=2)
    settings = source(broker, topic)
    produce(broker, topic, [b"x"] * 30, partition=0)
    commit(broker, settings, topic, 10)
    found = []
    waiting = threading.Thread(target=lambda: found.append(wait_until_drained(settings)))
    waiting.start()
    time.sleep(2)
    produce(broker, topic, [b"later"] * 5, partition=0)
    commit(broker, settings, topic, 29)
    time.sleep(1.5)
    assert waiting.is_alive(), "one record is left"
    commit(broker, settings, topic, 30)
    waiting.join(20)
    assert found == [20]


def test_marks_of_transactions_are_nothing_to_wait_for(broker):
    topic = create_topic(broker, unique("drain"))
    settings = source(broker, topic)
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap, transactional_id=unique("tx"))
    producer.init_transactions()
    for end in (producer.commit_transaction, producer.abort_transaction):
        producer.begin_transaction()
        producer.send(topic, b"x")
        end()
    producer.close()
    commit(broker, settings, topic, 1)
    assert wait_until_drained(settings) == 0


def test_a_group_that_stands_still_is_named_with_what_is_left(broker):
    topic = create_topic(broker, unique("drain"))
    settings = source(broker, topic)
    produce(broker, topic, [b"x"] * 7)
    with pytest.raises(TransientError, match=rf"nothing for 1 s and 7 offsets are left, 7 of them in {topic} "):
        wait_until_drained(settings, stall_seconds=1)
