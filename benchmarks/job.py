"""How fast is the job, next to a bare loop? How soon is a mention in SQL? Does memory stay flat?

    python -m benchmarks.job [--records 40000] [--long 200000]

Real Kafka broker on loopback, embedded store, shipped models, the sample texts under new ids, in the
mixture of a feed (feed.py)."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from kafka import KafkaAdminClient, KafkaProducer
from rich.console import Console
from rich.table import Table

from benchmarks import feed, machine
from configs.observe import LogSettings
from deploy.kafka.broker import Broker
from pipeline import logs

ROUNDS = 3
PARTITIONS = 4
SECONDS_AT_HALF = 30


def values(count: int) -> Iterator[bytes]:
    texts = feed.texts()
    for n in range(count):
        yield json.dumps(
            {
                "platform": "x",
                "native_id": str(10**18 + n),
                "text": texts[n % len(texts)],
                "published_at": f"2024-03-{n % 28 + 1:02}T12:00:00Z",
                "author": {"id": str(n % 5000), "followers": n * 7919 % 100_000},
                "engagement": {"likes": n % 50, "reposts": n % 7},
            },
            ensure_ascii=False,
        ).encode()


def create(broker: Broker, topic: str) -> None:
    """A topic whose records carry the time at which the broker appended them."""
    wanted = {
        "num_partitions": PARTITIONS,
        "replication_factor": 1,
        "configs": {"message.timestamp.type": "LogAppendTime"},
    }
    with KafkaAdminClient(bootstrap_servers=broker.bootstrap) as admin:
        admin.create_topics({topic: wanted}, wait_for_metadata=True)


def fill(broker: Broker, topic: str, count: int) -> None:
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap, linger_ms=20)
    for n, value in enumerate(values(count)):
        producer.send(topic, value, partition=n % PARTITIONS)
    producer.flush()
    producer.close()


def start(*args: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.workers", *map(str, args)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    )


def result(process: subprocess.Popen[str]) -> dict:
    out, _ = process.communicate(timeout=1200)
    return json.loads(out.strip().splitlines()[-1])


def throughput(broker: Broker, topic: str, count: int) -> tuple[list[float], list[float]]:
    """Rates of job and bare loop, run in turn so that a drifting machine hits both."""
    jobs, bares = [], []
    for _ in range(ROUNDS):
        jobs.append(result(start("job", broker.bootstrap, topic, count))["rate"])
        bares.append(result(start("bare", broker.bootstrap, topic, count))["rate"])
    return jobs, bares


def latency(broker: Broker, rate: float) -> list[float]:
    """Seconds from sending a record to the acknowledged write of its batch, at `rate` mentions a second."""
    topic = "latency"
    create(broker, topic)
    count = round(rate * SECONDS_AT_HALF)
    producer = KafkaProducer(
        bootstrap_servers=broker.bootstrap, linger_ms=5
    )  # a request a record would make the producer the heaviest process
    warm = round(rate)
    process = start("job", broker.bootstrap, topic, count + warm)
    done: dict = {}
    reader = threading.Thread(target=lambda: done.update(result(process)))
    reader.start()
    time.sleep(12)  # imports and models; the warm-up second is not counted
    sent, began = [], time.time()
    for n, value in enumerate(values(count + warm)):
        pause = began + n / rate - time.time()
        if pause > 0:
            time.sleep(pause)
        sent.append(time.time())
        producer.send(topic, value, partition=n % PARTITIONS)
    producer.flush()
    reader.join()
    return waits(sent, done["marks"])[warm:]


def waits(sent: list[float], marks: list[list[float]]) -> list[float]:
    """The n-th record was visible when n were acknowledged (partitions are served in turn: right within a batch)."""
    delays, at = [], 0
    for n, when in enumerate(sent, 1):
        while marks[at][0] < n:
            at += 1
        delays.append(marks[at][1] - when)
    return delays


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=40_000, help="mentions a throughput run")
    parser.add_argument("--long", type=int, default=200_000, help="mentions of the memory run; 0 leaves it out")
    options = parser.parse_args()
    logs.start(LogSettings(level="WARNING"))
    console = Console()
    console.print(machine.line())
    with tempfile.TemporaryDirectory(prefix="echolot-bench-kafka-") as folder, Broker(Path(folder)) as broker:
        create(broker, "bench")
        fill(broker, "bench", max(options.records, options.long))
        jobs, bares = throughput(broker, "bench", options.records)
        ratio = statistics.median(j / b for j, b in zip(jobs, bares, strict=True))
        table = Table("run", "mentions/s, median", "min", "max", title=f"{ROUNDS} rounds of {options.records} mentions")
        for name, rates in (("job", jobs), ("bare loop", bares)):
            table.add_row(name, *(f"{f(rates):.0f}" for f in (statistics.median, min, max)))
        console.print(table)
        console.print(f"job / bare loop, median of rounds: {ratio:.2f} (goal 0.8)")
        half = statistics.median(jobs) / 2
        delays = latency(broker, half)
        console.print(
            f"append to SQL at {half:.0f} mentions/s (half of the top speed), {len(delays)} mentions: "
            f"p50 {percentile(delays, 0.5) * 1000:.0f} ms, p99 {percentile(delays, 0.99) * 1000:.0f} ms, "
            f"max {max(delays) * 1000:.0f} ms (goals 300 and 1000)"
        )
        if options.long:
            run = result(start("job", broker.bootstrap, "bench", options.long))
            table = Table("mentions", "job MB", "store process MB", title=f"memory over {options.long} mentions")
            for records, own, store in run["memory"]:
                table.add_row(f"{records:.0f}", f"{own:.0f}", f"{store:.0f}")
            console.print(table)


if __name__ == "__main__":
    main()
