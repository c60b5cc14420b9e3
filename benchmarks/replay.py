"""How fast is a replay, next to a bare loop and with another worker? Does memory stay flat? Does a live stream feel it?

    python -m benchmarks.replay [--records 10000000] [--speed-records 100000]

The dump is made of the sample posts (dumps.py), the models are the shipped ones. Speed is measured on --speed-records,
memory on all --records, both with the embedded store and with a ClickHouse server where one is installed. All lies
in a temporary folder (TMPDIR) and is removed at the end."""

from __future__ import annotations

import argparse
import itertools
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from clickhouse_driver import Client
from clickhouse_driver.errors import Error as DriverError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from benchmarks import beside, dumps, machine
from benchmarks.runs import Mark, Run, StoreSettings, memory, rate
from configs.settings import ChdbStoreSettings, ClickHouseStoreSettings
from deploy.kafka import broker
from sinks.chdb_link import is_owned
from tests.services import clickhouse_server

Stores = dict[str, Callable[[], AbstractContextManager[StoreSettings]]]
TRIED = 20_000  # records, some batches, of the run that tells how long all of it will take
EMBEDDED = "chDB"
_ROW_BYTES = 700  # of a store on disk, a record, merges included; a safe guess. Stores lie there one at a time
_START_SECONDS = 15  # of a process: imports, models, store
_numbers = itertools.count()


def embedded(folder: Path) -> Callable[[], AbstractContextManager[ChdbStoreSettings]]:
    """Fresh embedded stores, each gone at its end."""

    @contextmanager
    def fresh() -> Iterator[ChdbStoreSettings]:
        path = folder / f"store-{next(_numbers)}"
        try:
            yield ChdbStoreSettings(path=path)
        finally:
            until = time.monotonic() + 60
            while path.exists() and is_owned(path) and time.monotonic() < until:
                time.sleep(0.2)
            shutil.rmtree(path, ignore_errors=True)

    return fresh


def databases(port: int) -> Callable[[], AbstractContextManager[ClickHouseStoreSettings]]:
    """Fresh databases of a server, each gone at its end."""

    @contextmanager
    def fresh() -> Iterator[ClickHouseStoreSettings]:
        name = f"bench_{next(_numbers)}"
        try:
            yield ClickHouseStoreSettings(port=port, database=name)
        finally:
            with suppress(DriverError):  # the same signal may have ended the server, whose folder goes, too
                Client("127.0.0.1", port=port).execute(f"DROP DATABASE IF EXISTS {name}")

    return fresh


@contextmanager
def stores(console: Console, folder: Path) -> Iterator[Stores]:
    """What rows go into, by name."""
    binary = clickhouse_server.find()
    if binary is None:
        console.print(clickhouse_server.HOW_TO_GET)
        yield {EMBEDDED: embedded(folder)}
        return
    (folder / "server").mkdir()
    server = clickhouse_server.ClickHouseServer(binary, folder / "server")
    server.start()
    try:
        version = Client("127.0.0.1", port=server.port).execute("SELECT version()")[0][0]
        yield {EMBEDDED: embedded(folder), f"ClickHouse server {version}": databases(server.port)}
    finally:
        server.stop()


@contextmanager
def shown(console: Console, what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar of records while it lasts, where there is a terminal."""
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    with Progress(TextColumn(what), *columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=total)
        yield lambda records: bar.update(task, completed=records)


def timed(
    console: Console, what: str, kind: str, store: StoreSettings, file: Path, total: int, workers: int = 1
) -> list[Mark]:
    """The marks of one run over the file."""
    more = ("--workers", workers) if kind == "replay" else ()
    with shown(console, what, total) as say, Run(kind, as_argument(store), file, *more) as run:
        return run.wait(say)


def as_argument(store: StoreSettings) -> str:
    return store.model_dump_json(exclude={"password"})


def speed(console: Console, stores: Stores, file: Path, options: argparse.Namespace) -> float:
    """Rates with each store, in turn so that a drifting machine hits all. That of one worker with the embedded one."""
    kinds = {"bare loop": ("bare", 1), "replay, 1 worker": ("replay", 1), "replay, 2 workers": ("replay", 2)}
    rates: dict[str, dict[str, list[float]]] = {store: {run: [] for run in kinds} for store in stores}
    for number in range(1, options.rounds + 1):
        for (store, fresh), (run, (kind, workers)) in itertools.product(stores.items(), kinds.items()):
            with fresh() as settings:
                what = f"round {number}, {store}, {run}"
                found = rate(timed(console, what, kind, settings, file, options.speed_records, workers))
            rates[store][run].append(found)
            console.print(f"{what}: {found:.0f} records/s")
    for store, found_by in rates.items():
        title = f"{store}: {options.rounds} rounds of {options.speed_records} records"
        table = Table("run", "records/s, median", "min", "max", title=title)
        for run, found_rates in found_by.items():
            table.add_row(run, *(f"{f(found_rates):.0f}" for f in (statistics.median, min, max)))
        bare, one, two = found_by.values()
        console.print(table)
        console.print(
            f"1 worker / bare loop, median of rounds: {ratio(one, bare):.2f} (goal 0.9); "
            f"2 workers / 1 worker: {ratio(two, one):.2f} (goal 1.8)"
        )
    return statistics.median(rates[EMBEDDED]["replay, 1 worker"])


def ratio(these: list[float], those: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(these, those, strict=True))


def growth(
    console: Console, store: str, fresh: Callable[[], AbstractContextManager[StoreSettings]], file: Path, count: int
) -> None:
    """Memory of a replay by two workers into that store, early and late."""
    with fresh() as settings:
        marks = timed(console, f"memory, {store}, 2 workers", "replay", settings, file, count, workers=2)
    early, late = memory(marks, count // 10), memory(marks, count)
    columns = ("records", "replay and its 2 workers, MB", "highest so far, MB", "process of the store, MB")
    speed = count / (marks[-1].at - marks[0].at)
    table = Table(*columns, title=f"{store}: memory over {count} records, {speed:.0f} records/s")
    for records, values in ((count // 10, early), (count, late)):
        table.add_row(str(records), *(f"{value:.0f}" if value else "a server" for value in values))
    console.print(table)
    console.print(f"{store}: memory at all / at a tenth of the records: {late[0] / early[0]:.2f} (goal 1.1 at most)")


def tried(
    console: Console, fresh: Callable[[], AbstractContextManager[StoreSettings]], folder: Path, seed: int
) -> tuple[float, float]:
    """Records a second of a short bare loop, and bytes a record of its dump."""
    file = folder / "tried.jsonl.gz"
    size = dumps.write(file, TRIED, seed=seed)
    with fresh() as settings:
        return rate(timed(console, "how fast is this machine?", "bare", settings, file, TRIED)), size / TRIED


def seconds(options: argparse.Namespace, number_of_stores: int, top: float) -> float:
    """How long all of it will take, roughly, where a bare loop does `top` records a second."""
    a_round = options.speed_records / top * (1 + 1 / 0.9 + 1 / 1.5) + 3 * _START_SECONDS
    live = len(beside.SITUATIONS) * (options.seconds + 3 * _START_SECONDS)
    long = options.records / top / 1.5 + _START_SECONDS
    return number_of_stores * (options.rounds * a_round + long) + live


def require_room(folder: Path, records: int, record_bytes: float, suffix: str) -> None:
    """Ends it where the disk would be full before the end."""
    needed, free = records * (_ROW_BYTES + record_bytes * (1 if suffix else 5)), shutil.disk_usage(folder).free
    if needed > free:
        raise SystemExit(
            f"{folder}: {records} records need about {needed / 1e9:.1f} GB there, and {free / 1e9:.1f} GB are free; "
            f"make room, set TMPDIR, or give fewer --records"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=10_000_000, help="of the runs that show memory")
    parser.add_argument("--speed-records", type=int, default=100_000, help="of a run that is timed")
    parser.add_argument("--rounds", type=int, default=3, help="of timed runs")
    parser.add_argument("--seconds", type=int, default=30, help="of live stream in each situation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="do not gzip the dump")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended, and the folder removed
    console, suffix = Console(), "" if options.plain else ".gz"
    console.print(machine.line())
    with tempfile.TemporaryDirectory(prefix="echolot-bench-replay-") as place, stores(console, Path(place)) as found:
        folder = Path(place)
        top, record_bytes = tried(console, found[EMBEDDED], folder, options.seed)
        require_room(folder, options.records, record_bytes, suffix)
        console.print(f"this will take some {seconds(options, len(found), top) / 60:.0f} minutes")
        short, whole = folder / f"short.jsonl{suffix}", folder / f"whole.jsonl{suffix}"
        for file, count in ((short, options.speed_records), (whole, options.records)):
            with shown(console, "writing the dump", count) as say:
                size = dumps.write(file, count, seed=options.seed, say=say)
            console.print(f"dump of {count} records, seed {options.seed}: {size / 1e6:.0f} MB in {folder}")
        one = speed(console, found, short, options)
        for store, fresh in found.items():
            growth(console, store, fresh, whole, options.records)
        missing = broker.why_not()
        if missing:
            console.print(f"no live stream beside a replay: {missing}")
        else:
            beside.delays(console, found[EMBEDDED], whole, one / 4, options.seconds)


if __name__ == "__main__":
    main()
