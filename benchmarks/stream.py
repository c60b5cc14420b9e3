"""How fast is the job on Flink, next to a bare loop? How soon is a mention in SQL? How soon does it recover?

    python -m benchmarks.stream [--records 40000]

Real Kafka and Flink on loopback, embedded store, shipped models, the sample texts under new ids in the
mixture of a feed (feed.py). Everything shares the cores of one machine: broker, three JVMs of Flink, Python workers,
the store's process and the producer."""

from __future__ import annotations

import argparse
import itertools
import os
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from rich.console import Console
from rich.table import Table

from benchmarks import machine
from benchmarks.job import PARTITIONS, create, fill, percentile, result, start, values
from configs.flink import ExternalWorkers, FlinkSettings
from configs.observe import MetricsSettings
from configs.settings import ChdbStoreSettings, JobSettings, KafkaSource, Topic
from deploy.flink.cluster import Cluster
from deploy.kafka.broker import Broker
from pipeline import job
from pipeline.engines.flink_rest import FlinkRest, Job
from pipeline.stores import open_store
from schemas.errors import EcholotError
from sinks.chdb import ChdbStore
from sinks.chdb_link import Address
from sinks.store import Store

ROUNDS = 3
LOOK_SECONDS = 0.1  # how often SQL is asked; every look costs the store 5 ms of a core
SECONDS_OF_DELAYS = 30
READY = 50_000
WORKER = [sys.executable, "-m", "pipeline.worker"]
_numbers = itertools.count()


@dataclass
class Watch:
    """What SQL shows over time: (seconds of the clock in the middle of the question, records by partition)."""

    store: Store
    looks: list[tuple[float, dict[int, int]]] = field(default_factory=list)

    def look(self) -> int:
        """Ask once; how many records are there."""
        began = time.time()
        try:
            rows = self.store.query("SELECT partition, max(position) + 1 FROM ledger GROUP BY partition").rows
        except EcholotError:
            return self.total
        self.looks.append(((began + time.time()) / 2, dict(rows)))
        return self.total

    @property
    def total(self) -> int:
        return sum(self.looks[-1][1].values()) if self.looks else 0

    def until(self, records: int, pause: float, timeout: float = 600) -> None:
        deadline = time.monotonic() + timeout
        while self.look() < records:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.total} of {records} after {timeout:g} s")
            time.sleep(pause)

    def rate(self) -> float:
        """Mentions a second from the first tenth to the last; starting and ending count for nothing."""
        sums = [(at, sum(p.values())) for at, p in self.looks]
        top = sums[-1][1]
        began, ended = (next(s for s in sums if s[1] >= top * share) for share in (0.1, 0.95))
        return (ended[1] - began[1]) / (ended[0] - began[0])


@contextmanager
def running(
    broker: Broker, cluster: Cluster, topic: str, workers: int, metrics_port: int | None = None
) -> Iterator[tuple[Job, Watch]]:
    """A job on Flink with so many workers, and a watch on its store."""
    with tempfile.TemporaryDirectory(prefix="echolot-bench-", ignore_cleanup_errors=True) as folder:
        settings = JobSettings(
            engine="flink",
            source=KafkaSource(
                bootstrap=(broker.bootstrap,),
                topics=(Topic(name=topic, format="canonical"),),
                group=f"bench-{next(_numbers)}",
            ),
            store=ChdbStoreSettings(path=Path(folder) / "store"),
            metrics=MetricsSettings(port=metrics_port, folder=Path(folder) / "metrics"),
            flink=FlinkSettings(
                rest=cluster.rest,
                job_server=cluster.job_server,
                workers=ExternalWorkers(pool=cluster.worker_pool),
                parallelism=workers,
            ),
        )
        submitted = job.submit(settings, stop=threading.Event())
        rest = FlinkRest(cluster.rest)
        try:
            with closing(open_store(settings.store)) as store:
                yield submitted, Watch(store)
        finally:
            rest.cancel(submitted.id)
            rest.wait_until_over(submitted.id)


def throughput(console: Console, broker: Broker, cluster: Cluster, count: int) -> dict[int, list[float]]:
    """Rates by number of workers, in turn with the bare loop so that a drifting machine hits all."""
    rates: dict[int, list[float]] = {0: [], 1: [], 2: []}
    for _ in range(ROUNDS):
        rates[0].append(result(start("bare", broker.bootstrap, "bench", count))["rate"])
        for workers in (1, 2):
            with running(broker, cluster, "bench", workers) as (_job, watch):
                watch.until(count, 0.5)
                rates[workers].append(watch.rate())
    table = Table("run", "mentions/s, median", "min", "max", "/ bare", title=f"{ROUNDS} rounds of {count} mentions")
    for workers, name in ((0, "bare loop"), (1, "Flink, 1 worker"), (2, "Flink, 2 workers")):
        ratio = statistics.median(a / b for a, b in zip(rates[workers], rates[0], strict=True))
        table.add_row(name, *(f"{f(rates[workers]):.0f}" for f in (statistics.median, min, max)), f"{ratio:.2f}")
    console.print(table, "goal: 0.9 of the bare loop")
    return rates


class Feed:
    """Sends at a rate until stopped."""

    def __init__(self, broker: Broker, topic: str, rate: float) -> None:
        self.count = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(broker, topic, rate), daemon=True)
        self._thread.start()

    def _run(self, broker: Broker, topic: str, rate: float) -> None:
        producer = KafkaProducer(bootstrap_servers=broker.bootstrap, linger_ms=20)
        ready = list(values(READY))  # encoded before, since a producer elsewhere would take none of our cores for it
        began = time.time()
        for n, value in enumerate(itertools.cycle(ready)):
            while (pause := began + n / rate - time.time()) > 0:
                if self._stop.wait(min(pause, 0.2)):
                    break
            if self._stop.is_set():
                break
            producer.send(topic, value, partition=n % PARTITIONS)
            self.count = n + 1
        producer.close()

    def stop(self) -> int:
        self._stop.set()
        self._thread.join()
        return self.count


def appended(broker: Broker, topic: str) -> dict[int, list[float]]:
    """When the broker appended each record, by partition."""
    consumer = KafkaConsumer(bootstrap_servers=broker.bootstrap, enable_auto_commit=False)
    with closing(consumer):
        partitions = [TopicPartition(topic, n) for n in range(PARTITIONS)]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        ends = consumer.end_offsets(partitions)
        times: dict[int, list[float]] = {each.partition: [] for each in partitions}
        while any(consumer.position(each) < ends[each] for each in partitions):
            for each, records in consumer.poll(timeout_ms=1000).items():
                times[each.partition] += [record.timestamp / 1000 for record in records]
        return times


def delays(times: dict[int, list[float]], looks: list[tuple[float, dict[int, int]]], since: float) -> list[float]:
    """Seconds from `times` to when SQL showed the record, for those after `since`: midway between the last look
    without it and the first with it."""
    found = []
    for partition, of in times.items():
        at = 1
        for position, when in enumerate(of):
            while at < len(looks) and looks[at][1].get(partition, 0) <= position:
                at += 1
            if at < len(looks) and when >= since:
                found.append((looks[at - 1][0] + looks[at][0]) / 2 - when)
    return found


@dataclass(frozen=True, slots=True)
class Load:
    """What half load did: seconds from append to SQL of each mention, inserts a second, most active parts."""

    delays: list[float]
    inserts: float
    parts: dict[str, int]


def half_load(broker: Broker, cluster: Cluster, rate: float, workers: int) -> Load:
    """With so many workers, at `rate` mentions a second."""
    topic = f"latency-{next(_numbers)}"
    create(broker, topic)
    with running(broker, cluster, topic, workers) as (_job, watch):
        feed = Feed(broker, topic, rate)
        watch.until(round(rate * 3), 0.2)
        while watch.look() < feed.count - rate:  # what came while the workers started is worked off first
            time.sleep(0.2)
        since, inserts = time.time(), _inserts(watch.store)
        while time.time() < since + SECONDS_OF_DELAYS:
            watch.look()
            time.sleep(LOOK_SECONDS)
        rate_of_inserts = (_inserts(watch.store) - inserts) / (time.time() - since)
        parts = watch.store.query(
            "SELECT table, count() FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table "
            "ORDER BY count() DESC, table LIMIT 3"
        ).rows
        watch.until(feed.stop(), LOOK_SECONDS)
    return Load(delays(appended(broker, topic), watch.looks, since), rate_of_inserts, dict(parts))


def latency(console: Console, broker: Broker, cluster: Cluster, tops: dict[int, float]) -> None:
    """Append to SQL, inserts a second and parts, by number of workers, at half of what they can do; in turn."""
    loads: dict[int, list[Load]] = {workers: [] for workers in tops}
    for _ in range(ROUNDS):
        for workers, top in tops.items():
            loads[workers].append(half_load(broker, cluster, top / 2, workers))
    table = Table("workers", "mentions/s", "p50 ms", "p99 ms", "inserts/s", "active parts", title="append to SQL")
    for workers, rounds in loads.items():
        halves, tails = ([1000 * percentile(load.delays, share) for load in rounds] for share in (0.5, 0.99))
        table.add_row(
            str(workers),
            f"{tops[workers] / 2:.0f}",
            *(f"{statistics.median(of):.0f} ({min(of):.0f} to {max(of):.0f})" for of in (halves, tails)),
            f"{statistics.median(load.inserts for load in rounds):.1f}",
            ", ".join(f"{name} {count}" for name, count in rounds[-1].parts.items()),
        )
    how = f"medians of {ROUNDS} rounds (lowest to highest) of {SECONDS_OF_DELAYS} s at half load; from the broker to "
    seen = f"midway between two questions to SQL, {LOOK_SECONDS * 1000:.0f} ms apart. Goals 300 and 1000"
    console.print(table, how + seen)


def _inserts(store: Store) -> int:
    rows = store.query("SELECT value FROM system.events WHERE event = 'InsertQuery'").rows
    return int(rows[0][0]) if rows else 0


def recovery(console: Console, broker: Broker, cluster: Cluster, rate: float) -> None:
    """The longest time without anything new in SQL after each kind of kill, at `rate`; and is anything missing?"""
    create(broker, "recovery")

    def taskmanager() -> None:
        cluster.taskmanagers[0].kill()
        cluster.taskmanagers[0].start()

    def kafka() -> None:
        broker.kill()
        broker.start()

    kinds: dict[str, Callable[[], None]] = {
        "Python worker": lambda: os.kill(cluster.worker_pids()[0], signal.SIGKILL),
        "TaskManager": taskmanager,
        "broker": kafka,
        "store process": lambda: os.kill(owner(watch), signal.SIGKILL),
    }
    every = f"checkpoints every {FlinkSettings().checkpoint.total_seconds():g} s"
    table = Table("killed", "seconds without a new mention", title=f"recovery at {rate:.0f} mentions/s, {every}")
    with running(broker, cluster, "recovery", 2) as (_job, watch):
        feed = Feed(broker, "recovery", rate)
        watch.until(round(rate * 3), 0.2)
        for name, kill in kinds.items():
            table.add_row(name, f"{_stood_still(watch, kill):.1f}")
        total = feed.stop()
        watch.until(total, 0.2)
        seen = watch.store.query("SELECT count() FROM ledger FINAL").rows[0][0]
    console.print(table, f"{total} records sent, {seen} in the ledger")


def _stood_still(watch: Watch, kill: Callable[[], None], most: float = 90) -> float:
    """Kills, and looks until mentions come again for five seconds; the longest pause."""
    killer = threading.Thread(target=kill)
    before, last, longest, moving = watch.look(), time.time(), 0.0, 0.0
    killer.start()
    began = time.time()
    while time.time() < began + most and moving < 5:
        time.sleep(0.1)
        now, seen = time.time(), watch.look()
        if seen > before:
            longest, moving = max(longest, now - last), moving + (now - last if now - last < 1.5 else 0)
            before, last = seen, now
        elif now - last >= 1.5:
            moving = 0
    killer.join()
    return longest


def owner(watch: Watch) -> int:
    assert isinstance(watch.store, ChdbStore)
    return Address.read(watch.store.folder).pid


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=40_000, help="mentions a throughput run")
    options = parser.parse_args()
    console = Console()
    console.print(machine.line())
    with tempfile.TemporaryDirectory(prefix="echolot-bench-stream-") as folder:
        root = Path(folder)
        with (
            Broker(root / "kafka") as broker,
            Cluster(root / "flink", taskmanagers=2, slots=1, worker=WORKER) as cluster,
        ):
            create(broker, "bench")
            fill(broker, "bench", options.records)
            rates = throughput(console, broker, cluster, options.records)
            tops = {workers: statistics.median(rates[workers]) for workers in (1, 2)}
            latency(console, broker, cluster, tops)
            recovery(console, broker, cluster, tops[2] / 2)


if __name__ == "__main__":
    main()
