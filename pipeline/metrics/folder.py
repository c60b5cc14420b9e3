"""The folder in which the processes of a job on one machine keep their figures. What is in it:

live_TOKEN.lock           held (flock) by a process while it lives; how the others know that it is dead
counter_TOKEN.db ...      its figures, memory-mapped by prometheus_client
counter_0-N-TOKEN.db      the sum over dead processes; TOKEN was the last one added, N counts up
leader.lock               held by the one process that serves the port, sums up the dead and touches this file

A token is pid and random letters: pids come again, and containers that share the folder have the same ones."""

from __future__ import annotations

import fcntl
import os
import secrets
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from pipeline.metrics.kinds import Mode

FORGET_SECONDS = 3600.0
"""Figures of processes that ended longer ago, with none after them, are another run's: they are dropped."""

_SUMMED = ("counter", "histogram")
_KINDS = (*_SUMMED, *(f"gauge_{mode.value}" for mode in Mode))
_FILE_BYTES = 256 * 1024  # a series takes 200-400 bytes; a larger file grows by itself


def default_path(port: int) -> Path:
    """Where a job without a configured folder keeps its figures."""
    return Path(tempfile.gettempdir()) / f"echolot-metrics-{os.getuid()}-{port}"


class Folder:
    """This process's part in the folder. Raises OSError where it cannot be made, or belongs to somebody else."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.path.is_symlink() or self.path.stat().st_uid != os.getuid():
            raise PermissionError(f"{self.path} belongs to another user; set metrics.folder to one of your own")
        self._letters = secrets.token_hex(4)
        self._pid, self._token = 0, ""
        self._reading = threading.Lock()
        self._leading: int | None = None
        self._alive = self._register()
        for kind in _KINDS:
            self._allocate(self.path / f"{kind}_{self.identity()}.db")

    def identity(self) -> str:
        """This process's token; another one after a fork."""
        pid = os.getpid()
        if pid != self._pid:  # asked at every write to a metric, so it is kept
            self._pid, self._token = pid, f"{pid}-{self._letters}"
        return self._token

    def lead(self) -> bool:
        """Am I the one who serves? The first who asks after the last leader died becomes it."""
        if self._leading is None:
            lock = self.path / "leader.lock"
            seen = lock.stat().st_mtime if lock.exists() else time.time()  # nobody led yet: nothing is old
            self._leading = _held(lock)
            if self._leading is not None and time.time() - seen > FORGET_SECONDS:
                self._forget()
        return self._leading is not None

    def tidy(self) -> None:
        """Leader only: drop the gauges of dead processes and add their counters to the sum."""
        os.utime(self.path / "leader.lock")
        for lock in self._locks_of_the_dead():
            token = lock.stem.removeprefix("live_")
            with self._reading:
                for kind in _SUMMED:
                    self._add(kind, token)
                for left in self.path.glob(f"gauge_*_{token}.db"):
                    left.unlink()
                lock.unlink()

    @contextmanager
    def files(self) -> Iterator[list[str]]:
        """The files whose values together are the figures now; none of them goes while the block runs."""
        with self._reading:
            sums = [found for kind in _SUMMED if (found := self._sum(kind)) is not None]
            added = {f"{path.name.split('_')[0]}_{_token(path)}" for path in sums}
            own = [path for path in self.path.glob("*.db") if "_0-" not in path.name and path.stem not in added]
            yield [str(path) for path in [*own, *sums]]

    def leave(self) -> None:
        """This process takes part no more; its counters stay for the leader to add."""
        for left in self.path.glob(f"gauge_*_{self.identity()}.db"):
            with suppress(OSError):
                left.unlink()
        for descriptor in (self._alive, self._leading):
            if descriptor is not None:
                with suppress(OSError):
                    os.close(descriptor)
        self._leading = None

    def _register(self) -> int:
        lock = self.path / f"live_{self.identity()}.lock"
        new = lock.with_suffix(".new")
        descriptor = _held(new)
        assert descriptor is not None, "nobody else has this token"
        new.rename(lock)  # it never stands there without being held
        return descriptor

    def _allocate(self, path: Path) -> None:
        """A file of zeros, whole or not at all.

        prometheus_client would make a sparse one, in which a write to a full disk ends the process (SIGBUS), and for a
        moment an empty one, over which every scrape fails for good if the process is killed then (its issue 1199)."""
        new = path.with_suffix(".new")
        new.write_bytes(bytes(_FILE_BYTES))
        new.rename(path)

    def _locks_of_the_dead(self) -> list[Path]:
        dead = []
        for lock in sorted(self.path.glob("live_*.lock")):
            if lock.stem != f"live_{self.identity()}" and (descriptor := _held(lock)) is not None:
                os.close(descriptor)
                dead.append(lock)
        return dead

    def _sum(self, kind: str) -> Path | None:
        return max(self.path.glob(f"{kind}_0-*.db"), key=_number, default=None)

    def _add(self, kind: str, token: str) -> None:
        """Add one dead process's file to the sum. One rename decides: a crash before or after it counts nothing twice,
        since `files` takes the newest sum alone, and not the file that this sum names."""
        from prometheus_client.mmap_dict import MmapedDict

        self._clear(kind)  # what a crash left must go before the sum names another
        before, own = self._sum(kind), self.path / f"{kind}_{token}.db"
        if not own.exists():
            return
        totals: dict[str, float] = defaultdict(float)
        for path in filter(None, (before, own)):
            for key, value, _, _ in MmapedDict.read_all_values_from_file(str(path)):
                totals[key] += value
        name = f"{kind}_0-{_number(before) + 1 if before else 1}-{token}"
        made = self.path / f"{name}.made"
        self._allocate(made)
        with closing(MmapedDict(str(made))) as file:
            for key, value in totals.items():
                file.write_value(key, value, 0.0)
        made.rename(self.path / f"{name}.db")
        self._clear(kind)

    def _clear(self, kind: str) -> None:
        """Remove what the newest sum holds already."""
        newest = self._sum(kind)
        if newest is not None:
            (self.path / f"{kind}_{_token(newest)}.db").unlink(missing_ok=True)
            for old in self.path.glob(f"{kind}_0-*.db"):
                if old != newest:
                    old.unlink()

    def _forget(self) -> None:
        found = [path for path in self.path.iterdir() if path.name != "leader.lock"]
        dead = {lock.stem for lock in self._locks_of_the_dead()}  # after looking: who registers now is not in `found`
        living = {lock.stem for lock in self.path.glob("live_*.lock")} - dead
        with self._reading:
            for path in found:
                if f"live_{path.stem.split('_')[-1]}" not in living:
                    path.unlink(missing_ok=True)


def _number(sum_file: Path) -> int:
    return int(sum_file.stem.split("-")[1])


def _token(sum_file: Path) -> str:
    """Of the process added last."""
    return sum_file.stem.split("-", 2)[2]


def _held(lock: Path) -> int | None:
    """A descriptor that holds `lock` until it is closed or the process dies; None where another holds it."""
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
