"""Chaos on the local engine: real broker, real server, gates between, and a job that is killed too."""

from __future__ import annotations

import pytest

from tests.chaos import verdict
from tests.chaos.arena import Arena, arena, assert_at_work
from tests.chaos.monkey import Monkey, Victim, kills_of_run, seed_of_run
from tests.chaos.workload import Sender, Workload
from tests.jobs import Job
from tests.services.clickhouse_server import find_or_skip
from tests.services.kafka_broker import create_topic, unique

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse, pytest.mark.slow, pytest.mark.timeout(900)]

PARTITIONS = 3
RECORDS_A_KILL = 1500
STRIDE = 1000  # records done between two kills


@pytest.fixture
def ring(kafka_jars, tmp_path):
    with arena(tmp_path, binary=find_or_skip(), jars=kafka_jars) as made:
        yield made


def test_after_kills_the_store_equals_the_oracle(ring: Arena, tmp_path):
    """10 kills, 18,000 records with duplicates, revisions, deletions and poison."""
    seed, kills = seed_of_run(), kills_of_run(10)
    workload = Workload(seed=seed, partitions=PARTITIONS)
    topic, group = create_topic(ring.kafka.broker, unique("chaos"), partitions=PARTITIONS), unique("chaos")
    sender = Sender(ring.kafka.direct, topic, workload)
    job = Job(tmp_path, **ring.settings(topic, group))
    ring.store.migrate()

    def feed(number: int) -> int:
        sender.send(RECORDS_A_KILL * (2 if number == 0 else 1))
        return workload.oracle.records

    def restart(_) -> None:
        job.kill()
        job.start()

    job.start()
    try:
        victims = [*ring.victims(), Victim("job", restart)]
        monkey = Monkey(victims, ring.progress, kills=kills, seed=seed, stride=STRIDE)
        done = monkey.run(feed)
        ring.settle(workload.oracle.records)
        assert job.stop() == 0, job.log.read_text()
    finally:
        job.kill()
    assert_at_work(done)
    verdict.check(ring.store, workload, topic)
