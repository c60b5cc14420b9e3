"""Odd topics on one job on Flink: transactions that were aborted, compaction with tombstones, partitions emptied by
retention, idle partitions, and retention that overtakes the job."""

from __future__ import annotations

import time

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.admin import OffsetSpec

from schemas.record import Record
from tests.flink.test_engine import source, written
from tests.jobs import FlinkJob, canonical, committed
from tests.services.kafka_broker import create_topic, delete_before, produce, unique

pytestmark = [pytest.mark.kafka, pytest.mark.flink, pytest.mark.slow, pytest.mark.timeout(400)]


def transaction(broker, topic, values, *, commit):
    """Send values in one transaction, and commit or abort it."""
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap, transactional_id=unique("tx"))
    producer.init_transactions()
    producer.begin_transaction()
    for value in values:
        producer.send(topic, value, partition=0)
    producer.flush()
    if commit:
        producer.commit_transaction()
    else:
        producer.abort_transaction()
    producer.close()


def test_odd_topics_lose_nothing_and_hold_up_nobody(broker, flink, tmp_path):
    aborted = create_topic(broker, unique("aborted"))
    transaction(broker, aborted, [canonical(f"never-{n}", "nie") for n in range(20)], commit=False)
    transaction(broker, aborted, [canonical(f"tx-{n}", "doch") for n in range(20)], commit=True)

    compacted = create_topic(broker, unique("compacted"), config={"cleanup.policy": "compact"})
    records = [
        Record("", 0, 0, canonical(f"c-{n % 10}", f"Fassung {n}"), key=f"x:c-{n % 10}".encode()) for n in range(30)
    ]
    produce(broker, compacted, [*records, Record("", 0, 0, None, key=b"x:c-3"), Record("", 0, 0, None, key=b"marker")])

    emptied = create_topic(broker, unique("emptied"), partitions=3)
    produce(broker, emptied, [b"gone"] * 50, partition=0)
    delete_before(broker, emptied, 0, 50)
    produce(broker, emptied, [canonical(f"e-{n}", "da") for n in range(20)], partition=1)  # partition 2 stays idle

    where = source(broker, aborted, topics=[{"name": name} for name in (aborted, compacted, emptied)])
    job = FlinkJob(tmp_path, where, flink)
    job.start()
    try:
        job.wait_for(lambda: written(job) == 20 + 32 + 20)
        assert job.query("SELECT count() FROM posts WHERE startsWith(native_id, 'never')") == [(0,)]
        assert job.query(
            "SELECT source, partition, seen, good, ignored FROM ingest_accounting ORDER BY source"
        ) == sorted([(aborted, 0, 20, 20, 0), (compacted, 0, 32, 31, 1), (emptied, 1, 20, 20, 0)])
        assert job.query("SELECT native_id FROM mentions WHERE is_deleted") == [("c-3",)]
        offsets = {(tp.topic, tp.partition): o for tp, o in committed(broker.bootstrap, where["group"]).items()}
        assert offsets[emptied, 0] == 50 and offsets[emptied, 2] == 0

        produce(broker, emptied, [canonical("late", "spaet")], partition=0)
        began = time.monotonic()
        job.wait_for(lambda: written(job) == 73, timeout=30)
        print(f"a partition that was empty: visible {time.monotonic() - began:.1f} s after it got a record")
        assert job.stop() == 0
    finally:
        job.end()


def test_retention_that_overtakes_the_group_stops_the_job_with_a_gap_row(broker, flink, tmp_path):
    topic = create_topic(broker, unique("overtaken"))
    produce(broker, topic, [canonical(str(n), "eins") for n in range(30)])
    where = source(broker, topic)
    job = FlinkJob(tmp_path, where, flink)
    job.start()
    try:
        job.wait_for(lambda: sum(committed(broker.bootstrap, where["group"]).values()) == 30)
        assert job.stop() == 0
        produce(broker, topic, [canonical(f"lost-{n}", "zwei") for n in range(30)])
        delete_before(broker, topic, 0, 50)
        process = job.start()
        assert process.wait(120) == 1
        said = job.log.read_text()
        assert "offsets 30 to 49 are gone" in said and "--reset-offsets" in said and "Traceback" not in said
        assert job.query("SELECT source, partition, first_position, last_position, reason FROM gaps FINAL") == [
            (topic, 0, 30, 49, "retention")
        ]
        assert job.rest.job(job.id).state == "CANCELED"
        assert sum(committed(broker.bootstrap, where["group"]).values()) == 30, "nothing was skipped"

        with KafkaAdminClient(bootstrap_servers=broker.bootstrap) as admin:
            admin.reset_group_offsets(where["group"], {TopicPartition(topic, 0): OffsetSpec.EARLIEST})
        job.start()
        job.wait_for(lambda: written(job) == 40)
        assert job.stop() == 0
    finally:
        job.end()
