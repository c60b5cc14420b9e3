"""Jobs on Flink away from the beaten track: workers that TaskManagers start, a job server of our own, a full disk."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from deploy.flink.cluster import Cluster
from deploy.flink.parts import worker_script_text
from tests.flink.test_engine import command, source, written
from tests.jobs import FlinkJob, canonical, committed
from tests.services.kafka_broker import create_topic, produce, unique
from tests.services.small_disk import small_disk

pytestmark = [pytest.mark.kafka, pytest.mark.flink, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def script(tmp_path):
    """`echolot-worker` as a TaskManager would find it."""
    path = tmp_path / "worker"
    path.write_text(worker_script_text([sys.executable, "-m", "pipeline.worker"]))
    path.chmod(0o755)
    return path


def test_taskmanagers_start_workers_and_a_job_server_is_started_for_the_submission(broker, flink_jars, make, script):
    """And the job's last stop drains it: all that was read is written and committed."""
    topic = create_topic(broker, unique("process"), partitions=2)
    where = source(broker, topic)
    flink = {
        "workers": {"kind": "process", "command": str(script)},
        "job_server_jars": str(flink_jars),
        "job_server": "127.0.0.1:1",
    }
    job = make(topic, source=where, flink=flink)
    produce(broker, topic, [canonical(str(n), "Der Zug fährt nicht") for n in range(200)])
    job.start()
    job.wait_for(lambda: written(job) == 200)
    produce(broker, topic, [canonical(f"more-{n}", "Danke!") for n in range(200)])
    job.wait_for(lambda: written(job) == 400)
    code, said = command(job, "flink", "stop", "--drain", "--savepoints", str(job.folder / "savepoints"))
    assert code == 0 and "is FINISHED" in said, said
    assert job.process.wait(60) == 1 and "ended as FINISHED" in job.log.read_text()
    assert written(job) == 400
    assert sum(committed(broker.bootstrap, where["group"]).values()) <= 400


@pytest.mark.parametrize("processes", [1, 2])
def test_a_taskmanager_has_as_many_processes_as_are_asked_for(broker, flink, make, processes):
    topic = create_topic(broker, unique("slots"), partitions=2)
    job = make(topic, flink={"worker_processes": processes, "parallelism": 2})
    produce(broker, topic, [canonical(str(n), "Der Zug fährt nicht") for n in range(100)])
    job.start()
    job.wait_for(lambda: written(job) == 100)
    job.wait_for(lambda: len(flink.worker_pids()) == processes, 30)  # those of the job before may still be ending


def test_a_slot_of_its_own_taskmanager_has_a_process_of_its_own(broker, flink_jars, tmp_path):
    """And all of them judge: each takes a share of the processor time that a round of records costs."""
    topic = create_topic(broker, unique("slots"), partitions=2)
    worker = [sys.executable, "-m", "pipeline.worker"]
    with Cluster(tmp_path / "flink", taskmanagers=2, slots=1, jars=flink_jars, worker=worker) as cluster:
        job = FlinkJob(tmp_path, source(broker, topic), cluster, flink={"parallelism": 2})
        job.start()
        sent, spent = 0, {}

        def all_worked():
            nonlocal sent, spent
            produce(broker, topic, [canonical(str(n), "Der Zug fährt nicht") for n in range(sent, sent + 1000)])
            sent += 1000
            job.wait_for(lambda: written(job) == sent)
            now = {pid: _seconds(pid) for pid in cluster.worker_pids()}
            took = [now[pid] - spent[pid] for pid in now if pid in spent]
            spent = now
            return len(now) == len(took) == 2 and min(took) > 0.2 * sum(took)

        try:
            job.wait_for(all_worked)
        finally:
            job.end()


def _seconds(pid):
    """Processor time of a process so far, in hundredths."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def test_a_worker_that_is_killed_while_it_starts_is_started_again(broker, flink_jars, tmp_path):
    """A TaskManager that asked for it waits without end: the job would be RUNNING and do nothing."""
    killed = tmp_path / "killed"
    own = f'test -e {killed} || {{ touch {killed}; kill -9 $$; }}; exec {sys.executable} -m pipeline.worker "$@"'
    topic = create_topic(broker, unique("killed"))
    produce(broker, topic, [canonical(str(n), "eins") for n in range(20)])
    with Cluster(tmp_path / "flink", jars=flink_jars, worker=["sh", "-c", own, "worker"]) as cluster:
        job = FlinkJob(tmp_path, source(broker, topic), cluster)
        job.start()
        try:
            job.wait_for(lambda: written(job) == 20)
        finally:
            job.end()
    assert killed.exists()


def test_a_full_disk_is_tried_again_and_then_ends_the_job_with_its_name(broker, make, tmp_path):
    topic = create_topic(broker, unique("full"))
    noise = random.Random(1)  # does not compress, so that a few thousand records fill the disk
    with small_disk(tmp_path / "disk", "size=3m") as disk:
        job = make(topic, store={"kind": "chdb", "path": str(disk / "store")})
        produce(broker, topic, [canonical(str(n), noise.randbytes(1000).hex()) for n in range(5000)])
        process = job.start()
        assert process.wait(240) == 1
        said = job.log.read_text()
        assert str(disk / "store") in said and "disk" in said and "Traceback" not in said, said
        assert job.rest.job(job.id).state == "CANCELED"
