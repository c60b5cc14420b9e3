"""`make demo-kafka`: a real broker, the sample posts produced at a rate, the job, and the queue while it fills.

python -m deploy.kafka.demo [--rate 40] [--folder demo-data-kafka]"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from kafka import KafkaAdminClient
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text
from typer import BadParameter

from configs.settings import ChdbStoreSettings
from deploy.kafka.broker import Broker, BrokerError
from pipeline import report
from pipeline.commands import tables
from pipeline.commands.demo import empty
from pipeline.stores import open_store
from schemas.errors import EcholotError

ROOT = Path(__file__).parents[2]
TOPIC = "mentions"
_IDLE_SECONDS, _FIRST_SECONDS = 4, 60  # without news after the producer's end; before the first batch is written
_AROUND_LINES = 5  # title, header and rule of the table, and room for the prompt
_CONFIG = """\
source: {{kind: kafka, bootstrap: ["{bootstrap}"], topics: [{{name: {topic}}}]}}
store: {{kind: chdb, path: store}}
"""


def main() -> int:
    """Runs until all samples are in the store, or Ctrl-C; stops all that it started."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=40, help="posts a second")
    parser.add_argument("--folder", type=Path, default=Path("demo-data-kafka"), help="work folder; emptied first")
    options = parser.parse_args()
    try:
        empty(options.folder)
    except BadParameter as error:
        parser.error(str(error))
    console = Console()
    console.print("starting a Kafka broker ...")
    try:
        with Broker(options.folder / "broker") as broker:
            return _run(broker, options.folder, options.rate, console)
    except BrokerError as error:
        console.print(f"demo-kafka: {error}")
        return 1


def _run(broker: Broker, folder: Path, rate: float, console: Console) -> int:
    with KafkaAdminClient(bootstrap_servers=broker.bootstrap) as admin:
        admin.create_topics({TOPIC: {"num_partitions": 4, "replication_factor": 1}}, wait_for_metadata=True)
    config = folder / "echolot.yaml"
    config.write_text(_CONFIG.format(bootstrap=broker.bootstrap, topic=TOPIC), encoding="utf-8")
    console.print(f"broker at {broker.bootstrap}; producing the sample posts at {rate:g}/s into topic {TOPIC!r}")
    console.print(f"running: echolot stream --config {config}\n")
    started = [
        _start(
            folder / "producer.log",
            "samples.produce",
            "--bootstrap",
            broker.bootstrap,
            "--topic",
            TOPIC,
            "--rate",
            rate,
        ),
        _start(folder / "stream.log", "pipeline.commands.app", "stream", "--config", config),
    ]
    producer, job = started
    try:
        _watch(ChdbStoreSettings(path=folder / "store"), producer, job, console)
        job.terminate()
        console.print(f"\nSIGTERM sent: the job finished its batch, committed and exited with {job.wait(60)}")
    except KeyboardInterrupt:
        console.print("\nstopping ...")
    finally:
        for process in started:
            process.terminate()
            process.wait(60)
    console.print(
        f'Ask the store: .venv/bin/echolot sql --config {config} "SELECT * FROM ingest_accounting"', soft_wrap=True
    )
    return 0 if job.returncode == 0 else _failed(folder / "stream.log", console)


def _start(log: Path, module: str, *arguments: object) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", module, *map(str, arguments)], cwd=ROOT, stdout=out, stderr=subprocess.STDOUT
        )


def _watch(
    store: ChdbStoreSettings, producer: subprocess.Popen[bytes], job: subprocess.Popen[bytes], console: Console
) -> None:
    """Show the queue once a second until nothing has come for some seconds after the producer's end."""
    with closing(open_store(store)) as reader, Live(console=console, refresh_per_second=4) as live:
        idle, last, seen = 0, -1, 0
        while job.poll() is None and idle < (_IDLE_SECONDS if seen else _FIRST_SECONDS):
            time.sleep(1)
            try:
                seen = reader.query("SELECT count() FROM ledger FINAL").rows[0][0]
                queue = report.queue(reader, _rows_that_fit(console))
            except EcholotError:
                continue  # the job has not made its tables yet
            live.update(_view(console, queue, seen))
            idle = idle + 1 if seen == last and producer.poll() is not None else 0
            last = seen


def _rows_that_fit(console: Console) -> int:
    return max((console.height - _AROUND_LINES) // report.MOST_LINES, 1)


def _view(console: Console, queue: report.Section, seen: int) -> Group:
    """The queue as a table; on a terminal too narrow for one, without the posts."""
    shown: Table | None = tables.table(console, queue.names, queue.rows, most_lines=report.MOST_LINES)
    if shown is None:
        shown = tables.table(console, queue.names[:-1], [row[:-1] for row in queue.rows], most_lines=report.MOST_LINES)
    return Group(Text(f"{queue.title} ({seen} records read)", style="bold"), shown or Text("widen the terminal"))


def _failed(log: Path, console: Console) -> int:
    console.print(f"the job failed; the end of {log}:")
    console.print(
        "".join(log.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)[-10:]), markup=False
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
