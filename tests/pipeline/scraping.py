"""Processes that keep metrics, and scrapes of the port they share."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tests.jobs import ROOT

_CHILD = """
import sys
from pathlib import Path
from configs.observe import MetricsSettings
from pipeline import metrics
metrics.start(MetricsSettings(port=int(sys.argv[1]), folder=Path(sys.argv[2])))
print("ready", flush=True)
for line in sys.stdin:
    exec(line)
    print("done", flush=True)
"""


class Child:
    """A process with metrics that carries out what it is told."""

    def __init__(self, port: int, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(port), str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout.readline() == "ready\n"

    def do(self, statement: str) -> None:
        self.process.stdin.write(statement + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=10)


@contextlib.contextmanager
def children(count: int, port: int, folder: Path) -> Iterator[list[Child]]:
    started: list[Child] = []
    try:
        for _ in range(count):
            started.append(Child(port, folder))
        yield started
    finally:
        for child in started:
            child.kill()


Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def scrape(port: int) -> Samples:
    """Value by (name, sorted labels)."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        families = list(text_string_to_metric_families(answer.read().decode()))
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def value(samples: Samples, name: str, **labels: object) -> float | None:
    return samples.get((name, tuple(sorted((k, str(v)) for k, v in labels.items()))))


def until(port: int, holds: Callable[[Samples], bool], seconds: float = 10) -> Samples:
    """Scrape until it holds."""
    deadline, last = time.monotonic() + seconds, None
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            last = scrape(port)
            if holds(last):
                return last
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s; last scrape: {last}")


def owner(port: int, candidates: list[Child]) -> Child:
    """Which of the processes listens on the port? By /proc."""
    wanted = f"0100007F:{port:04X}"
    inode = next(
        line.split()[9]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[1] == wanted and line.split()[3] == "0A"
    )
    for child in candidates:
        for link in Path(f"/proc/{child.process.pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                if str(link.readlink()) == f"socket:[{inode}]":
                    return child
    raise AssertionError(f"nobody of ours listens on {port}")
