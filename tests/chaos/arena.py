"""Broker and server, each behind a gate, with what may befall them; the job under test is added by the test."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.errors import TransientError
from sinks.clickhouse import ClickHouseStore
from tests.chaos.monkey import Victim
from tests.chaos.oracle import MOST_BYTES
from tests.services.clickhouse_server import ClickHouseServer
from tests.services.gate import Direction, Gate
from tests.services.gated_broker import GatedBroker, gated_broker

QUICK_BROKER = {"group.min.session.timeout.ms": "500"}  # a killed member's partitions are free again soon
_HOLE_SECONDS = 1.0
_SETTLE_SECONDS = 60.0  # a restart of the job under load takes up to 40 s
_MOST_UP = 200_000  # bytes to the server: greeting, query and inserts of some hundred rows lie below
_MOST_DOWN = 20_000  # bytes from the broker to one partition's consumer, which has fetched ahead already


@dataclass(frozen=True, slots=True)
class Arena:
    """What a job under test runs against. `store` and `kafka.direct` are the test's own way, past the gates."""

    kafka: GatedBroker
    server: ClickHouseServer
    gate: Gate
    store: ClickHouseStore

    def settings(self, topic: str, group: str) -> dict[str, Any]:
        """`echolot.yaml` for a job that sees broker and server through the gates only; the breaker is the default's."""
        return {
            "source": {
                "kind": "kafka",
                "bootstrap": [self.kafka.bootstrap],
                "group": group,
                "topics": [{"name": topic}],
                "poll_records": 500,
                "session": 2,
            },
            "store": {"kind": "clickhouse", "port": self.gate.port},
            "max_record_bytes": MOST_BYTES,
        }

    def progress(self) -> int | None:
        """How far the ledger reaches, over all partitions; None while the server is away. Cheap at any size."""
        ends = "SELECT partition, max(position) + 1 AS far FROM ledger GROUP BY partition"
        return self._count(f"SELECT sum(far) FROM ({ends})")

    def covered(self) -> int | None:
        """How many offsets stand in the ledger."""
        return self._count("SELECT count() FROM (SELECT partition, position FROM ledger GROUP BY partition, position)")

    def settle(self, goal: int) -> None:
        """Wait until the ledger covers `goal` offsets, or has not grown for a while: then the verdict names the gap."""
        most, grew = -1, time.monotonic()
        while most < goal and time.monotonic() - grew < _SETTLE_SECONDS:
            now = self.covered() or 0
            if now > most:
                most, grew = now, time.monotonic()
            time.sleep(0.2)

    def _count(self, sql: str) -> int | None:
        try:
            return int(self.store.query(sql).rows[0][0] or 0)
        except TransientError:
            return None

    def victims(self) -> list[Victim]:
        """Both services and all that can happen on the way to them."""
        return [
            Victim("broker", lambda _: self._kill_broker()),
            Victim("server", self._kill_server),
            Victim("line to the server cut in mid-insert", self._cut),
            Victim("answer of the server lost", self._lose_answer),
            Victim("server in a black hole for a second", lambda _: _hole(self.gate)),
            Victim("line to the broker cut", self._cut_broker),
        ]

    def _kill_broker(self) -> None:
        self.kafka.broker.kill()
        self.kafka.broker.restart()

    def _kill_server(self, draw: random.Random) -> None:
        self.server.kill()
        time.sleep(draw.random())
        self.server.start()

    def _cut(self, draw: random.Random) -> Callable[[], bool]:
        sprung = _cuts_more(self.gate)
        self.gate.sever_after(draw.randrange(1, _MOST_UP), Direction.UP, times=draw.randint(1, 3))
        return sprung

    def _lose_answer(self, draw: random.Random) -> Callable[[], bool]:
        sprung = _cuts_more(self.gate)
        self.gate.drop_response(draw.randrange(100, 20_000))
        return sprung

    def _cut_broker(self, draw: random.Random) -> Callable[[], bool]:
        sprung = _cuts_more(self.kafka.gate)
        if draw.random() < 0.5:
            self.kafka.gate.sever_after(1, Direction.UP, times=3)  # with the next requests
        else:
            self.kafka.gate.sever_after(draw.randrange(1, _MOST_DOWN), Direction.DOWN, times=2)
        return sprung


def _cuts_more(gate: Gate) -> Callable[[], bool]:
    """Tells later whether the gate has cut a line since now."""
    before = gate.severed
    return lambda: gate.severed > before


def _hole(gate: Gate) -> None:
    gate.black_hole()
    time.sleep(_HOLE_SECONDS)
    gate.open()


@contextlib.contextmanager
def arena(folder: Path, *, binary: str, jars: Path) -> Iterator[Arena]:
    """Start everything in `folder`, stop it at the end."""
    (folder / "server").mkdir()
    server = ClickHouseServer(binary, folder / "server")
    server.start()
    try:
        with (
            gated_broker(folder / "kafka", jars=jars, properties=QUICK_BROKER) as kafka,
            Gate("127.0.0.1", server.port) as gate,
            contextlib.closing(ClickHouseStore(port=server.port, answer_seconds=30)) as store,
        ):
            yield Arena(kafka, server, gate, store)
    finally:
        server.stop()


def assert_at_work(kills: list[Any], share: float = 0.8) -> None:
    """Most kills hit a job that had work, else they proved nothing."""
    hit = sum(kill.at_work for kill in kills)
    assert hit >= share * len(kills), f"only {hit} of {len(kills)} kills hit a job at work: send more records"
