"""The Kafka source on a real broker: rebalance, a broker that vanishes, new partitions, retention, odd records."""

from __future__ import annotations

import time

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

from configs.settings import KafkaSource, Topic
from deploy.ports import free_ports
from pipeline.sources.kafka import KafkaRecords
from pipeline.sources.watchdog import Watchdog
from schemas.errors import TerminalError, TransientError
from tests.jobs import committed
from tests.services.kafka_broker import create_topic, delete_before, produce, unique

kafka = pytest.mark.kafka


def settings(broker, topic, **more):
    more = {"group": unique("group"), "refresh": 0.5} | more
    return KafkaSource(bootstrap=(broker.bootstrap,), topics=(Topic(name=topic),), **more)


def read(source, count, *, commit=True, timeout=30):
    """At least `count` records, committed as they come; fewer when time is up."""
    found, deadline = [], time.monotonic() + timeout
    while len(found) < count and time.monotonic() < deadline:
        batch = source.poll(0.1)
        if batch is None:
            continue
        found += batch.records
        if commit:
            source.commit({(r.source, r.partition): r.position for r in batch.records})
    return found


@kafka
def test_offsets_are_committed_as_next_to_read_and_only_when_told(broker):
    topic = create_topic(broker, unique("t"))
    produce(broker, topic, [b"%d" % n for n in range(10)])
    chosen = settings(broker, topic, poll_records=4)
    source = KafkaRecords(chosen)
    assert len(read(source, 10, commit=False)) == 10
    tp = TopicPartition(topic, 0)
    assert committed(broker.bootstrap, chosen.group)[tp] == 0  # where it began, nothing more
    source.commit({(topic, 0): 6})
    assert committed(broker.bootstrap, chosen.group)[tp] == 7
    source.close()
    again = KafkaRecords(chosen)
    assert [r.value for r in read(again, 3)] == [b"7", b"8", b"9"]
    again.close()


@kafka
def test_odd_records_arrive_as_they_are(broker):
    topic = create_topic(broker, unique("t"), config={"max.message.bytes": "4000000"})
    big = b"x" * 3_000_000
    with_retries = KafkaProducer(bootstrap_servers=broker.bootstrap, max_request_size=4_000_000)
    for value in (b"", None, big, b"\xff", b"{}"):
        with_retries.send(topic, value=value, key=b"k").get(10)
    with_retries.close()
    source = KafkaRecords(settings(broker, topic))
    assert [r.value for r in read(source, 5)] == [b"", None, big, b"\xff", b"{}"]
    source.close()


@kafka
def test_a_rebalance_loses_and_doubles_nothing(broker):
    topic = create_topic(broker, unique("t"), partitions=4)
    chosen = settings(broker, topic, poll_records=50)
    sent = produce(broker, topic, [b"%d" % n for n in range(400)])
    first = KafkaRecords(chosen)
    found = read(first, 100)
    second = KafkaRecords(chosen)
    deadline = time.monotonic() + 60
    sent += produce(broker, topic, [b"%d" % n for n in range(400, 2000)])
    mine, others = 0, 0
    while time.monotonic() < deadline and len({(r.partition, r.position) for r in found}) < 2000:
        got = read(first, 1, timeout=0.3)
        more = read(second, 1, timeout=0.3)
        found, mine, others = found + got + more, mine + len(got), others + len(more)
    assert mine and others, "both members must have worked"
    assert {(r.partition, r.position) for r in found} == set(sent)
    assert len(found) == 2000, "committed after every batch, so nothing is read twice"
    first.close()
    second.close()


@kafka
@pytest.mark.parametrize("start", ["earliest", "latest"])
def test_partitions_that_a_topic_gains_are_read_from_their_first_record(broker, start):
    topic = create_topic(broker, unique("t"))
    produce(broker, topic, [b"old"])
    source = KafkaRecords(settings(broker, topic, start=start))
    assert [r.value for r in read(source, 1, timeout=10)] == ([b"old"] if start == "earliest" else [])
    with KafkaAdminClient(bootstrap_servers=broker.bootstrap) as admin:
        admin.create_partitions({topic: 3})
    time.sleep(1)
    produce(broker, topic, [b"new"], partition=2)
    assert [(r.partition, r.value) for r in read(source, 1, timeout=30)] == [(2, b"new")]
    source.close()


@kafka
def test_a_join_that_ends_between_two_polls_is_no_lost_membership(broker):
    """New partitions make the consumer join again; the poll that starts it is over before the broker has answered."""
    topic = create_topic(broker, unique("t"))
    chosen = settings(broker, topic)
    source = KafkaRecords(chosen)
    assert read(source, 1, timeout=3) == []
    with KafkaAdminClient(bootstrap_servers=broker.bootstrap) as admin:
        admin.create_partitions({topic: 2})
    deadline = time.monotonic() + 20
    while source._consumer._coordinator._join_task is None:  # until the consumer has seen them by itself
        assert time.monotonic() < deadline
        source.poll(0.001)
        time.sleep(0.01)
    time.sleep(0.5)  # the join ends
    produce(broker, topic, [b"new"], partition=1)
    assert [r.value for r in read(source, 1)] == [b"new"]
    assert committed(broker.bootstrap, chosen.group)[TopicPartition(topic, 1)] == 1
    source.close()


@kafka
def test_latest_means_from_the_first_start_on_and_is_kept(broker):
    topic = create_topic(broker, unique("t"))
    produce(broker, topic, [b"before"])
    chosen = settings(broker, topic, start="latest")
    source = KafkaRecords(chosen)
    assert read(source, 1, timeout=3) == []
    source.close()
    produce(broker, topic, [b"while away"])
    source = KafkaRecords(chosen)
    assert [r.value for r in read(source, 1)] == [b"while away"]
    source.close()


@kafka
def test_a_broker_that_vanishes_is_waited_for(broker):
    topic = create_topic(broker, unique("t"))
    produce(broker, topic, [b"1"])
    chosen = settings(broker, topic, stall=4)
    source = KafkaRecords(chosen)
    assert [r.value for r in read(source, 2, commit=False, timeout=5)] == [b"1"]
    broker.kill()
    for _ in range(10):
        assert source.poll(0.2) is None
    source.commit({(topic, 0): 0})  # does not raise: it is made up for when the broker is back, no later record needed
    broker.restart()
    tp, deadline = TopicPartition(topic, 0), time.monotonic() + 60
    while committed(broker.bootstrap, chosen.group).get(tp) != 1 and time.monotonic() < deadline:
        assert source.poll(0.2) is None
    assert committed(broker.bootstrap, chosen.group)[tp] == 1
    produce(broker, topic, [b"2"])
    assert [r.value for r in read(source, 1, commit=False, timeout=60)] == [b"2"]
    source.close()


@kafka
def test_retention_that_overtook_the_group_stops_with_the_gap_named(broker):
    topic = create_topic(broker, unique("t"))
    produce(broker, topic, [b"%d" % n for n in range(20)])
    chosen = settings(broker, topic, poll_records=5)
    source = KafkaRecords(chosen)
    read(source, 5)
    source.close()
    delete_before(broker, topic, 0, 12)
    source = KafkaRecords(chosen)
    with pytest.raises(TerminalError, match=r"offsets 5 to 11 are gone .*--reset-offsets"):
        read(source, 1)
    source.close()


@kafka
def test_aborted_transactions_are_no_mentions(broker):
    topic = create_topic(broker, unique("t"))
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap, transactional_id=unique("tx"))
    producer.init_transactions()
    producer.begin_transaction()
    producer.send(topic, b"aborted")
    producer.flush()
    producer.abort_transaction()
    producer.begin_transaction()
    producer.send(topic, b"committed")
    producer.commit_transaction()
    producer.close()
    source = KafkaRecords(settings(broker, topic))
    assert [r.value for r in read(source, 1)] == [b"committed"]
    assert source.poll(0.5) is None
    source.close()


@kafka
def test_a_missing_topic_is_named(broker):
    with pytest.raises(TerminalError, match=r"topic 'not-there' does not exist .* create it"):
        KafkaRecords(settings(broker, "not-there"))


def test_a_port_where_nobody_answers_is_named():
    where = f"127.0.0.1:{free_ports(1)[0]}"
    with pytest.raises(TransientError, match=f"no Kafka broker answers at {where}"):
        KafkaRecords(KafkaSource(bootstrap=(where,), topics=(Topic(name="t"),)))


def test_the_watchdog_barks_only_where_a_partition_stands_still_while_it_grows():
    dog, moving, idle, stuck = Watchdog(60), *(TopicPartition("t", n) for n in range(3))
    for second in range(0, 61, 15):
        positions = {moving: second, idle: 5, stuck: 7}
        found = dog.stalled(positions, {moving: 1000, idle: 5, stuck: 8 + second}, now=float(second))
        assert found == ([stuck] if second >= 60 else [])
