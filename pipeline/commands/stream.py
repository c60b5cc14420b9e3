"""`echolot stream`: the main job."""

from __future__ import annotations

import logging
import signal
import threading
import time
from types import FrameType

import typer

from pipeline import job
from pipeline.commands import shared
from pipeline.engines.local import Totals
from pipeline.sources.protocol import Source

log = logging.getLogger("echolot.stream")
REPORT_SECONDS = 10.0


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("stream", epilog="Example: `echolot stream --config echolot.yaml`")(stream)


def stream(config: shared.Config = shared.DEFAULT) -> None:
    """Read mentions, judge them and write them, until SIGTERM or Ctrl-C.

    A stop finishes the batch at hand, commits and exits 0; a second signal kills."""
    shared.log_to_stderr()
    settings = shared.settings(config)
    stop = stop_on_signals()
    log.info("starting: %s to %s", settings.source.kind, settings.store.kind)
    totals = job.run(settings, stop=stop, progress=Reporter())
    log.info("stopped: records=%d mentions=%d dead=%d, all committed", totals.records, totals.mentions, totals.dead)


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM or SIGINT sets; the next signal of the kind kills."""
    stop = threading.Event()

    def handle(number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        stop.set()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
    return stop


class Reporter:
    """A log line now and then."""

    def __init__(self) -> None:
        self._since = self._last = time.monotonic()
        self._before = 0

    def __call__(self, totals: Totals, source: Source) -> None:
        """Called after every acknowledged batch."""
        now = time.monotonic()
        if now - self._last < REPORT_SECONDS:
            return
        rate = (totals.records - self._before) / (now - self._last)
        log.info("records=%d mentions=%d dead=%d rate=%.0f/s", totals.records, totals.mentions, totals.dead, rate)
        self._last, self._before = now, totals.records
