"""`echolot stream` as a process of its own, on a real broker and an embedded store."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import yaml
from kafka import KafkaAdminClient, TopicPartition
from kafka.errors import RetriableError

from configs.settings import ChdbStoreSettings

ROOT = Path(__file__).parents[1]


def canonical(native_id: str, text: str, **more: Any) -> bytes:
    """A canonical record."""
    return json.dumps(
        {"platform": "x", "native_id": native_id, "text": text, "published_at": "2024-03-01T12:00:00Z"} | more
    ).encode()


class Job:
    """One configuration and the processes that ran under it; the store is in `folder`."""

    def __init__(self, folder: Path, source: dict[str, Any], **settings: Any) -> None:
        self.folder = folder
        self.config = folder / "echolot.yaml"
        self.config.write_text(
            yaml.safe_dump({"source": source, "store": {"kind": "chdb", "path": "store"}} | settings)
        )
        self.log = folder / "log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        """Start; returns at once."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pipeline.commands.app", "stream", "--config", str(self.config)],
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
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


def committed(bootstrap: str, group: str) -> dict[TopicPartition, int]:
    """The group's committed offsets; none while the broker is making its offsets topic."""
    with KafkaAdminClient(bootstrap_servers=bootstrap) as admin:
        try:
            offsets = admin.list_group_offsets({group: None})[group]
        except RetriableError:
            return {}
    return {tp: o.offset for tp, o in offsets.items() if o.offset >= 0}
