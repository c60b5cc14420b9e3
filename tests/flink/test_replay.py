"""`echolot replay --engine flink` as people run it: the rows and the account of the local engine, whoever dies."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time

import pytest

from deploy.flink.cluster import Cluster
from schemas.errors import EcholotError
from tests.flink.test_engine import command
from tests.jobs import ROOT, FlinkJob, canonical, contents
from tests.services import forks

POSTS = ROOT / "samples" / "posts"
RECORDS = 8000
SLOW = ("--max-rate", "800")  # records a second, so that kills and stops meet a replay half way
NAME = "echolot-replay-live"
ON_FLINK = ("--engine", "flink")
PATIENCE = 400  # seconds; a busy machine is no fault of the code
pytestmark = [pytest.mark.flink, pytest.mark.slow, pytest.mark.timeout(3 * PATIENCE)]


class Replay:
    """One configuration, with a store of its own."""

    def __init__(self, folder, cluster, **settings):
        folder.mkdir()
        small = {"kind": "dumps", "paths": [str(POSTS)], "poll_records": 500}  # so that a kill meets it half way
        self.job = FlinkJob(folder, small, cluster, **settings)
        self.job.name = NAME
        self.process = None

    def local(self, *paths):
        """The account of a run by the local engine, one worker."""
        return self._run(*paths)

    def flink(self, *paths):
        """The account of a run on the cluster."""
        return self._run(*paths, *ON_FLINK)

    def _run(self, *arguments):
        self.start(*arguments)
        return self.told()

    def start(self, *arguments):
        """Returns at once."""
        with self.job.log.open("wb") as log:
            command = ["replay", *arguments, "--json", "--config", self.job.config]
            self.process = self.job.process = forks.start(command, stdout=log, stderr=log)

    def marked(self):
        """Records in batches that are written whole."""
        try:
            return self.job.query("SELECT sum(records) FROM replays FINAL")[0][0]
        except EcholotError:
            return 0

    def told(self):
        """The account, once the process has ended by itself."""
        assert self.process.wait(PATIENCE) == 0, self.job.log.read_text()
        return json.loads(next(line for line in self.job.log.read_text().splitlines() if line.startswith("{")))

    def contents(self):
        return contents(self.job.query)


@pytest.fixture
def make(flink, tmp_path):
    """Makes replays on the cluster, and leaves none there."""
    made = []

    def new(folder, **settings):
        made.append(Replay(tmp_path / folder, flink, **settings))
        return made[-1]

    yield new
    for replay in made:
        replay.job.end()


@pytest.fixture(scope="module")
def dump(tmp_path_factory):
    """8,000 records, two of them broken."""
    path = tmp_path_factory.mktemp("dump") / "dump.jsonl"
    words = ["Aufzug kaputt", "Danke!", "wann fährt der Bus?", "Paket nicht da", "schöner Tag"]
    lines = [canonical(str(n), f"{words[n % 5]} @DB_Bahn {n % 4000}") for n in range(RECORDS)]
    lines[17] = lines[4711] = b"{broken"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def test_flink_and_one_local_worker_write_identical_rows_and_give_the_same_account(make):
    """The samples of all formats, poison among them. The job ends by itself; then once more."""
    alone, cluster = make("alone"), make("cluster")
    expected, told = alone.local(POSTS), cluster.flink(POSTS)
    assert told == expected and told["dead"] > 10 and told["repeats"] > 0
    assert cluster.contents() == alone.contents()
    ended = cluster.job.rest.job(cluster.job.id)
    assert ended.state == "FINISHED"
    names = [vertex["name"] for vertex in cluster.job.rest.details(ended.id)["vertices"]]
    assert any("[4]{Read, Decode, Judge, Write}" in name for name in names), f"one fused stage, not {names}"

    assert cluster.flink(POSTS) == expected, "again, over what is there"
    assert cluster.contents() == alone.contents()


def test_killed_workers_cost_nothing_that_is_written_and_nothing_of_the_account(make, dump, flink):
    """A Python worker, then the TaskManager, each amid the file."""
    alone, cluster = (make(name, flink={"gather": 500}) for name in ("alone", "killed"))
    expected = alone.local(dump)
    before = flink.pool.log.stat().st_size
    cluster.start(dump, *ON_FLINK, *SLOW)

    def kill_worker():
        os.kill(flink.worker_pids()[0], signal.SIGKILL)

    def kill_taskmanager():
        flink.taskmanagers[0].kill()
        flink.taskmanagers[0].start()

    seen = 0
    for kill in (kill_worker, kill_taskmanager):
        cluster.job.wait_for(lambda seen=seen: cluster.marked() > seen, PATIENCE)
        kill()
        seen = cluster.marked()
        assert 0 < seen < RECORDS
    told = cluster.told()
    assert told == expected and told["records"] == RECORDS and told["dead"] == 2 and told["left_out"] == 0
    assert cluster.contents() == alone.contents()
    log = flink.pool.log.read_bytes()[before:].decode()
    left_out = dict(re.findall(r"share (\d+) is read; (\d+) of its records were written before", log))
    assert len(left_out) == 2 and sum(map(int, left_out.values())) >= seen, "what was written is not judged again"


def test_taskmanagers_that_share_a_pool_leave_each_other_their_workers(flink_jars, dump, tmp_path):
    """Both number theirs from 1-1. One slot is done early, and says so, while the other's worker has half of its file
    to go."""
    lines = dump.read_bytes().splitlines(keepends=True)
    short = tmp_path / "short.jsonl"
    short.write_bytes(b"".join(lines[:1200]))
    worker = [sys.executable, "-m", "pipeline.worker"]
    with Cluster(tmp_path / "flink", jars=flink_jars, worker=worker, taskmanagers=2, slots=1) as cluster:
        replay = Replay(tmp_path / "replay", cluster)
        try:
            told = replay.flink(short, "--workers", "2", "--max-rate", "100")
        finally:
            replay.job.end()
        assert told["records"] == 1200 and told["left_out"] == 0
        assert not replay.job.rest.failures(replay.job.id)
        assert cluster.pool.log.read_text().count("'--id=1-1'") == 2


def test_a_stop_cancels_the_job_and_any_engine_resumes_it(make, dump, flink):
    alone, cluster = (make(name, flink={"gather": 500}) for name in ("alone", "stopped"))
    alone.local(dump)
    cluster.start(dump, *ON_FLINK, "--workers", "1", *SLOW)
    cluster.job.wait_for(lambda: cluster.marked() > 0, PATIENCE)
    code, said = command(cluster.job, "replay", str(dump), "--engine", "flink")
    assert code == 2 and "runs as Flink job" in said and f"echolot flink cancel --job {NAME}" in said
    cluster.process.send_signal(signal.SIGTERM)
    assert cluster.process.wait(60) == 1
    said = cluster.job.log.read_text()
    assert "run the same command with --resume" in said and "records read" not in said
    assert cluster.job.rest.job(cluster.job.id).state == "CANCELED"
    deadline = time.monotonic() + 30
    while flink.worker_pids():
        assert time.monotonic() < deadline, "nobody goes on reading"
        time.sleep(0.2)
    marked = cluster.marked()
    assert 0 < marked < RECORDS
    told = cluster.local(dump, "--resume")
    assert told["left_out"] == marked and told["left_out"] + told["records"] == RECORDS
    assert cluster.contents() == alone.contents()


def test_a_flood_of_invalid_records_ends_the_job(make, tmp_path):
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(b"\n".join([canonical("1", "gut")] + [b"{"] * 400))
    replay = make("poison", breaker={"run": 50})
    code, said = command(replay.job, "replay", str(bad), "--engine", "flink")
    assert code == 1 and "breaker tripped: 50 invalid records in a row" in said and "Traceback" not in said, said
    assert replay.job.rest.job(replay.job.id).state == "CANCELED"
    assert replay.marked() == 0
