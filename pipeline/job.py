"""One job from settings to end: schema, generation, source, engine. What `echolot stream` and the demo run."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from contextlib import closing

from configs.settings import FilesSource, JobSettings
from pipeline import generations, resources
from pipeline.engines import local
from pipeline.sources.files import FileRecords
from pipeline.sources.kafka import KafkaRecords
from pipeline.sources.protocol import Source
from sinks.store import Store

Progress = Callable[[local.Totals, Source], None]


def run(
    settings: JobSettings, *, stop: threading.Event, progress: Progress = lambda totals, source: None
) -> local.Totals:
    """Run the job until `stop` is set or its source is exhausted.

    Raises ConfigError before anything is read; TransientError or TerminalError when it cannot go on. Whatever happens,
    no position is committed that was not written."""
    judge = resources.judge(settings)
    try:
        store = resources.store(settings)
        store.migrate()
        generations.enter(store, settings.judge.generation, judge.fingerprint(), judge.description())
        gc.collect()
        gc.freeze()  # models stay for the job's life: no collection need walk over them again (0.1 s each, measured)
        with closing(open_source(settings, store)) as source:
            return local.run(settings, source, stop=stop, on_written=lambda totals: progress(totals, source))
    finally:
        resources.release()


def open_source(settings: JobSettings, store: Store) -> Source:
    """The configured source; files go on where the ledger ends, Kafka where its group stands."""
    if isinstance(settings.source, FilesSource):
        return FileRecords(settings.source, last_written(store))
    return KafkaRecords(settings.source)


def last_written(store: Store) -> dict[tuple[str, int], int]:
    """The last position in the ledger by (source, partition); ranges are written in order, so all before are there."""
    rows = store.query("SELECT source, partition, max(position) FROM ledger GROUP BY source, partition").rows
    return {(source, partition): position for source, partition, position in rows}
