"""A process of benchmarks/replay_workers.py as seen from outside: its lines, and what they say of speed and memory."""

from __future__ import annotations

import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import orjson

from configs.settings import ChdbStoreSettings, ClickHouseStoreSettings

ROOT = Path(__file__).parents[1]
StoreSettings = ChdbStoreSettings | ClickHouseStoreSettings
_LOOK_SECONDS = 0.2
_END_SECONDS = 60  # a batch in hand is written first


class Mark(NamedTuple):
    """So many records were written at that time of day; the store's MB are 0 where it is a server."""

    records: int
    at: float
    processes: int
    own_mb: float
    store_mb: float


class Run:
    """The process, from start to exit. Leaving the `with` ends it."""

    def __init__(self, kind: str, *arguments: object) -> None:
        command = [sys.executable, "-m", "benchmarks.replay_workers", kind, *map(str, arguments)]
        self.marks: list[Mark] = []
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self._errors = bytearray()
        self._readers = [threading.Thread(target=each, daemon=True) for each in (self._listen, self._gather)]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for reader in self._readers:
            reader.join()

    @property
    def records(self) -> int:
        """Written so far."""
        return self.marks[-1].records if self.marks else 0

    @property
    def ended(self) -> bool:
        """Whether it has ended by itself. Raises RuntimeError with what it said where it failed."""
        code = self._process.poll()
        if code:
            self._readers[1].join(_LOOK_SECONDS)
            raise RuntimeError(f"a {self._process.args[3]} failed ({code}):\n{self._errors.decode(errors='replace')}")
        return code is not None

    def wait(self, say: Callable[[int], None] = lambda records: None) -> list[Mark]:
        """Until it has ended; `say` hears how far it is."""
        while not self.ended:
            time.sleep(_LOOK_SECONDS)
            say(self.records)
        self._readers[0].join()
        return self.marks

    def wait_for(self, records: int, seconds: float) -> None:
        """Until so many are written, or it has ended. Raises TimeoutError."""
        until = time.monotonic() + seconds
        while self.records < records and not self.ended:
            if time.monotonic() > until:
                raise TimeoutError(f"{self.records} of {records} records after {seconds:.0f} s; a busy machine?")
            time.sleep(_LOOK_SECONDS)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.marks.append(Mark(*orjson.loads(line)))

    def _gather(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._errors += line


def rate(marks: Sequence[Mark]) -> float:
    """Records a second from the first tenth to the last twentieth; starting and ending count for nothing."""
    top = marks[-1].records
    began, ended = (next(m for m in marks if m.records >= top * share) for share in (0.1, 0.95))
    if ended.records == began.records:
        raise ValueError(f"{top} records are too few to tell a rate; take more")
    return (ended.records - began.records) / (ended.at - began.at)


def memory(marks: Sequence[Mark], records: int) -> tuple[float, float, float]:
    """Resident MB when so many were written: median of the process's samples over a twentieth of all records before,
    its highest so far, and the median of the store's. Samples when not all workers ran say nothing."""
    width, most = marks[-1].records / 20, max(mark.processes for mark in marks)
    full = [mark for mark in marks if mark.processes == most]
    before = [mark for mark in full if mark.records <= records] or full[:1]
    near = [mark for mark in before if mark.records > records - width] or before[-1:]
    return (
        statistics.median(mark.own_mb for mark in near),
        max(mark.own_mb for mark in before),
        statistics.median(mark.store_mb for mark in near),
    )
