"""The local engine: bounded runs of the graph on FnApiRunner, in this process, until told to stop.

One run polls many batches. In a fused stage an element is written before the next is polled, and the last step of the
graph tells the session so; offsets are committed from that acknowledgement alone, never from the fact that control
came back. Were the graph ever cut into two stages, nothing would be committed early: it would only come late."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from configs.settings import JobSettings
from pipeline import failures, graph
from pipeline.sources.protocol import Source
from pipeline.stages import Written
from pipeline.tally import Tally
from schemas.record import Batch

RUN_SECONDS = 30.0  # a launch costs 80-100 ms: 0.3 % of this; the runner keeps a little state a run, so runs must end
POLL_SECONDS = 0.1  # how long a stop signal may wait for an idle poll

_sessions: dict[int, Session] = {}
_numbers = itertools.count()


@dataclass(slots=True)
class Totals:
    """Records and mentions acknowledged so far."""

    records: int = 0
    mentions: int = 0
    dead: int = 0
    tally: Tally = field(default_factory=Tally)
    """Of a replay."""


@dataclass(slots=True)
class Session:
    """One job on this engine: its source, its stop flag and what was acknowledged but not yet committed."""

    settings: JobSettings
    source: Source
    stop: threading.Event
    on_written: Callable[[Totals], None]
    totals: Totals = field(default_factory=Totals)
    _acknowledged: dict[tuple[str, int], int] = field(default_factory=dict)

    def acknowledge(self, written: Written) -> None:
        """Called by the graph's last step, after the store has acknowledged the batch."""
        self._acknowledged.update(written.positions)
        self.totals.records += written.records
        self.totals.mentions += written.mentions
        self.totals.dead += written.dead
        if written.tally is not None:
            self.totals.tally.merge(written.tally)
        self.on_written(self.totals)

    def commit(self) -> None:
        """Commit what was acknowledged, and only that."""
        if self._acknowledged:
            self.source.commit(self._acknowledged)
            self._acknowledged = {}

    def batches(self, run_seconds: float) -> Iterator[Batch]:
        """Poll and hand on until stopped, exhausted or the run is long enough."""
        end = time.monotonic() + run_seconds
        while True:
            with failures.noted(self.settings):
                batch = self.source.poll(POLL_SECONDS)
            if batch is not None:
                yield batch
            self.commit()
            if self.stop.is_set() or self.source.exhausted or time.monotonic() >= end:
                return


class Poll(beam.DoFn):
    """Impulse to Batches, from the session of that number in this process."""

    def __init__(self, number: int, run_seconds: float) -> None:
        self._number = number
        self._run_seconds = run_seconds

    def process(self, _: bytes) -> Iterator[Batch]:
        """Every batch of one run."""
        yield from _sessions[self._number].batches(self._run_seconds)


class Acknowledge(beam.DoFn):
    """Tells the session what was written."""

    def __init__(self, number: int) -> None:
        self._number = number

    def process(self, written: Written) -> None:
        """One call a batch."""
        _sessions[self._number].acknowledge(written)


def assemble(settings: JobSettings, number: int, run_seconds: float) -> beam.Pipeline:
    """The whole local pipeline; the runner is named, since DirectRunner picks another engine by the graph's look."""
    pipeline = beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([]))
    batches = pipeline | "Impulse" >> beam.Impulse() | "Poll" >> beam.ParDo(Poll(number, run_seconds))
    written = graph.build(batches, settings)
    written | "Acknowledge" >> beam.ParDo(Acknowledge(number))
    return pipeline


def run(
    settings: JobSettings,
    source: Source,
    *,
    stop: threading.Event,
    on_written: Callable[[Totals], None] = lambda totals: None,
    run_seconds: float = RUN_SECONDS,
) -> Totals:
    """Run until `stop` is set or the source is exhausted; then everything acknowledged is committed.

    Raises the error of the failed step; what was not acknowledged is not committed then."""
    failures.take()  # what something before in this process left is not this run's
    number = next(_numbers)
    session = Session(settings, source, stop, on_written)
    _sessions[number] = session
    try:
        while not stop.is_set() and not source.exhausted:
            try:
                assemble(settings, number, run_seconds).run().wait_until_finish()
            except Exception as error:
                raise failures.take() or error from error
            session.commit()
    finally:
        del _sessions[number]
    return session.totals
