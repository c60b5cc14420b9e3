"""What the steps tell the metrics, a call a batch. Off, a call costs nothing."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache

from configs.observe import LogSettings
from configs.settings import JobSettings
from pipeline import logs, metrics
from pipeline.breaker import Breaker, BreakerTripped
from pipeline.decoded import Entry
from schemas.record import Batch


def set_up(step: object, settings: JobSettings) -> None:
    """Called first in every DoFn.setup: the first in a process starts the metrics, and on Flink its logs."""
    metrics.start(settings.metrics)
    if settings.engine == "flink":
        _logs_once(settings.logs)
    metrics.GRAPH_SETUPS.add(step=type(step).__name__)


@cache
def _logs_once(settings: LogSettings) -> None:
    """Beam's harness sends logs to the TaskManager too; ours stand on the worker's standard error, as configured."""
    logs.start(settings, noisy=("kafka",))


def polled(batch: Batch) -> None:
    """A batch came from the source."""
    metrics.BATCH_RECORDS.observe(len(batch.records))


def feed(breaker: Breaker, entries: Sequence[Entry]) -> None:
    """Feed the breaker. Raises BreakerTripped."""
    try:
        breaker.feed(entries)
    except BreakerTripped:
        metrics.BREAKER_TRIPS.add()
        metrics.BREAKER_TRIPPED.set(1)
        raise
    finally:
        metrics.BREAKER_DEAD_RATIO.set(breaker.dead_share)
    metrics.BREAKER_TRIPPED.set(0)


def judged(mentions: int, *, generation: str, model: str) -> None:
    """A batch's mentions have verdicts."""
    if mentions:
        metrics.MENTIONS_JUDGED.add(mentions, generation=generation, model=model)


def written(entries: Sequence[Entry], now: float | None = None) -> None:
    """The store has acknowledged these records; `now` in epoch seconds, for tests."""
    if not metrics.is_on():
        return
    millis = (time.time() if now is None else now) * 1000
    for (source, outcome), count in Counter((e.record.source, e.outcome) for e in entries).items():
        metrics.RECORDS.add(count, source=source, outcome=outcome.value)
    for (source, reason), count in Counter((e.record.source, d.reason) for e in entries for d in e.dead).items():
        metrics.DEAD_LETTERS.add(count, source=source, reason=reason.value)
    delays: dict[str, list[float]] = defaultdict(list)
    for entry in entries:
        if entry.record.timestamp is not None and entry.record.timestamp >= 0:  # Kafka's word for none is -1
            delays[entry.record.source].append(max(millis - entry.record.timestamp, 0) / 1000)  # clocks differ
    for source, seconds in delays.items():
        metrics.LATENCY.observe_all(seconds, source=source)


class Inserts:
    """What a store tells of its inserts; see sinks.observer.Observer."""

    def inserted(self, table: str, rows: int, seconds: float) -> None:
        """See Observer."""
        metrics.INSERT_SECONDS.observe(seconds, table=table)
        metrics.ROWS_WRITTEN.add(rows, table=table)

    def retried(self, table: str) -> None:
        """See Observer."""
        metrics.INSERT_RETRIES.add(table=table)
