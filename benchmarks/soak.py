"""Does anything grow? The job on Flink at a steady rate for half an hour; memory, DoFn set-ups, state, once a minute.

    python -m benchmarks.soak [--minutes 30] [--rate 500]

The runner version of the test cluster (Beam 2.62 for Flink 1.19) keeps a little state for every turn of a splittable
DoFn (Beam issue 27648, mended in 2.76): its JVM and its checkpoints grow, and that is what the last columns show."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
import urllib.request
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console
from rich.table import Table

from benchmarks import machine
from benchmarks.job import create
from benchmarks.stream import WORKER, Feed, owner, running
from deploy.flink.cluster import Cluster
from deploy.kafka.broker import Broker
from deploy.ports import free_ports
from pipeline.engines.flink_rest import FlinkRest

HEADERS = ("minute", "mentions", "workers MB", "store MB", "set-ups", "TaskManagers MB", "checkpoint kB", "restarts")


def setups(port: int) -> int:
    """Calls of DoFn.setup so far, in all workers."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        families = text_string_to_metric_families(answer.read().decode())
    return round(sum(s.value for f in families for s in f.samples if s.name == "echolot_graph_setups_total"))


def java_mb(cluster: Cluster) -> float:
    """Resident memory of the TaskManagers; the guard that holds each is small."""
    pids = [part.pid for part in cluster.taskmanagers if part.pid]
    children = [
        int(child)
        for pid in pids
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    ]
    return sum(map(machine.resident_mb, [*pids, *children]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=30)
    parser.add_argument("--rate", type=float, default=500, help="mentions a second; half of the top speed")
    options = parser.parse_args()
    console = Console()
    console.print(machine.line())
    (port,) = free_ports(1)
    rows: list[tuple[float, ...]] = []
    with tempfile.TemporaryDirectory(prefix="echolot-soak-") as folder:
        root = Path(folder)
        with (
            Broker(root / "kafka") as broker,
            Cluster(root / "flink", taskmanagers=2, slots=1, worker=WORKER) as cluster,
        ):
            create(broker, "soak")
            with running(broker, cluster, "soak", 2, port) as (submitted, watch):
                feed, rest = Feed(broker, "soak", options.rate), FlinkRest(cluster.rest)
                began = time.monotonic()
                for minute in range(options.minutes + 1):
                    time.sleep(max(0.0, began + 60 * minute + 30 - time.monotonic()))
                    checkpoints = rest.checkpoints(submitted.id)
                    latest = (checkpoints["latest"].get("completed") or {}).get("state_size", 0)
                    workers = sum(map(machine.resident_mb, cluster.worker_pids()))
                    restarts = checkpoints["counts"]["restored"]
                    row = (minute, watch.look(), workers, machine.resident_mb(owner(watch)), setups(port))
                    rows.append((*row, java_mb(cluster), latest / 1000, restarts))
                    console.print("  ".join(f"{n} {v:.0f}" for n, v in zip(HEADERS, rows[-1], strict=True)))
                total = feed.stop()
                watch.until(total, 0.5)
                seen = watch.store.query("SELECT count() FROM ledger FINAL").rows[0][0]
    table = Table(*HEADERS, title=f"{options.minutes} minutes at {options.rate:.0f} mentions/s")
    for values in rows[:: max(1, len(rows) // 12)]:
        table.add_row(*(f"{value:.0f}" for value in values))
    console.print(table)
    third = max(1, len(rows) // 3)
    early, late = (statistics.mean(row[2] for row in part) for part in (rows[third : 2 * third], rows[2 * third :]))
    console.print(
        f"{total} records sent, {seen} in the ledger; Python workers: {early:.0f} MB in the second third of the "
    )
    console.print(
        f"time, {late:.0f} MB in the last; DoFn set-ups {rows[0][4]:.0f} at first, {rows[-1][4]:.0f} at the end"
    )


if __name__ == "__main__":
    main()
