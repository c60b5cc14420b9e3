"""The consumers behind the splittable reader, on a real broker: fencing, commits, gaps, new partitions."""

from __future__ import annotations

import socket
import time
from contextlib import closing

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaTimeoutError

from configs.settings import KafkaSource, Topic
from pipeline.sources import leases as module
from pipeline.sources.kafka_client import Overtaken
from pipeline.sources.leases import Fenced, Leases
from schemas.errors import TerminalError, TransientError
from tests.jobs import committed
from tests.services.kafka_broker import create_topic, delete_before, produce, unique

pytestmark = [pytest.mark.kafka]


def source(broker, topic, **more) -> KafkaSource:
    return KafkaSource(bootstrap=(broker.bootstrap,), topics=(Topic(name=topic),), group=unique("group"), **more)


def read_all(lease, offset, end):
    """Records from offset to end, polled as the reader polls."""
    found, deadline = [], time.monotonic() + 20
    while offset < end:
        assert time.monotonic() < deadline, f"stands at {offset}"
        found += lease.poll(offset, 0.1, 10)
        offset = found[-1].position + 1 if found else offset
    return found


def wait_for_commit(broker, settings, topic, offset):
    deadline = time.monotonic() + 20
    while committed(broker.bootstrap, settings.group).get(TopicPartition(topic, 0)) != offset:
        assert time.monotonic() < deadline, committed(broker.bootstrap, settings.group)
        time.sleep(0.1)


def test_records_come_in_order_from_any_offset_again_and_again(broker):
    topic = create_topic(broker, unique("lease"))
    produce(broker, topic, [b"%d" % n for n in range(300)])
    with closing(Leases(source(broker, topic))) as leases:
        lease = leases.take(topic, 0)
        assert [r.value for r in read_all(lease, 0, 300)] == [b"%d" % n for n in range(300)]
        assert [r.position for r in read_all(lease, 120, 300)] == list(range(120, 300)), "a restart from a checkpoint"
        assert lease.end == 300 and lease.poll(300, 0.05, 10) == []


def test_a_lease_tells_older_records_from_the_brokers_answer(broker):
    """Of four that come at once two are the answer; the others lie ready, and the next question is under way then."""
    topic = create_topic(broker, unique("lease"))
    produce(broker, topic, [b"x"] * 4)
    with closing(Leases(source(broker, topic))) as leases:
        lease, deadline = leases.take(topic, 0), time.monotonic() + 30
        while not lease.poll(0, 1, 2) and time.monotonic() < deadline:
            pass
        assert lease.was_asked
        assert len(lease.poll(2, 1, 10)) == 2 and not lease.was_asked
        assert lease.poll(4, 0.05, 10) == [] and not lease.was_asked


@pytest.mark.parametrize("step", ["highwater", "end_offsets", "poll"])
def test_records_of_a_poll_that_fails_are_read_again(broker, step, monkeypatch):
    """The consumer has moved on when a later step fails; the records it gave were never handed on."""
    topic = create_topic(broker, unique("lease"))
    produce(broker, topic, [b"%d" % n for n in range(100)])
    stall = 0.001 if step == "end_offsets" else 60  # the watchdog's question; elsewhere it would mend what is tested
    with closing(Leases(source(broker, topic, stall=stall))) as leases:
        lease = leases.take(topic, 0)
        found = read_all(lease, 0, 10)
        real, failed = getattr(KafkaConsumer, step), []

        def fails_once(self, *arguments, **more):
            answer = real(self, *arguments, **more)
            if failed or (step == "poll" and not answer):
                return answer
            failed.append(step)
            raise KafkaTimeoutError("the broker is away")

        monkeypatch.setattr(KafkaConsumer, step, fails_once)
        offset = found[-1].position + 1
        rest = read_all(lease, offset, 100)
        assert failed and [r.position for r in found + rest] == list(range(100))


def test_a_reader_that_was_replaced_neither_reads_nor_commits(broker):
    topic = create_topic(broker, unique("lease"))
    produce(broker, topic, [b"a", b"b"])
    settings = source(broker, topic)
    with closing(Leases(settings)) as leases:
        old = leases.take(topic, 0)
        read_all(old, 0, 2)
        new = leases.take(topic, 0)
        for use in (lambda: old.poll(0, 0, 1), lambda: old.commit(2), old.committed):
            with pytest.raises(Fenced, match="another reader took over"):
                use()
        assert len(read_all(new, 0, 2)) == 2 and leases.held == 1


def test_begin_commits_the_start_and_finds_what_is_new(broker):
    """`latest` must not slide on after a crash; a partition that came later is read from its first record."""
    topic = create_topic(broker, unique("lease"), partitions=2)
    produce(broker, topic, [b"old"] * 3, partition=0)
    settings = source(broker, topic, start="latest")
    with closing(Leases(settings)) as leases:
        assert leases.begin(topic, 0) == [(0, 3), (1, 0)]
        produce(broker, topic, [b"new"], partition=0)
        with closing(Leases(settings)) as after_a_crash:
            assert after_a_crash.begin(topic, 0) == [(0, 3), (1, 0)]
        with KafkaAdminClient(bootstrap_servers=broker.bootstrap) as admin:
            admin.create_partitions({topic: 3})
        produce(broker, topic, [b"in the new one"], partition=2)
        deadline = time.monotonic() + 20
        while not (found := leases.begin(topic, 2)) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert found == [(2, 0)]


def test_a_commit_never_goes_back(broker):
    """A task that starts again from a checkpoint resumes behind what was committed."""
    topic = create_topic(broker, unique("lease"))
    produce(broker, topic, [b"x"] * 10)
    settings = source(broker, topic)
    with closing(Leases(settings, commit_seconds=0)) as leases:
        leases.begin(topic, 0)
        lease = leases.take(topic, 0)
        read_all(lease, 0, 10)
        lease.commit(8)
        wait_for_commit(broker, settings, topic, 8)
    with closing(Leases(settings, commit_seconds=0)) as restarted:
        lease = restarted.take(topic, 0)
        read_all(lease, 5, 10)
        lease.commit(5)
        time.sleep(0.5)
        assert committed(broker.bootstrap, settings.group)[TopicPartition(topic, 0)] == 8
        lease.commit(10)
        wait_for_commit(broker, settings, topic, 10)


def test_what_retention_took_is_a_gap_with_its_row_and_stops(broker):
    topic = create_topic(broker, unique("lease"))
    produce(broker, topic, [b"x"] * 10)
    delete_before(broker, topic, 0, 7)
    with (
        closing(Leases(source(broker, topic))) as leases,
        pytest.raises(Overtaken, match=r"offsets 2 to 6 are gone") as e,
    ):
        read_all(leases.take(topic, 0), 2, 10)
    assert {name: values[0] for name, values in e.value.block().columns.items()} == {
        "source": topic, "partition": 0, "first_position": 2, "last_position": 6, "reason": "retention",
    }  # fmt: skip


def test_an_offset_past_the_end_stops_and_is_no_gap(broker):
    topic = create_topic(broker, unique("lease"))
    produce(broker, topic, [b"x"])
    with closing(Leases(source(broker, topic))) as leases:
        with pytest.raises(TerminalError, match="offset 50 is past the end") as e:
            read_all(leases.take(topic, 0), 50, 51)
        assert not isinstance(e.value, Overtaken)


def test_a_broker_that_is_away_gives_nothing_and_raises_nothing(broker, monkeypatch):
    monkeypatch.setattr(module, "BOOTSTRAP_MS", 500)
    topic = create_topic(broker, unique("lease"))
    settings = source(broker, topic).model_copy(update={"bootstrap": ("127.0.0.1:1",)})
    with closing(Leases(settings)) as leases:
        lease = leases.take(topic, 0)
        assert lease.poll(0, 0.01, 10) == []
        lease.commit(5)


def test_a_proxy_that_takes_connections_for_a_broker_that_is_away_is_no_wrong_login(broker, monkeypatch):
    """A load balancer, a service address, a broker that is starting: a running job waits for all of them."""
    monkeypatch.setattr(module, "BOOTSTRAP_MS", 500)
    with socket.socket() as proxy:
        proxy.bind(("127.0.0.1", 0))
        proxy.listen()
        settings = source(broker, "any").model_copy(update={"bootstrap": (f"127.0.0.1:{proxy.getsockname()[1]}",)})
        with closing(Leases(settings)) as leases:
            assert leases.take("any", 0).poll(0, 0.01, 10) == []
            with pytest.raises(TransientError, match="is it down, or starting"):
                leases.begin("any", 0)


def test_a_partition_that_nobody_uses_any_more_is_let_go(broker, monkeypatch):
    topic = create_topic(broker, unique("lease"), partitions=2)
    with closing(Leases(source(broker, topic))) as leases:
        leases.take(topic, 0).poll(0, 0, 1)
        monkeypatch.setattr(module, "UNUSED_SECONDS", 0.0)
        gone = leases.take(topic, 0)
        leases.take(topic, 1)
        assert leases.held == 1
        with pytest.raises(Fenced):
            gone.poll(0, 0, 1)
