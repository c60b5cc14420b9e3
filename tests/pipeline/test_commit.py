"""Commits where batches are acknowledged in any order: never past a hole, on a real broker."""

from __future__ import annotations

import time
from contextlib import contextmanager

import pytest
from kafka import TopicPartition

from configs.settings import JobSettings, KafkaSource, Topic
from pipeline import resources
from pipeline.sources.commit import Commit, by_partition
from pipeline.stages import Written
from schemas.record import Span
from tests.jobs import committed
from tests.services.kafka_broker import create_topic, produce, unique

pytestmark = [pytest.mark.kafka]


class Bag:
    """Flink's bag state, without Flink."""

    def __init__(self, content=()):
        self.content = list(content)

    def read(self):
        return list(self.content)

    def add(self, value):
        self.content.append(value)

    def clear(self):
        self.content = []


@contextmanager
def committing(broker, topic):
    source = KafkaSource(bootstrap=(broker.bootstrap,), topics=(Topic(name=topic),), group=unique("group"))
    settings = JobSettings(source=source)
    try:
        assert resources.leases(settings).begin(topic, 0) == [(0, 0)]
        step = Commit(settings)
        step.setup()
        yield source, step
    finally:
        resources.release()


def offset(broker, source, topic):
    return committed(broker.bootstrap, source.group)[TopicPartition(topic, 0)]


def wait_for(broker, source, topic, wanted):
    deadline = time.monotonic() + 20
    while offset(broker, source, topic) != wanted:
        assert time.monotonic() < deadline, offset(broker, source, topic)
        time.sleep(0.1)


def test_a_hole_holds_the_commit_until_it_is_filled(broker):
    topic = create_topic(broker, unique("spread"))
    produce(broker, topic, [b"x"] * 100)
    with committing(broker, topic) as (source, step):
        state, key = Bag(), f"{topic}/0"
        step.process((key, (20, 40)), state)
        step.process((key, (60, 80)), state)
        time.sleep(0.5)
        assert offset(broker, source, topic) == 0, "0 to 20 is still on its way"
        step.process((key, (0, 20)), state)
        wait_for(broker, source, topic, 40)
        step.process((key, (35, 60)), state)  # a replay cuts anew
        wait_for(broker, source, topic, 80)
        assert state.content == [(-1, 80)]


def test_after_a_restart_from_a_checkpoint_its_state_goes_on(broker):
    topic = create_topic(broker, unique("spread"))
    produce(broker, topic, [b"x"] * 100)
    with committing(broker, topic) as (source, step):
        state = Bag([(-1, 30), (50, 60)])
        step.process((f"{topic}/0", (30, 50)), state)
        wait_for(broker, source, topic, 60)


def test_every_span_goes_to_its_partition():
    written = Written({}, 0, 0, 0, [Span("a/b", 1, 5, 9), Span("t", 0, 0, 4)])
    assert by_partition(written) == [("a/b/1", (5, 9)), ("t/0", (0, 4))]
