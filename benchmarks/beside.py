"""Does a live stream feel a replay beside it? Seconds from append to SQL, with and without one into another generation
of the same store, with and without a bound on its rate. Part of benchmarks/replay.py.

Real Kafka broker on loopback. Sending, broker, stream, replay and store share the cores of one machine."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from kafka import KafkaProducer
from rich.console import Console
from rich.table import Table

from benchmarks.job import PARTITIONS, create, percentile, values, waits
from benchmarks.runs import Run, StoreSettings
from deploy.kafka.broker import Broker

SITUATIONS = ("nothing", "a replay", "a replay with --max-rate")
_START_SECONDS = 120  # of a process on a busy machine
_CATCH_UP = 10  # times as long as it was fed may a stream take to write all


def delays(
    console: Console,
    fresh: Callable[[], AbstractContextManager[StoreSettings]],
    dump: Path,
    rate: float,
    seconds: int,
) -> None:
    """`rate`: mentions a second of the stream, and the bound on the replay's."""
    title = f"append to SQL of a stream of {rate:.0f} mentions/s over {seconds} s"
    table = Table("beside it", "p50 ms", "p99 ms", "max ms", "replay, records/s", title=title)
    with tempfile.TemporaryDirectory(prefix="echolot-bench-kafka-") as folder, Broker(Path(folder)) as broker:
        for number, situation in enumerate(SITUATIONS):
            create(broker, f"live-{number}")
            bound = ("--max-rate", rate) if number == 2 else ()
            replay = ("--generation", "other", *bound) if number else None
            with fresh() as store:
                found, beside = measured(broker, f"live-{number}", store, dump, replay, rate=rate, seconds=seconds)
            figures = (percentile(found, 0.5), percentile(found, 0.99), max(found))
            row = [f"{value * 1000:.0f}" for value in figures]
            table.add_row(situation, *row, beside)
            console.print(f"beside {situation}: p50 {row[0]} ms")
    console.print(table)
    console.print("goals of a stream by itself: p50 300 ms, p99 1,000 ms at half of the top speed")


def measured(
    broker: Broker,
    topic: str,
    store: StoreSettings,
    dump: Path,
    replay: tuple[object, ...] | None,
    *,
    rate: float,
    seconds: int,
) -> tuple[list[float], str]:
    """Delays of the mentions sent in `seconds`, and how fast a replay with these options was meanwhile."""
    warm, count = max(PARTITIONS, round(rate)), round(rate * seconds)
    ready, where = list(values(warm + count)), store.model_dump_json(exclude={"password"})
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap, linger_ms=5)
    sent: list[float] = []

    def send(first: int, end: int) -> None:
        began = time.time()
        for n in range(first, end):
            time.sleep(max(0.0, began + (n - first) / rate - time.time()))
            sent.append(time.time())
            producer.send(topic, ready[n], partition=n % PARTITIONS)
        producer.flush()

    with ExitStack() as stack:
        live = stack.enter_context(Run("live", where, broker.bootstrap, topic))
        send(0, warm)
        live.wait_for(warm, _START_SECONDS)
        other = stack.enter_context(Run("replay", where, dump, *replay)) if replay else None
        if other is not None:
            other.wait_for(1, _START_SECONDS)
        before, began, beside = other.records if other else 0, time.time(), ""
        send(warm, warm + count)
        if other is not None:
            beside = f"{(other.records - before) / (time.time() - began):.0f}"
            beside += ", over before the end: take more --records" if other.ended else ""
        live.wait_for(warm + count, seconds * _CATCH_UP + _START_SECONDS)
        marks = [[float(mark.records), mark.at] for mark in live.marks]
    producer.close()
    return waits(sent, marks)[warm:], beside
