"""The settings of a small Flink cluster on loopback: addresses, memory, recovery."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.ports import HOST


@dataclass(frozen=True, slots=True)
class Ports:
    """The loopback ports of one cluster."""

    rest: int
    job_server: int
    worker_pool: int
    rpc: int
    """The JobManager's own protocol; fixed, so that TaskManagers find a JobManager that was started again."""
    zookeeper: int
    """Used with high availability only."""


def config(folder: Path, ports: Ports, *, slots: int, task_heap: str, extra: Mapping[str, str]) -> dict[str, str]:
    """All settings of JobManager and TaskManagers; `extra` wins over ours."""
    return {
        "jobmanager.rpc.address": HOST,
        "jobmanager.rpc.port": str(ports.rpc),
        "jobmanager.bind-host": HOST,
        "rest.address": HOST,
        "rest.bind-address": HOST,
        "rest.port": str(ports.rest),
        "rest.bind-port": str(ports.rest),
        "web.refresh-interval": "200",  # what REST says of a job may be so old; 3 s by default
        "taskmanager.host": HOST,
        "taskmanager.bind-host": HOST,
        "taskmanager.numberOfTaskSlots": str(slots),
        "parallelism.default": "1",
        "io.tmp.dirs": str(folder / "tmp"),
        # A TaskManager started without Flink's shell scripts must be told each part of its memory.
        "taskmanager.cpu.cores": str(float(slots)),
        "taskmanager.memory.task.heap.size": task_heap,
        "taskmanager.memory.task.off-heap.size": "0",
        "taskmanager.memory.framework.heap.size": "128m",
        "taskmanager.memory.framework.off-heap.size": "128m",
        "taskmanager.memory.managed.size": "32m",  # only batch jobs use it: the heap holds our state
        "taskmanager.memory.network.min": "64m",
        "taskmanager.memory.network.max": "64m",
        "taskmanager.memory.jvm-metaspace.size": "256m",
        "taskmanager.memory.jvm-overhead.min": "192m",
        "taskmanager.memory.jvm-overhead.max": "192m",
        "jobmanager.memory.process.size": "1024m",
        "restart-strategy.type": "fixed-delay",
        "restart-strategy.fixed-delay.attempts": "1000",
        "restart-strategy.fixed-delay.delay": "200 ms",
        "heartbeat.interval": "1000",
        "heartbeat.timeout": "5000",
        # Ten seconds by default: a TaskManager that was up before the JobManager would sit them out.
        "cluster.registration.error-delay": "200",
        "cluster.registration.refused-registration-delay": "200",
        "state.checkpoints.dir": (folder / "checkpoints").as_uri(),
        "state.checkpoints.num-retained": "3",  # the newest may be deleted while somebody starts from it
        "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
        "classloader.check-leaked-classloader": "false",
    } | dict(extra)


def as_yaml(settings: Mapping[str, str]) -> str:
    """The content of a config.yaml: flat keys, every value quoted (YAML would read 0x1 or 12:30 as numbers)."""
    for key, value in settings.items():
        if "\n" in value or "\r" in value:
            raise ValueError(f"Flink property {key} holds a line break; give a one-line value")
    quoted = {key: "'" + value.replace("'", "''") + "'" for key, value in settings.items()}
    return "".join(f"{key}: {value}\n" for key, value in sorted(quoted.items()))


def high_availability(folder: Path, ports: Ports) -> dict[str, str]:
    """Settings by which a JobManager that was killed finds its jobs again, in ZooKeeper and `folder`/ha.

    Flink 1.19 has no such service over files alone: ZooKeeper, Kubernetes, or a class of one's own."""
    client = "high-availability.zookeeper.client"
    return {
        "high-availability.type": "zookeeper",
        "high-availability.zookeeper.quorum": f"{HOST}:{ports.zookeeper}",
        "high-availability.storageDir": (folder / "ha").as_uri(),
        f"{client}.session-timeout": "2000",  # the next JobManager leads when the dead one's session is over; 60 s
        f"{client}.connection-timeout": "2000",
        f"{client}.retry-wait": "500",
    }


def zoo_cfg(folder: Path, ports: Ports) -> str:
    """The content of ZooKeeper's settings file: one server, no web page."""
    settings = {
        "tickTime": 500,  # a session lasts two ticks at least
        "dataDir": folder / "zookeeper",
        "clientPort": ports.zookeeper,
        "clientPortAddress": HOST,
        "admin.enableServer": "false",
        "maxClientCnxns": 0,
    }
    return "".join(f"{key}={value}\n" for key, value in settings.items())


def heap_of(task_heap: str) -> str:
    """The whole heap of a TaskManager in java's words: the tasks' and Flink's own 128 MiB."""
    found = re.fullmatch(r"(\d+)([mg])", task_heap)
    if found is None:
        raise ValueError(f"task_heap {task_heap!r} must be a number of mebi- or gibibytes, as 256m or 1g")
    return f"{int(found[1]) * (1024 if found[2] == 'g' else 1) + 128}m"
