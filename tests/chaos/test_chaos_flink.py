"""Chaos on Flink: workers, TaskManager, JobManager, broker and server are killed, lines cut, and nothing is lost.

`make test-chaos` runs 200 kills over 2,000,000 records (ECHOLOT_KILLS, ECHOLOT_RECORDS), the suite 10 over 30,000."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from contextlib import suppress

import pytest

from deploy.flink.cluster import Cluster
from tests.chaos import verdict
from tests.chaos.arena import Arena, arena, assert_at_work
from tests.chaos.monkey import Monkey, Victim, kills_of_run, seed_of_run
from tests.chaos.workload import Sender, Workload
from tests.jobs import FlinkJob
from tests.services.clickhouse_server import find_or_skip
from tests.services.kafka_broker import create_topic, unique

KILLS = kills_of_run(10)
RECORDS = int(os.environ.get("ECHOLOT_RECORDS") or 30_000)
PARTITIONS = 4

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.clickhouse,
    pytest.mark.flink,
    pytest.mark.slow,
    pytest.mark.timeout(600 + 60 * KILLS + RECORDS / 500),
]


@pytest.fixture
def ring(kafka_jars, tmp_path):
    with arena(tmp_path, binary=find_or_skip(), jars=kafka_jars) as made:
        yield made


@pytest.fixture
def cluster(flink_jars, tmp_path):
    worker = [sys.executable, "-m", "pipeline.worker"]
    with Cluster(tmp_path / "flink", jars=flink_jars, worker=worker) as running:
        yield running


class Game:
    """A job on its own cluster, and how its parts are killed."""

    def __init__(self, job: FlinkJob, cluster: Cluster) -> None:
        self.job = job
        self.cluster = cluster
        self._fresh = job.arguments

    def victims(self) -> list[Victim]:
        """Everything of Flink and ours that runs."""
        return [
            Victim("Python worker", self._kill_worker),
            Victim("TaskManager", lambda _: self._kill_taskmanager()),
            Victim("JobManager", lambda _: self._kill_jobmanager()),
        ]

    def _kill_worker(self, draw: random.Random) -> None:
        deadline = time.monotonic() + 30
        while not (pids := sorted(self.cluster.worker_pids())):
            assert time.monotonic() < deadline, f"no worker runs; {self.cluster.pool.last_words()}"
            time.sleep(0.1)
        with suppress(ProcessLookupError):
            os.kill(draw.choice(pids), signal.SIGKILL)

    def _kill_taskmanager(self) -> None:
        self.cluster.taskmanagers[0].kill()
        self.cluster.taskmanagers[0].start()

    def _kill_jobmanager(self) -> None:
        """Without a high-availability service the job is gone with it: somebody starts it from the last checkpoint."""
        before = self.job.id
        self.cluster.jobmanager.kill()
        self.job.kill()
        self.cluster.jobmanager.start()
        self.cluster.wait_for_slots()
        checkpoint = self.cluster.latest_checkpoint(before)
        self.job.arguments = self._fresh if checkpoint is None else (*self._fresh, "--savepoint", str(checkpoint))
        self.job.start()
        # A TaskManager that has not noticed yet works on: without this the next kill could find no job to go on from.
        self.job.wait_for(lambda: bool(self.job.rest.jobs(self.job.name)))


@pytest.mark.parametrize("spread", [False, True], ids=["fused", "spread"])
def test_after_kills_the_store_equals_the_oracle(ring: Arena, cluster: Cluster, tmp_path, spread):
    seed = seed_of_run()
    workload = Workload(seed=seed, partitions=PARTITIONS)
    topic, group = create_topic(ring.kafka.broker, unique("chaos"), partitions=PARTITIONS), unique("chaos")
    sender = Sender(ring.kafka.direct, topic, workload)
    settings = ring.settings(topic, group)
    job = FlinkJob(tmp_path, settings.pop("source"), cluster, **settings, flink={"spread": spread})
    game = Game(job, cluster)
    ring.store.migrate()
    portion = RECORDS // (KILLS + 2)

    def feed(number: int) -> int:
        """One portion ahead of the kills, so that none finds the job without work."""
        sender.send(portion * (2 if number == 0 else 1) if number < KILLS else RECORDS - workload.oracle.records)
        return workload.oracle.records

    job.start()
    try:
        victims = [*game.victims(), *ring.victims()]
        monkey = Monkey(victims, ring.progress, kills=KILLS, seed=seed, stride=portion * 2 // 3, patience=180)
        done = monkey.run(feed)
        ring.settle(RECORDS)
        assert job.stop() == 0, job.log.read_text()
    finally:
        job.end()
    assert_at_work(done)
    verdict.check(ring.store, workload, topic)
