"""A crash at each point of a batch's way, on one job on Flink: after each, the tables hold everything once.

Broker and ClickHouse server stand behind gates, which say where exactly the batch was when the blow fell."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from benchmarks import machine
from deploy.flink.cluster import Cluster
from deploy.ports import free_ports
from tests.chaos import verdict
from tests.chaos.arena import Arena, arena
from tests.chaos.workload import Sender, Workload
from tests.jobs import FlinkJob, Job, committed
from tests.pipeline.scraping import scrape
from tests.services.clickhouse_server import find_or_skip
from tests.services.gate import Direction
from tests.services.kafka_broker import create_topic, unique

OUTAGE_SECONDS = float(os.environ.get("ECHOLOT_OUTAGE", "12"))
# The runner for tests (2.62) keeps state of every turn of a reader (Beam issue 27648, mended in 2.76).
TASK_HEAP = "256m" if OUTAGE_SECONDS < 60 else "1500m"
pytestmark = [
    pytest.mark.kafka,
    pytest.mark.clickhouse,
    pytest.mark.flink,
    pytest.mark.slow,
    pytest.mark.timeout(300 + 8 * OUTAGE_SECONDS),
]
PARTITIONS = 4
SOME = 3000  # records a case: a few seconds of work
WORKER = [sys.executable, "-m", "pipeline.worker"]


class Stage:
    """A job that runs, what was sent to it, and what should have become of it."""

    def __init__(self, ring: Arena, cluster: Cluster, folder: Path) -> None:
        self.ring, self.cluster, self.folder = ring, cluster, folder
        self.topic, self.group = create_topic(ring.kafka.broker, unique("matrix"), partitions=PARTITIONS), unique("g")
        self.workload = Workload(seed=7, partitions=PARTITIONS)
        self.sender = Sender(ring.kafka.direct, self.topic, self.workload)
        self.settings = ring.settings(self.topic, self.group)
        (self.port,) = free_ports(1)
        metrics = {"port": self.port, "folder": str(folder / "metrics")}
        self.job = FlinkJob(folder, self.settings["source"], cluster, **self.rest(), metrics=metrics)

    def rest(self):
        return {name: value for name, value in self.settings.items() if name != "source"}

    def send(self, count: int = SOME) -> None:
        self.sender.send(count)

    def at_work(self, count: int = SOME) -> None:
        """Send, and wait until some of it has come through: the job is in the midst of the rest."""
        before = self.ring.covered() or 0
        self.send(count)
        self.job.wait_for(lambda: (self.ring.covered() or 0) > before)

    def insert_on_its_way(self) -> None:
        """Send, and wait until bytes for the server are held in the gate. A warm worker asks nothing else first."""
        self.at_work(300)
        self.ring.gate.delay(1)
        self.send()
        self.job.wait_for(lambda: self.ring.gate.held > 1000)
        self.commits_are_not_ahead()

    def worker(self) -> int:
        self.job.wait_for(lambda: bool(self.cluster.worker_pids()))
        return self.cluster.worker_pids()[0]

    def metric(self, name: str) -> float:
        """The largest value over all labels."""
        return max((v for (found, _), v in scrape(self.port).items() if found == name), default=0.0)

    def worker_mb(self) -> float:
        return machine.resident_mb(self.worker())

    def kill_worker(self) -> None:
        os.kill(self.worker(), signal.SIGKILL)

    def kill_taskmanager(self) -> None:
        self.cluster.taskmanagers[0].kill()
        self.cluster.taskmanagers[0].start()

    def checkpoints(self) -> dict[str, int]:
        return self.job.rest.checkpoints(self.job.id)["counts"]

    def commits_are_not_ahead(self) -> None:
        """No offset is committed whose record, or one before it, is not in the ledger."""
        offsets = {tp.partition: offset for tp, offset in committed(self.ring.kafka.direct, self.group).items()}
        rows = self.ring.store.query("SELECT partition, uniqExact(position) FROM ledger GROUP BY partition").rows
        for partition, written in rows:
            assert offsets.get(partition, 0) <= written, f"partition {partition}: {offsets} committed, {rows} written"

    def all_there_once(self) -> None:
        """Everything sent so far, each record once."""
        self.commits_are_not_ahead()
        self.ring.gate.open()
        total = self.workload.oracle.records
        self.job.wait_for(lambda: self.ring.covered() == total, timeout=120 + OUTAGE_SECONDS)
        verdict.check(self.ring.store, self.workload, self.topic)
        self.commits_are_not_ahead()


@pytest.fixture(scope="module")
def stage(kafka_jars, flink_jars, tmp_path_factory):
    folder = tmp_path_factory.mktemp("matrix")
    with (
        arena(folder, binary=find_or_skip(), jars=kafka_jars) as ring,
        Cluster(folder / "flink", jars=flink_jars, worker=WORKER, task_heap=TASK_HEAP) as cluster,
    ):
        ring.store.migrate()
        made = Stage(ring, cluster, folder)
        made.job.start()
        try:
            made.at_work()
            made.all_there_once()
            yield made
        finally:
            made.job.end()


def test_killed_before_the_insert(stage):
    stage.insert_on_its_way()
    stage.kill_worker()
    stage.all_there_once()


def test_killed_after_the_insert_before_its_acknowledgement(stage):
    """The server has the rows; its answer is held back, and the worker dies waiting for it."""
    stage.ring.gate.drop_response(after=20_000)
    before = stage.ring.gate.severed
    stage.send()
    stage.job.wait_for(lambda: stage.ring.gate.severed > before)
    stage.kill_worker()
    stage.all_there_once()


def test_response_lost_after_the_commit(stage):
    """Nobody dies: the same block goes out again on a new connection."""
    before = stage.ring.gate.severed
    stage.ring.gate.drop_response(after=5_000, times=3)
    stage.send()
    stage.job.wait_for(lambda: stage.ring.gate.severed >= before + 3)
    stage.all_there_once()


def test_taskmanager_killed_during_a_checkpoint(stage):
    stage.ring.gate.delay(0.5)  # a barrier waits for the insert
    stage.send()
    stage.job.wait_for(lambda: stage.checkpoints()["in_progress"] > 0)
    stage.kill_taskmanager()
    stage.all_there_once()


def test_killed_between_a_checkpoint_and_the_commit(stage):
    """The checkpoint is ahead of the committed offset: a start from either must come to the same tables."""
    stage.at_work()
    done = stage.checkpoints()["completed"]
    stage.job.wait_for(lambda: stage.checkpoints()["completed"] > done)
    stage.kill_worker()
    stage.send(500)
    stage.all_there_once()


def test_a_zombie_wakes_after_its_replacement_wrote(stage):
    """Stopped in mid-insert, replaced, then let go on: what it still writes is old and changes nothing."""
    stage.insert_on_its_way()
    zombie = stage.worker()
    os.kill(zombie, signal.SIGSTOP)
    try:
        stage.ring.gate.open()
        stage.kill_taskmanager()
        stage.all_there_once()
    finally:
        os.kill(zombie, signal.SIGCONT)
    time.sleep(3)
    stage.send(500)
    stage.all_there_once()


def test_cut_in_mid_insert(stage):
    before = stage.ring.gate.severed
    stage.ring.gate.sever_after(30_000, Direction.UP, times=4)
    stage.send()
    stage.job.wait_for(lambda: stage.ring.gate.severed >= before + 4)
    stage.all_there_once()


def test_two_jobs_of_one_group_by_mistake_are_harmless(stage):
    """A local job joins the group that the job on Flink reads; both write, and it shows once."""
    (stage.folder / "second").mkdir()
    second = Job(stage.folder / "second", stage.settings["source"], **stage.rest())
    second.start()
    try:
        stage.at_work()
        second.wait_for(lambda: "starting" in second.log.read_text())
        stage.at_work()
        stage.all_there_once()
        assert second.stop() == 0, second.log.read_text()
    finally:
        second.kill()
    stage.send(500)
    stage.all_there_once()


@pytest.mark.parametrize("who", ["store", "broker"])
def test_an_outage_under_load_costs_time_and_no_memory(stage, who):
    """Down for OUTAGE_SECONDS (ECHOLOT_OUTAGE; ten minutes in the long run) while records keep coming."""
    stage.at_work()
    before = stage.worker_mb()
    down, up = {
        "store": (stage.ring.server.kill, stage.ring.server.start),
        "broker": (stage.ring.kafka.broker.kill, stage.ring.kafka.broker.restart),
    }[who]
    down()
    try:
        began, retries, age = time.monotonic(), 0.0, 0.0
        while (gone := time.monotonic() - began) < OUTAGE_SECONDS:
            if gone > OUTAGE_SECONDS / 2 and not age:  # after ten minutes the writer gives up, and with it its metrics
                retries = stage.metric("echolot_insert_retries_total")
                age = stage.metric("echolot_watermark_age_seconds")
            if who == "store":
                stage.send(500)
            time.sleep(0.5)
    finally:
        up()
    stage.send()
    stage.all_there_once()
    grown = stage.worker_mb() - before
    print(f"{who} down for {OUTAGE_SECONDS:g} s: worker grew by {grown:.0f} MB")
    print(f"half way {retries:.0f} retries, watermark {age:.1f} s old", flush=True)
    assert grown < 150, f"the worker grew by {grown:.0f} MB while the {who} was away"
    if who == "store":
        assert retries > 0 and age > OUTAGE_SECONDS / 3, "the outage shows in the metrics"
