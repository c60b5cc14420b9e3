"""The cluster that other tests lean on: jobs outlive kill -9 of its parts, nothing outlives us, errors say the mend."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.flink.cluster import Cluster, default_jars, why_not
from deploy.flink.settings import Ports, as_yaml, config
from deploy.ports import ServiceError, free_ports, listens
from tests.services.flink_cluster import cancel, rest, submit, until

pytestmark = pytest.mark.flink
ROOT = Path(__file__).resolve().parents[2]


class Job:
    """The endless job and what it wrote: lines of name, number, worker's pid."""

    def __init__(self, cluster: Cluster, path: Path) -> None:
        self._cluster = cluster
        self.path = path
        self.id = submit(cluster, path.parent.name, path)

    def numbers(self) -> list[int]:
        return [int(line.split()[1]) for line in self._lines()]

    def worker(self) -> int:
        """The worker that wrote last."""
        return int(self._lines()[-1].split()[2])

    def goes_on(self, timeout_s: float = 60) -> None:
        """Wait for twenty more lines."""
        before = len(self._lines())
        try:
            until(lambda: len(self._lines()) >= before + 20, timeout_s)
        except TimeoutError as error:
            parts = [self._cluster.pool, *self._cluster.taskmanagers]
            raise AssertionError("\n\n".join([str(error), *(part.last_words() for part in parts)])) from None

    def _lines(self) -> list[str]:
        if not self.path.exists():
            return []
        return [line for line in self.path.read_text().splitlines(keepends=True) if line.endswith("\n")]


@pytest.fixture
def job(flink: Cluster, tmp_path: Path) -> Iterator[Job]:
    running = Job(flink, tmp_path / "seen.txt")
    running.goes_on()
    yield running
    cancel(flink, running.id)


def assert_nothing_lost(job: Job) -> None:
    """Numbers may repeat after a crash, as the restart is from a checkpoint; none may be missing."""
    numbers = job.numbers()
    assert set(numbers) == set(range(max(numbers) + 1))


def test_a_job_runs_with_checkpoints_and_its_worker_is_ours_to_kill(flink: Cluster, job: Job) -> None:
    assert job.numbers() == list(range(len(job.numbers())))
    assert flink.worker_pids() == [job.worker()]
    first = until(lambda: flink.latest_checkpoint(job.id), 30)
    assert (first / "_metadata").stat().st_size > 0 and first.is_relative_to(flink.checkpoints)
    until(lambda: flink.latest_checkpoint(job.id) != first, 30)


def test_a_job_survives_kill_of_its_worker(flink: Cluster, job: Job) -> None:
    killed = job.worker()
    os.kill(killed, signal.SIGKILL)
    until(lambda: job.worker() != killed, 60)
    job.goes_on()
    assert killed not in flink.worker_pids()
    assert_nothing_lost(job)


def test_a_job_survives_kill_of_its_taskmanager(flink: Cluster, job: Job) -> None:
    until(lambda: flink.latest_checkpoint(job.id), 30)
    before = max(job.numbers())
    victim = flink.taskmanagers[0]
    pid = victim.pid
    victim.kill()
    assert not victim.running and not flink.running
    with pytest.raises(ServiceError, match="TaskManager 1 does not run"):
        flink.wait_for_slots()  # Flink itself still counts the dead one's slots
    victim.start()
    assert victim.pid != pid
    flink.wait_for_slots()
    until(lambda: max(job.numbers()) > before + 20, 60)
    assert_nothing_lost(job)
    restored = rest(flink, f"/jobs/{job.id}/checkpoints")["latest"]["restored"]
    assert restored["external_path"].startswith(flink.checkpoints.as_uri().replace("file://", "file:"))


def test_a_killed_pool_takes_its_workers_along_and_the_job_goes_on_with_the_next(flink: Cluster, job: Job) -> None:
    worker = job.worker()
    flink.pool.kill()
    until(lambda: _is_gone(worker), 10)  # killed, but a process takes its time to give memory back
    assert flink.worker_pids() == []
    flink.pool.start()
    until(lambda: job.worker() != worker, 60)
    assert_nothing_lost(job)


def _is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):  # the latter where it ends between opening and reading
        return True


def test_the_last_checkpoint_outlives_a_killed_jobmanager_and_starts_the_job_anew(
    flink: Cluster, tmp_path: Path
) -> None:
    """Flink without a high-availability service forgets its jobs in a crash; their checkpoints stay."""
    first = Job(flink, tmp_path / "seen.txt")
    until(lambda: flink.latest_checkpoint(first.id), 60)
    first.goes_on()
    flink.jobmanager.kill()
    flink.jobmanager.start()
    flink.wait_for_slots()
    assert rest(flink, "/jobs/overview")["jobs"] == []
    checkpoint = flink.latest_checkpoint(first.id)
    stood = max(first.numbers())
    again = submit(flink, "again", first.path, f"--savepoint_path={checkpoint}")
    until(lambda: max(first.numbers()) > stood + 20, 60)
    cancel(flink, again)
    assert_nothing_lost(first)


def test_a_jobmanager_that_keeps_jobs_goes_on_with_them_after_kill(flink_jars: Path, tmp_path: Path) -> None:
    """The same job by the same id, from its last checkpoint."""
    with Cluster(tmp_path / "own", keep_jobs=True, jars=flink_jars) as own:
        _assert_on_loopback(own)
        job = Job(own, tmp_path / "seen.txt")
        until(lambda: own.latest_checkpoint(job.id), 60)
        own.jobmanager.kill()
        stood = max(job.numbers())
        own.jobmanager.start()
        until(lambda: max(job.numbers()) > stood + 20, 90)
        assert [each["jid"] for each in rest(own, "/jobs/overview")["jobs"]] == [job.id]
        assert_nothing_lost(job)


def _assert_on_loopback(cluster: Cluster) -> None:
    """No process but Beam's job server, which binds every address whatever it is told, listens beyond loopback."""
    if not Path("/proc/net/tcp").exists():
        return
    loopback = ("0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000")
    rows = [line.split() for family in ("tcp", "tcp6") for line in Path(f"/proc/net/{family}").read_text().splitlines()]
    listening = {f"socket:[{row[9]}]": row[1] for row in rows if row[3] == "0A"}  # inode: address:port
    for part in cluster.parts:
        links = list(filter(None, map(_link, Path(f"/proc/{part.pid}/fd").iterdir())))
        addresses = [listening[link] for link in links if link in listening]
        assert addresses, f"{part.name} listens nowhere"
        assert part is cluster.server or all(each.startswith(loopback) for each in addresses), part.name


def _link(path: Path) -> str | None:
    try:
        return str(path.readlink())
    except FileNotFoundError:  # a file that was closed meanwhile
        return None


def test_checkpoints_are_kept_when_a_job_is_cancelled(flink: Cluster, tmp_path: Path) -> None:
    job = Job(flink, tmp_path / "seen.txt")
    until(lambda: flink.latest_checkpoint(job.id), 60)
    kept = rest(flink, f"/jobs/{job.id}/checkpoints/config")["externalization"]
    assert kept == {"enabled": True, "delete_on_cancellation": False}
    cancel(flink, job.id)
    assert flink.latest_checkpoint(job.id) is not None
    assert flink.latest_checkpoint("no-such-job") is None


def test_a_worker_command_of_our_own_is_started_by_the_contract(flink_jars: Path, tmp_path: Path) -> None:
    """The pool starts it with Beam's five flags, its own environment, and our interpreter's folder first in PATH."""
    seen = tmp_path / "seen"
    script = f'echo "$@" >{seen}.arguments; echo "$PATH $ECHOLOT_TEST" >{seen}.environment; exec sleep 60'
    worker = ["/bin/sh", "-c", script, "worker"]
    with Cluster(tmp_path / "own", worker=worker, environment={"ECHOLOT_TEST": "a b"}, jars=flink_jars) as own:
        with pytest.raises(TimeoutError):
            submit(own, "contract", tmp_path / "unused", timeout_s=1)
        until(lambda: (tmp_path / "seen.environment").exists(), 60)
        until(own.worker_pids, 10)
    flags = [flag.split("=")[0] for flag in (tmp_path / "seen.arguments").read_text().split()]
    endpoints = [f"--{name}_endpoint" for name in ("logging", "artifact", "provision", "control")]
    assert flags == ["--id", *endpoints]
    environment = (tmp_path / "seen.environment").read_text()
    assert environment.startswith(f"{Path(sys.executable).parent}:") and environment.endswith(" a b\n")


def test_a_used_port_is_refused_with_the_mend(flink_jars: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = Ports(taken.getsockname()[1], *free_ports(4))
        with pytest.raises(ServiceError, match=rf"port {ports.rest} on 127.0.0.1 .* give another"):
            Cluster(tmp_path, jars=flink_jars, ports=ports).start()


def test_a_cluster_that_cannot_start_shows_the_log_and_leaves_nothing(flink_jars: Path, tmp_path: Path) -> None:
    wrong = Cluster(tmp_path, jars=flink_jars, properties={"taskmanager.memory.network.max": "much"})
    with pytest.raises(ServiceError, match=r"(?s)TaskManager 1 .*taskmanager-1\.log.*much"):
        wrong.start()
    assert not any(part.running for part in wrong.parts)


def test_missing_jars_name_the_script(tmp_path: Path) -> None:
    if why_not() and "java is not" in str(why_not()):
        pytest.skip(str(why_not()))
    with pytest.raises(ServiceError, match=r"run deploy/flink/fetch\.sh"):
        Cluster(tmp_path, jars=tmp_path / "nowhere").start()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)])
def test_nothing_outlives_the_command(flink_jars: Path, tmp_path: Path, number: signal.Signals, status: int) -> None:
    """`python -m deploy.flink.cluster`, stopped in order and by kill -9: every address it named is free soon after."""
    command = [sys.executable, "-m", "deploy.flink.cluster", "--folder", str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(4)]
        ports = [int(line.rsplit(":", 1)[1]) for line in said[:3]]
        assert all(listens(port) for port in ports)
        process.send_signal(number)
        assert process.wait(60) == status
        until(lambda: not any(listens(port) for port in ports), 10)
        time.sleep(0.5)
        listed = subprocess.run(["ps", "-A", "-ww", "-o", "args="], capture_output=True, text=True, check=True).stdout
        assert str(tmp_path) not in listed
    finally:
        process.kill()
        process.communicate()


def test_given_properties_win_and_are_quoted(tmp_path: Path) -> None:
    settings = config(
        tmp_path, Ports(1, 2, 3, 4, 5), slots=2, task_heap="256m", extra={"parallelism.default": "7", "x": "it's: 0x1"}
    )
    lines = as_yaml(settings).splitlines()
    assert "parallelism.default: '7'" in lines and "x: 'it''s: 0x1'" in lines and "rest.port: '1'" in lines
    with pytest.raises(ValueError, match="x holds a line break"):
        as_yaml({"x": "a\nb: c"})


def test_a_wrong_heap_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must be a number of mebi- or gibibytes"):
        Cluster(tmp_path, task_heap="256 MB", jars=default_jars())
