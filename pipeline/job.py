"""One job from settings to end: schema, generation, source, engine. What `echolot stream` and the demo run."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing

from configs.dumps import DumpsSource
from configs.settings import FilesSource, JobSettings, KafkaSource
from pipeline import generations, marks, metrics, resources
from pipeline.engines import flink, flink_rest, local
from pipeline.sources.dumps import DumpRecords
from pipeline.sources.files import FileRecords
from pipeline.sources.kafka import KafkaRecords
from pipeline.sources.kafka_client import Overtaken, connect
from pipeline.sources.protocol import Source
from pipeline.stopping import unless_stopped
from pipeline.stores import START_SECONDS, open_store
from sinks.store import Store

Progress = Callable[[local.Totals, Source], None]


def run(
    settings: JobSettings,
    *,
    stop: threading.Event,
    progress: Progress = lambda totals, source: None,
    opened: Callable[[Source], None] = lambda source: None,
    prepared: bool = False,
) -> local.Totals:
    """Run the job in this process until `stop` is set or its source is exhausted. `prepared`: prepare() was called.

    Raises ConfigError before anything is read; TransientError or TerminalError when it cannot go on; Stopped where
    `stop` came while it started, or while it waited for a store that is away. Whatever happens, no position is
    committed that was not written."""
    metrics.start(settings.metrics, at_once=True)
    try:
        if not prepared:
            prepare(settings, stop)
        store = resources.shared("store", settings, lambda s: open_store(s.store, stop=stop))
        with closing(unless_stopped(lambda: open_source(settings, store), stop, _close)) as source:
            opened(source)
            try:
                return local.run(settings, source, stop=stop, on_written=lambda totals: progress(totals, source))
            except Overtaken as gap:
                store.write([gap.block()])
                raise
    finally:
        resources.release()


def submit(settings: JobSettings, *, stop: threading.Event, replace: bool = False) -> flink_rest.Job:
    """Start the job on the Flink cluster. Raises as run does: a wrong login or topic is told here, not by workers."""
    try:
        prepare(settings, stop)
        if isinstance(settings.source, KafkaSource):
            source = settings.source
            unless_stopped(lambda: connect(source, starting=True).close(autocommit=False), stop)
    finally:
        resources.release()
    return flink.submit(settings, replace=replace)


def prepare(settings: JobSettings, stop: threading.Event) -> None:
    """Make the tables, and the configured generation the active one. A store that is away is waited for START_SECONDS.

    The connection is one of its own: a thread that is left behind in it must not hold up the end of the job."""
    judge = unless_stopped(lambda: resources.judge(settings), stop)

    def enter() -> None:
        with closing(open_store(settings.store, stop=stop, retry_seconds=START_SECONDS)) as store:
            store.migrate()
            # A replay into another generation must not take away what readers see.
            aside = settings.source.kind == "dumps" and generations.active(generations.known(store)) != ""
            begin = generations.register if aside else generations.enter
            begin(store, settings.judge.generation, judge.fingerprint(), judge.description())

    unless_stopped(enter, stop)


def _close(source: Source) -> None:
    source.close()


def open_source(settings: JobSettings, store: Store) -> Source:
    """The configured source; files go on where the ledger ends, Kafka where its group stands."""
    if isinstance(settings.source, FilesSource):
        return FileRecords(settings.source, last_written(store), settings.max_record_bytes)
    if isinstance(settings.source, DumpsSource):
        return DumpRecords(settings.source, written_batches(settings, store), settings.max_record_bytes)
    return KafkaRecords(settings.source)


def written_batches(settings: JobSettings, store: Store) -> set[tuple[str, int]]:
    """Source and first position of the batches that this generation has from earlier replays, where it resumes one."""
    assert isinstance(settings.source, DumpsSource)
    return marks.whole(store, settings) if settings.source.resume else set()


def last_written(store: Store) -> dict[tuple[str, int], int]:
    """The last position in the ledger by (source, partition); ranges are written in order, so all before are there."""
    rows = store.query("SELECT source, partition, max(position) FROM ledger GROUP BY source, partition").rows
    return {(source, partition): position for source, partition, position in rows}
