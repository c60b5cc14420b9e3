"""The processes that benchmarks/replay.py times: a replay, a bare loop over the same file, and a live job.

    python -m benchmarks.replay_workers replay|bare|live STORE ...      STORE: settings of the store, as JSON

Each prints a JSON line whenever records are written: how many so far, the time of day, how many processes it is with
its workers, their resident MB, and those of the store's process where it is embedded. SIGTERM ends them."""

from __future__ import annotations

import argparse
import gzip
import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from pydantic import TypeAdapter

from benchmarks import machine
from benchmarks.runs import StoreSettings
from benchmarks.workers import embedded_client, insert
from configs.dumps import DumpsSource
from configs.settings import ChdbStoreSettings, JobSettings, JudgeSettings, KafkaSource, Topic
from pipeline import job, replaying, resources
from pipeline.commands.stream import stop_on_signals
from pipeline.engines.local import Totals
from pipeline.replaying import Progress
from pipeline.rows import RowMaker
from pipeline.stores import open_store
from schemas.mention import Mention
from sinks.chdb_link import Address
from sinks.store import Block

_LEAST_SECONDS = 0.1  # between two lines


def replay(store: StoreSettings, options: argparse.Namespace) -> None:
    """`echolot replay FILE` without its progress bar."""
    tell = teller(store)
    source = DumpsSource(paths=(options.file,), max_rate=options.max_rate)
    settings = JobSettings(source=source, store=store, judge=JudgeSettings(generation=options.generation))

    def say(progress: Progress) -> None:
        tell(progress.tally.records)

    done = replaying.run(settings, workers=options.workers, stop=stop_on_signals(), say=say)
    tell(done.tally.records, last=True)


def bare(store: StoreSettings, options: argparse.Namespace) -> None:
    """What somebody would write in an afternoon: read, parse, judge, insert posts and verdicts. No guarantees."""
    tell = teller(store)
    opened = open_store(store)
    opened.migrate()
    opened.close()
    settings = JobSettings(source=DumpsSource(paths=(options.file,)), store=store)
    judge = resources.make_judge(settings)
    rows = RowMaker(generation="live", pseudonym_key="", keep_handles=False)
    put, written = _inserter(store), 0
    for lines in _batches(options.file, settings.source.poll_records):
        mentions = [Mention.model_validate_json(line) for line in lines]
        for block in rows.facts(mentions, judge.judge(mentions))[:2]:
            put(block)
        written += len(lines)
        tell(written)
    tell(written, last=True)


def live(store: StoreSettings, options: argparse.Namespace) -> None:
    """`echolot stream` on this machine, until SIGTERM."""
    tell = teller(store)
    source = KafkaSource(
        bootstrap=(options.bootstrap,), topics=(Topic(name=options.topic, format="canonical"),), group=options.topic
    )

    def note(totals: Totals, _: object) -> None:
        tell(totals.records, every=True)

    job.run(JobSettings(source=source, store=store), stop=stop_on_signals(), progress=note)


def teller(store: StoreSettings) -> Callable[..., None]:
    """What prints the lines."""
    told = time.monotonic()

    def tell(records: int, *, every: bool = False, last: bool = False) -> None:
        nonlocal told
        if not (every or last) and time.monotonic() - told < _LEAST_SECONDS:
            return
        told = time.monotonic()
        pids = [os.getpid(), *(child.pid or 0 for child in multiprocessing.active_children())]
        owner = Address.read(store.path) if isinstance(store, ChdbStoreSettings) else None
        store_mb = machine.resident_mb(owner.pid) if owner else 0.0
        own_mb = sum(map(machine.resident_mb, pids))
        print(json.dumps([records, time.time(), len(pids), own_mb, store_mb]), flush=True)

    return tell


def _batches(path: Path, size: int) -> Iterator[list[bytes]]:
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        yield from iter(lambda: list(islice(lines, size)), [])


def _inserter(store: StoreSettings) -> Callable[[Block], None]:
    """Inserts by the driver alone."""
    if isinstance(store, ChdbStoreSettings):
        embedded = embedded_client(store.path)
        return lambda block: insert(embedded, block)
    from clickhouse_driver import Client

    client = Client(store.host, port=store.port, user=store.user, database=store.database)

    def put(block: Block) -> None:
        sql = f"INSERT INTO `{block.table}` ({', '.join(block.columns)}) VALUES"
        client.execute(sql, [list(values) for values in block.columns.values()], columnar=True)

    return put


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(required=True)
    for run in (replay, bare, live):
        kind = kinds.add_parser(run.__name__)
        kind.set_defaults(run=run)
        kind.add_argument("store", type=TypeAdapter(StoreSettings).validate_json)
        for name in ("bootstrap", "topic") if run is live else ("file",):
            kind.add_argument(name, type=Path if name == "file" else str)
        if run is replay:
            kind.add_argument("--workers", type=int, default=1)
            kind.add_argument("--max-rate", type=float)
            kind.add_argument("--generation", default="live")
    options = parser.parse_args()
    options.run(options.store, options)


if __name__ == "__main__":
    main()
