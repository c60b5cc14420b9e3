"""Fakes that keep the promises of what they stand for: a log with committed offsets, and steps that crash."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from schemas.record import Batch, Record
from sinks.store import Block, Result, Store


class Crash(BaseException):
    """The process died here. Not an Exception: nothing may catch it."""


class Steps:
    """Counts the steps of a job and crashes at the given ones."""

    def __init__(self, crash_at: Iterable[int] = ()) -> None:
        self._crash_at = set(crash_at)
        self.taken = 0
        self.crashes = 0

    def step(self) -> None:
        self.taken += 1
        if self.taken in self._crash_at:
            self.crashes += 1
            raise Crash(f"step {self.taken}")


@dataclass
class Log:
    """Partitions of records with the group's committed offsets; survives crashes."""

    partitions: dict[tuple[str, int], list[Record]]
    committed: dict[tuple[str, int], int] = field(default_factory=dict)


class LogSource:
    """A consumer of a Log: reads on from the committed offsets, cuts batches as told."""

    def __init__(self, log: Log, steps: Steps, sizes: Callable[[], int]) -> None:
        self._log, self._steps, self._sizes = log, steps, sizes
        self._next = {tp: log.committed.get(tp, 0) for tp in log.partitions}

    @property
    def exhausted(self) -> bool:
        return all(self._next[tp] >= len(records) for tp, records in self._log.partitions.items())

    def poll(self, wait_seconds: float) -> Batch | None:
        self._steps.step()
        records: list[Record] = []
        for tp, log in sorted(self._log.partitions.items()):
            size = self._sizes()
            records += log[self._next[tp] : self._next[tp] + size]
            self._next[tp] = min(self._next[tp] + size, len(log))
        return Batch(records) if records else None

    def commit(self, positions) -> None:
        self._steps.step()
        for tp, position in positions.items():
            assert position + 1 >= self._log.committed.get(tp, 0), "a commit went backward"
            self._log.committed[tp] = position + 1
            self._steps.step()

    def close(self) -> None:
        pass


class CrashingStore:
    """A real store with a step before and after every block."""

    def __init__(self, store: Store, steps: Steps) -> None:
        self._store, self._steps = store, steps

    def migrate(self) -> list[str]:
        return self._store.migrate()

    def write(self, blocks: Sequence[Block]) -> None:
        for block in blocks:
            self._steps.step()
            self._store.write([block])
            self._steps.step()

    def query(self, sql: str, parameters=None) -> Result:
        return self._store.query(sql, parameters)

    def close(self) -> None:
        pass
