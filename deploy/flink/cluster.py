"""A real Flink cluster on this machine's loopback, from jars, with Beam's job server and a pool of Python workers.

    python -m deploy.flink.cluster --folder DIR      runs until SIGTERM or SIGINT

For tests and development; each part is a process of its own, to be killed and started alone. Needs Java 17 and the jars
of deploy/flink/fetch.sh.

Beam's job server, and a TaskManager's side of the Python workers while a job runs, listen on every address of the
machine whatever they are told (ServerBuilder.forPort), and whoever reaches them can run code here: not for a machine
that strangers reach."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from deploy.daemon import Daemon
from deploy.flink import parts
from deploy.flink.rest import ask
from deploy.flink.settings import Ports, as_yaml, config, high_availability, zoo_cfg
from deploy.ports import HOST, ServiceError, free_ports, listens

VERSION = "1.19-beam-2.62.0"
_JAR = "beam-runners-flink-1.19-2.62.0.jar"
_POLL_S = 0.1


def default_jars() -> Path:
    """Where fetch.sh puts the jars unless told otherwise (and says why there)."""
    cache = os.environ.get("ECHOLOT_CACHE")
    return (Path(cache) if cache else Path.home() / ".cache" / "echolot") / f"flink-{VERSION}" / "gradle" / "wrapper"


def why_not(jars: Path | None = None) -> str | None:
    """What a cluster lacks on this machine and how to get it; None when it can start."""
    jars = jars or default_jars()
    if shutil.which("java") is None:
        return "java is not on the PATH; install Java 17 or newer (Debian: apt-get install openjdk-17-jre-headless)"
    if not (jars / _JAR).is_file():
        return f"no Flink jars in {jars}; run deploy/flink/fetch.sh (Debian: apt-get install maven)"
    return None


class Cluster:
    """JobManager, TaskManagers, job server and worker pool over one folder. Not for use from several threads at once.

    The folder keeps settings, checkpoints and one log a process. All parts die with the process that called start()."""

    def __init__(
        self,
        folder: Path,
        *,
        taskmanagers: int = 1,
        slots: int = 2,
        task_heap: str = "256m",
        properties: Mapping[str, str] | None = None,
        worker: Sequence[str] | None = None,
        environment: Mapping[str, str] | None = None,
        jars: Path | None = None,
        ports: Ports | None = None,
        logs: Path | None = None,
        keep_jobs: bool = False,
        write_archives: bool = False,
    ) -> None:
        """`slots` a TaskManager; `task_heap` as Flink's taskmanager.memory.task.heap.size; `properties` win over ours.

        `worker` is the command that the pool starts for each worker, after Beam's container contract; None leaves it
        to the pool, which starts Beam's own without fetching what a job stages. `environment` is laid over ours for the
        pool and its workers. `ports` None takes free ones, `logs` None the folder itself. `keep_jobs` adds ZooKeeper,
        and a killed JobManager goes on with its jobs when it is started again; without it they are gone, and may be
        started from latest_checkpoint().
        `write_archives` is for archive.py."""
        self._folder = folder.resolve()
        self._slots = slots * taskmanagers
        self._worker = list(worker) if worker else None
        self._ports = ports or Ports(*free_ports(5))
        self._layout = parts.Layout(
            self._folder, jars or default_jars(), self._ports, logs or self._folder, write_archives
        )
        kept = high_availability(self._folder, self._ports) if keep_jobs else {}
        self._config = config(
            self._folder, self._ports, slots=slots, task_heap=task_heap, extra=kept | dict(properties or {})
        )
        self.zookeeper = parts.zookeeper(self._layout) if keep_jobs else None
        self.jobmanager = parts.jobmanager(self._layout)
        self.taskmanagers = [parts.taskmanager(self._layout, n + 1, task_heap) for n in range(taskmanagers)]
        self.server = parts.job_server(self._layout)
        self.pool = parts.worker_pool(self._layout, self._worker, environment or {})

    @property
    def rest(self) -> str:
        """Address of Flink's REST interface and web page."""
        return self._layout.rest

    @property
    def job_server(self) -> str:
        """host:port for Beam's --job_endpoint."""
        return f"{HOST}:{self._ports.job_server}"

    @property
    def worker_pool(self) -> str:
        """host:port for --environment_type=EXTERNAL --environment_config=..."""
        return f"{HOST}:{self._ports.worker_pool}"

    @property
    def checkpoints(self) -> Path:
        """The folder of the checkpoints: JOB_ID/chk-N/_metadata."""
        return self._folder / "checkpoints"

    @property
    def parts(self) -> list[Daemon]:
        """All processes, in the order in which they are stopped."""
        last = [self.zookeeper] if self.zookeeper else []
        return [self.server, *self.taskmanagers, self.pool, self.jobmanager, *last]

    @property
    def running(self) -> bool:
        """Are all parts alive."""
        return all(part.running for part in self.parts)

    def start(self, timeout_s: float = 90) -> Self:
        """Start all parts side by side; wait until slots are there and job server and pool answer.

        Raises ServiceError with the end of the log of the part that failed; nothing is left running then."""
        missing = why_not(self._layout.jars)
        if missing:
            raise ServiceError(missing)
        for part in self.parts:
            part.refuse_start()
        self._write_files()
        deadline = time.monotonic() + timeout_s
        try:
            for part in reversed(self.parts):
                part.launch()
            for part in self.parts:
                part.wait_until_ready(deadline)
            self.wait_for_slots(deadline - time.monotonic())
        except BaseException:
            self.kill()
            raise
        return self

    def wait_for_slots(self, timeout_s: float = 60) -> None:
        """Wait until the JobManager counts the slots of all TaskManagers. Raises ServiceError."""
        deadline = time.monotonic() + timeout_s
        while (there := self._slots_there()) != self._slots:
            for part in (*self.taskmanagers, self.jobmanager):
                if not part.running:
                    raise ServiceError(f"{part.name} does not run; {part.last_words()}")
            if time.monotonic() > deadline:
                part = self.taskmanagers[0]
                raise ServiceError(f"{self.rest} has {there} task slots, not {self._slots}; {part.last_words()}")
            time.sleep(_POLL_S)

    def stop(self, timeout_s: float = 10) -> None:
        """Orderly end of all parts; those that are not gone after `timeout_s` are killed."""
        deadline = time.monotonic() + timeout_s
        for part in self.parts:
            part.terminate()
        for part in self.parts:
            part.stop(max(0.1, deadline - time.monotonic()))

    def kill(self) -> None:
        """SIGKILL all parts."""
        for part in self.parts:
            part.kill()

    def __enter__(self) -> Self:
        return self if self.running else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def worker_pids(self) -> list[int]:
        """The process ids of the Python workers that the pool has running now."""
        listed = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True, timeout=10
        )
        rows = [line.split() for line in listed.stdout.splitlines()]
        return [int(pid) for pid, parent, state in rows if int(parent) == self.pool.pid and not state.startswith("Z")]

    def latest_checkpoint(self, flink_job_id: str) -> Path | None:
        """The newest whole checkpoint of a job, to start another from; None when it has none."""
        found = [path.parent for path in (self.checkpoints / flink_job_id).glob("chk-*/_metadata")]
        return max(found, key=lambda path: int(path.name.removeprefix("chk-")), default=None)

    def _write_files(self) -> None:
        for name in ("conf", "checkpoints", "tmp", "artifacts"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        (self._layout.conf / "config.yaml").write_text(as_yaml(self._config), encoding="utf-8")
        (self._layout.conf / "zoo.cfg").write_text(zoo_cfg(self._folder, self._ports), encoding="utf-8")
        if self._worker:
            script = parts.worker_script(self._layout)
            script.write_text(parts.worker_script_text(self._worker), encoding="utf-8")
            script.chmod(0o755)

    def _slots_there(self) -> int:
        """Slots of TaskManagers that are alive: one that was killed stays on the list for some seconds."""
        try:
            listed = ask(self.rest, "/taskmanagers", timeout_s=2)["taskmanagers"]
        except (OSError, ValueError):
            return 0
        return sum(each["slotsNumber"] for each in listed if listens(_port(each["path"])))


def _port(address: str) -> int:
    """The port in a TaskManager's address, as pekko.tcp://flink@127.0.0.1:36077/user/rpc/taskmanager_0."""
    return urlsplit(address).port or 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a cluster until SIGTERM or SIGINT. Exit codes: 0 stopped as asked, 1 it could not start or died, 2 usage."""
    parser = argparse.ArgumentParser(prog="python -m deploy.flink.cluster", description="Run one Flink cluster.")
    parser.add_argument("--folder", type=Path, required=True, help="keeps settings, checkpoints and logs")
    parser.add_argument("--taskmanagers", type=int, default=1, help="how many (default: %(default)s)")
    parser.add_argument("--slots", type=int, default=2, help="slots of each (default: %(default)s)")
    options = parser.parse_args(arguments)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopped.set())
    try:
        with Cluster(options.folder, taskmanagers=options.taskmanagers, slots=options.slots) as cluster:
            print(f"Flink's REST:  {cluster.rest}\njob server:    {cluster.job_server}", flush=True)
            print(f"worker pool:   {cluster.worker_pool}\nlogs:          {options.folder}/*.log", flush=True)
            while cluster.running and not stopped.wait(1):
                pass
            died = [part for part in cluster.parts if not part.running and not stopped.is_set()]
    except ServiceError as error:
        print(f"cluster: {error}", file=sys.stderr)
        return 1
    for part in died:
        print(f"cluster: {part.name} ended by itself; see {part.log}", file=sys.stderr)
    return int(bool(died))


if __name__ == "__main__":
    sys.exit(main())
