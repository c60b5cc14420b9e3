"""`echolot stream` as a process of its own, on a real broker and an embedded store."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml
from kafka import KafkaAdminClient, TopicPartition
from kafka.errors import RetriableError

from configs.settings import ChdbStoreSettings
from deploy.flink.cluster import Cluster
from pipeline.engines.flink_rest import FlinkRest
from tests import light
from tests.services import forks

ROOT = Path(__file__).parents[1]


def canonical(native_id: str, text: str, **more: Any) -> bytes:
    """A canonical record."""
    return json.dumps(
        {"platform": "x", "native_id": native_id, "text": text, "published_at": "2024-03-01T12:00:00Z"} | more
    ).encode()


class Job:
    """One configuration and the processes that ran under it; the store is in `folder`, the judge light (light.py)."""

    arguments: tuple[str, ...] = ()

    def __init__(self, folder: Path, source: dict[str, Any], **settings: Any) -> None:
        self.folder = folder
        self.config = folder / "echolot.yaml"
        settings["judge"] = light.judge() | settings.get("judge", {})
        self.config.write_text(
            yaml.safe_dump({"source": source, "store": {"kind": "chdb", "path": "store"}} | settings)
        )
        self.log = folder / "log"
        self.process: forks.Forked | None = None

    def start(self) -> forks.Forked:
        """Start; returns at once."""
        with self.log.open("ab") as log:
            command = ["stream", "--config", self.config, *self.arguments]
            self.process = forks.start(command, stdout=log, stderr=log)
        return self.process

    def stop(self, timeout: float = 60) -> int:
        """SIGTERM; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)

    def kill(self) -> None:
        """SIGKILL, if it still runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the store; also while the job writes."""
        from pipeline.stores import open_store

        with closing(open_store(ChdbStoreSettings(path=self.folder / "store"))) as store:
            return store.query(sql).rows

    def wait_for(self, what: Callable[[], bool], timeout: float = 120) -> None:
        """Wait until `what()`; fails with the job's log when it died or time is up."""
        deadline = time.monotonic() + timeout
        while not what():
            assert self.process is None or self.process.poll() is None, f"the job ended:\n{self.log.read_text()}"
            assert time.monotonic() < deadline, f"waited {timeout} s in vain:\n{self.log.read_text()}"
            time.sleep(0.2)


class FlinkJob(Job):
    """A job on a cluster; `process` is its launcher. The store is embedded unless `settings` names another."""

    arguments = ("--engine", "flink")

    def __init__(self, folder: Path, source: dict[str, Any], cluster: Cluster, **settings: Any) -> None:
        flink = {
            "rest": cluster.rest,
            "job_server": cluster.job_server,
            "workers": {"kind": "external", "pool": cluster.worker_pool},
            "checkpoint": 1,
        }
        super().__init__(folder, source, **settings | {"flink": flink | settings.get("flink", {})})
        self.rest = FlinkRest(cluster.rest)
        self.name = f"echolot-{source.get('group')}"

    @property
    def id(self) -> str:
        """Flink's id of the newest job of this name."""
        return self.rest.jobs(self.name)[0].id

    def runs(self) -> bool:
        """Are all tasks running? A job is RUNNING for Flink while its workers still start."""
        jobs = self.rest.jobs(self.name)
        if not jobs or jobs[0].state != "RUNNING":
            return False
        return all(v["status"] == "RUNNING" for v in self.rest.details(jobs[0].id)["vertices"])

    def end(self) -> None:
        """Leave nothing running, whatever the test came to."""
        self.kill()
        for job in self.rest.jobs(self.name):
            if not job.over:
                self.rest.cancel(job.id)
                self.rest.wait_until_over(job.id)


def contents(query: Callable[[str], list[tuple[Any, ...]]]) -> dict[str, str]:
    """A checksum of every table's rows, as a reader sees them; `generations` apart, which counts activations."""
    sums = {}
    facts = ("posts", "verdicts", "engagements", "shares", "aliases", "deletions")
    for table in (*facts, "dead_letters", "ledger", "gaps"):
        rows = sorted(map(repr, query(f"SELECT * FROM {table} FINAL")))
        sums[table] = f"{len(rows)} rows, {sha256(chr(10).join(rows).encode()).hexdigest()}"
    return sums


def committed(bootstrap: str, group: str) -> dict[TopicPartition, int]:
    """The group's committed offsets; none while the broker is making its offsets topic."""
    with KafkaAdminClient(bootstrap_servers=bootstrap) as admin:
        try:
            offsets = admin.list_group_offsets({group: None})[group]
        except RetriableError:
            return {}
    return {tp: o.offset for tp, o in offsets.items() if o.offset >= 0}
