"""The processes of a cluster: what each is started with, where it logs, and when it is ready."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.daemon import Daemon
from deploy.flink.rest import ask
from deploy.flink.settings import Ports, heap_of
from deploy.ports import HOST, listens

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# Flink 1.19 and Kryo reach into the JDK; Java 17 refuses that unless told (Flink's own conf/config.yaml has this list).
_OPENED = ["lang", "lang.reflect", "net", "io", "nio", "text", "time", "util"]
_OPENED += ["util.concurrent", "util.concurrent.atomic", "util.concurrent.locks"]
_JDK_FLAGS = [
    "--add-exports=java.base/sun.net.util=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    *(f"--add-opens=java.base/java.{package}=ALL-UNNAMED" for package in _OPENED),
]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a cluster keeps its files, and its ports."""

    folder: Path
    jars: Path
    ports: Ports
    logs: Path
    write_archives: bool = False
    """Have each JVM write a class data archive when it ends, for archive.py; else it uses one where there is one."""

    @property
    def conf(self) -> Path:
        """The folder of config.yaml."""
        return self.folder / "conf"

    @property
    def rest(self) -> str:
        """The address of Flink's REST interface."""
        return f"http://{HOST}:{self.ports.rest}"

    def log(self, name: str) -> Path:
        """The file that a part's output goes to."""
        return self.logs / f"{name}.log"

    def java(self, main_class: str, *arguments: str, heap: str) -> list[str]:
        """The command line of one JVM; `heap` as java's -Xmx."""
        return [
            "java",
            f"-Xmx{heap}",
            "-XX:MaxDirectMemorySize=256m",  # network buffers
            "-XX:+UseSerialGC",  # less memory and threads than G1, and these heaps are small
            "-XX:TieredStopAtLevel=1",  # the quick compiler only: start-up counts here, peak rate does not
            *self._archive(main_class.rsplit(".", 1)[1]),
            f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}",
            *_JDK_FLAGS,
            "-cp",
            f"{self.jars}/*",
            main_class,
            *arguments,
        ]

    def _archive(self, name: str) -> list[str]:
        if self.write_archives:
            return [f"-XX:ArchiveClassesAtExit={self.folder / name}.jsa"]
        archive = archives(self.jars) / f"{name}.jsa"
        return [f"-XX:SharedArchiveFile={archive}", "-Xshare:auto"] if archive.exists() else []


def archives(jars: Path) -> Path:
    """The folder of the class data archives for these jars (not among them); archive.py makes them."""
    return jars.parent / "archives"


def jobmanager(layout: Layout) -> Daemon:
    """Flink's JobManager with its REST interface."""
    main_class = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint"
    return Daemon(
        f"the JobManager at {layout.rest}",
        layout.java(main_class, "--configDir", str(layout.conf), heap="384m"),
        layout.log("jobmanager"),
        ports=[layout.ports.rest, layout.ports.rpc],
        ready=lambda: _answers(layout.rest),
    )


def taskmanager(layout: Layout, number: int, task_heap: str) -> Daemon:
    """A TaskManager; ready as soon as it is there, its slots come later."""
    main_class = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner"
    return Daemon(
        f"TaskManager {number}",
        layout.java(main_class, "--configDir", str(layout.conf), heap=heap_of(task_heap)),
        layout.log(f"taskmanager-{number}"),
    )


def job_server(layout: Layout) -> Daemon:
    """Beam's job server, which turns Beam graphs into Flink jobs."""
    arguments = {
        "flink-master": f"{HOST}:{layout.ports.rest}",
        "flink-conf-dir": layout.conf,
        "job-host": HOST,
        "job-port": layout.ports.job_server,
        "artifact-port": 0,
        "expansion-port": -1,  # none: we have no transforms of other languages
        "artifacts-dir": layout.folder / "artifacts",
    }
    main_class = "org.apache.beam.runners.flink.FlinkJobServerDriver"
    return Daemon(
        f"Beam's job server at {HOST}:{layout.ports.job_server}",
        layout.java(main_class, *(f"--{name}={value}" for name, value in arguments.items()), heap="256m"),
        layout.log("job-server"),
        ports=[layout.ports.job_server],
        ready=lambda: listens(layout.ports.job_server),
    )


def worker_pool(layout: Layout, worker: Sequence[str] | None, environment: Mapping[str, str]) -> Daemon:
    """Beam's pool of Python workers; its children are the workers."""
    command = [sys.executable, "-m", "pipeline.pool", f"--service_port={layout.ports.worker_pool}", f"--host={HOST}"]
    if worker:
        command.append(f"--container_executable={worker_script(layout)}")
    path = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]  # the pool starts `python` from PATH
    modules = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return Daemon(
        f"the worker pool at {HOST}:{layout.ports.worker_pool}",
        command,
        layout.log("worker-pool"),
        ports=[layout.ports.worker_pool],
        ready=lambda: listens(layout.ports.worker_pool),
        environment={"PATH": os.pathsep.join(path), "PYTHONPATH": os.pathsep.join(modules), **environment},
    )


def worker_script(layout: Layout) -> Path:
    """The pool takes one file, not a command; this one starts the command."""
    return layout.folder / "worker"


def worker_script_text(worker: Sequence[str]) -> str:
    """Starts `worker` in place of the shell, so that the pool's child is the worker itself."""
    return f'#!/bin/sh\nexec {shlex.join(worker)} "$@"\n'


def zookeeper(layout: Layout) -> Daemon:
    """ZooKeeper from Flink's own jars: remembers the jobs, so that a killed JobManager finds them again."""
    main_class = "org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.quorum.QuorumPeerMain"
    return Daemon(
        f"ZooKeeper at {HOST}:{layout.ports.zookeeper}",
        layout.java(main_class, str(layout.conf / "zoo.cfg"), heap="64m"),
        layout.log("zookeeper"),
        ports=[layout.ports.zookeeper],
        ready=lambda: listens(layout.ports.zookeeper),
    )


def _answers(rest: str) -> bool:
    try:
        return bool(ask(rest, "/overview", timeout_s=2))
    except (OSError, ValueError):  # not up yet, or its web server is but the JobManager is not
        return False
