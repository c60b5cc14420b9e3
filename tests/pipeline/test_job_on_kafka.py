"""`echolot stream` as people run it: odd records, dead-letter topic, SIGTERM, a broker that goes and comes back."""

from __future__ import annotations

import pytest
from kafka import TopicPartition

from schemas.record import Record
from tests.jobs import Job, canonical, committed
from tests.services.kafka_broker import consume, create_topic, produce, unique

pytestmark = [pytest.mark.kafka]


def job_on(broker, folder, topic, group, **settings):
    source = {"kind": "kafka", "bootstrap": [broker.bootstrap], "group": group, "topics": [{"name": topic}]}
    return Job(folder, source, **settings)


def test_odd_records_end_where_they_belong_and_a_stop_commits_and_exits_0(broker, tmp_path):
    """Poison, empty, oversized, unknown format, tombstones: each in table and topic, in its place, once."""
    topic, dead_topic = create_topic(broker, unique("odd")), create_topic(broker, unique("dead"))
    group = unique("group")
    big = canonical("9", "x" * 3000)
    values = [
        Record(topic, 0, 0, canonical("1", "Danke @DB_Bahn, alles gut")),
        Record(topic, 0, 0, b""),
        Record(topic, 0, 0, b"\xff\xfe\x00", key=b"k1"),
        Record(topic, 0, 0, b'{"platform": '),
        Record(topic, 0, 0, big),
        Record(topic, 0, 0, canonical("2", "wird geloescht")),
        Record(topic, 0, 0, None, key=b"x:2"),
        Record(topic, 0, 0, None, key=b"compacted"),
        Record(topic, 0, 0, canonical("3", "x"), headers={"echolot-format": b"no-such-format"}),
        Record(topic, 0, 0, canonical("1", "Danke @DB_Bahn, alles gut")),
    ]
    produce(broker, topic, values)
    job = job_on(broker, tmp_path, topic, group, max_record_bytes=2048, dead_letters={"topic": dead_topic})
    job.start()
    try:
        tp = TopicPartition(topic, 0)
        job.wait_for(lambda: committed(broker.bootstrap, group).get(tp) == 10)
        assert job.stop() == 0, job.log.read_text()
    finally:
        job.kill()
    dead = job.query("SELECT position, reason, raw, key FROM dead_letters FINAL ORDER BY position")
    assert [(p, r) for p, r, _, _ in dead] == [
        (1, "empty"), (2, "not_utf8"), (3, "not_json"), (4, "oversized"), (8, "unknown_format"),
    ]  # fmt: skip
    assert dead[1][2:] == (b"\xff\xfe\x00", "k1") and dead[3][2].encode() == big
    assert job.query("SELECT native_id, is_deleted, text != '' FROM mentions ORDER BY native_id") == [
        ("1", 0, 1),
        ("2", 1, 0),
    ]
    assert job.query("SELECT seen, good, dead, ignored, missing FROM ingest_accounting") == [(10, 4, 5, 1, 0)]
    topic_rows = consume(broker, dead_topic)
    assert [r.value for r in topic_rows] == [b"", b"\xff\xfe\x00", b'{"platform": ', big, canonical("3", "x")]
    assert [r.headers["echolot-position"] for r in topic_rows] == [b"1", b"2", b"3", b"4", b"8"]
    assert {r.headers["echolot-source"] for r in topic_rows} == {topic.encode()}


def test_a_broker_that_goes_and_comes_back_costs_nothing(broker, tmp_path):
    topic, group = create_topic(broker, unique("gone"), partitions=2), unique("group")
    produce(broker, topic, [canonical(str(n), "vorher") for n in range(50)])
    job = job_on(broker, tmp_path, topic, group)
    job.start()
    try:
        job.wait_for(lambda: sum(committed(broker.bootstrap, group).values()) == 50)
        broker.kill()
        broker.restart()
        produce(broker, topic, [canonical(str(n), "nachher") for n in range(50, 100)])
        job.wait_for(lambda: sum(committed(broker.bootstrap, group).values()) == 100)
        assert job.stop() == 0, job.log.read_text()
    finally:
        job.kill()
    assert job.query("SELECT count(), uniqExact(native_id) FROM mentions") == [(100, 100)]
    assert job.query("SELECT sum(seen), sum(good) FROM ingest_accounting") == [(100, 100)]


def test_two_jobs_of_one_group_share_the_work_and_double_nothing(broker, tmp_path):
    """Two jobs, a store each: together every mention, none in both after the split settled."""
    topic, group = create_topic(broker, unique("two"), partitions=4), unique("group")
    jobs = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        jobs.append(job_on(broker, tmp_path / name, topic, group))
    produce(broker, topic, [canonical(str(n), "eins") for n in range(200)])
    try:
        for job in jobs:
            job.start()
        jobs[0].wait_for(lambda: sum(committed(broker.bootstrap, group).values()) == 200)
        for more in range(10):
            produce(broker, topic, [canonical(str(n), "zwei") for n in range(200 + more * 200, 400 + more * 200)])
        jobs[1].wait_for(lambda: sum(committed(broker.bootstrap, group).values()) == 2200)
        assert [job.stop() for job in jobs] == [0, 0]
    finally:
        for job in jobs:
            job.kill()
    seen = [set(job.query("SELECT partition, position FROM ledger FINAL")) for job in jobs]
    assert len(seen[0] | seen[1]) == 2200
    assert len(seen[0] & seen[1]) <= 200, "only what was read before the split may stand in both stores"
