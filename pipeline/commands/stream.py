"""`echolot stream`: the main job."""

from __future__ import annotations

import logging
import signal
import threading
import time
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipeline.commands import shared

if TYPE_CHECKING:
    from configs.settings import JobSettings
    from pipeline.engines.local import Totals
    from pipeline.sources.protocol import Source

log = logging.getLogger("echolot.stream")
REPORT_SECONDS = 10.0


Engine = Annotated[
    Literal["local", "flink"] | None,
    typer.Option("--engine", help="What runs the job; in place of the file's `engine`."),
]
Savepoint = Annotated[
    str | None,
    typer.Option("--savepoint", help="Savepoint or retained checkpoint to start from (flink).", metavar="PATH"),
]
Detach = Annotated[bool, typer.Option("--detach", help="Return once the job is submitted (flink).")]

Replace = Annotated[bool, typer.Option("--replace", help="Cancel the group's running job first (flink).")]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("stream", epilog="Example: `echolot stream --config echolot.yaml --engine flink`")(stream)


def stream(
    config: shared.Config = shared.DEFAULT,
    engine: Engine = None,
    savepoint: Savepoint = None,
    detach: Detach = False,
    replace: Replace = False,
) -> None:
    """Read mentions, judge them and write them, until SIGTERM or Ctrl-C.

    A stop finishes the batch at hand, commits and exits 0; a second signal kills. While the store is away a stop waits
    for nothing: the batch at hand is read again at the next start. On Flink it cancels the job, which loses nothing;
    `--detach` leaves the job to the cluster."""
    from configs.base import ConfigError
    from pipeline import checks
    from schemas.errors import Stopped

    settings = chosen(shared.settings(config), engine, savepoint)
    if settings.source.kind == "dumps":
        raise ConfigError("source.kind: dumps are read by `echolot replay PATH ...`; a stream reads Kafka or files")
    if settings.engine == "local" and (detach or savepoint or replace):
        raise ConfigError(
            "--detach, --savepoint and --replace belong to the flink engine; leave them out or add `--engine flink`"
        )
    checks.all_of(settings, config)
    from pipeline import job  # takes seconds; until then a signal ends the process, which has nothing in hand

    shared.log_to_stderr(settings.logs)
    stop = stop_on_signals()
    log.info("starting: %s to %s, engine %s", _source(settings), settings.store.kind, settings.engine)
    reporter = Reporter()
    try:
        if settings.engine == "flink":
            _on_flink(settings, stop, detach, replace)
            return
        totals = job.run(settings, stop=stop, progress=reporter)
    except Stopped as told:
        log.info("%s; written before: %s", told, reporter.counts())
        return
    reporter.totals = totals
    log.info("stopped: %s, all committed", reporter.counts())


def chosen(settings: JobSettings, engine: Literal["local", "flink"] | None, savepoint: str | None) -> JobSettings:
    """Settings as the command line has them."""
    flink_settings = settings.flink.model_copy(update={"savepoint": savepoint}) if savepoint else settings.flink
    return settings.model_copy(update={"engine": engine or settings.engine, "flink": flink_settings})


def _source(settings: JobSettings) -> str:
    source = settings.source
    if source.kind == "kafka":
        return f"kafka ({', '.join(topic.name for topic in source.topics)} as group {source.group})"
    assert source.kind == "files"
    files = sum(path.is_file() and not path.name.startswith(".") for path in source.path.iterdir())
    return f"{'watching' if source.follow else 'reading'} {source.path}, {files} files,"


def _on_flink(settings: JobSettings, stop: threading.Event, detach: bool, replace: bool) -> None:
    from pipeline import job
    from pipeline.engines import flink

    submitted = job.submit(settings, stop=stop, replace=replace)
    log.info("job %s runs on %s; see `echolot flink status`", submitted.id, settings.flink.rest)
    if not detach:
        flink.watch(settings, submitted, stop)


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
    """A log line now and then, and the last counts."""

    def __init__(self) -> None:
        self._since = self._last = time.monotonic()
        self._before = 0
        self.totals: Totals | None = None

    def __call__(self, totals: Totals, source: Source) -> None:
        """Called after every acknowledged batch."""
        self.totals = totals
        now = time.monotonic()
        if now - self._last < REPORT_SECONDS:
            return
        rate = (totals.records - self._before) / (now - self._last)
        log.info("%s rate=%.0f/s", self.counts(), rate)
        self._last, self._before = now, totals.records

    def counts(self) -> str:
        """What was acknowledged so far."""
        t = self.totals
        return f"records={t.records} mentions={t.mentions} dead={t.dead}" if t else "records=0 mentions=0 dead=0"
