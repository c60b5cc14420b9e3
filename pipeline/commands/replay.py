"""`echolot replay`: history in, by the same graph as the stream."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipeline.commands import account, dump_options, shared

if TYPE_CHECKING:
    from configs.settings import JobSettings
    from pipeline.replaying import Progress

_DATES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("replay", epilog="Example: `echolot replay export.csv --zone Europe/Berlin`")(replay)


def replay(
    paths: dump_options.Paths = None,
    config: shared.Config = shared.DEFAULT,
    include: dump_options.Include = None,
    format_name: dump_options.Format = None,
    generation: Annotated[
        str | None, typer.Option("--generation", help="Name for the verdicts; unset: judge.generation.")
    ] = None,
    since: Annotated[datetime | None, typer.Option("--from", formats=_DATES, help="Published since then, UTC.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=_DATES, help="Published before then, UTC.")] = None,
    engine: Annotated[
        Literal["local", "flink"],
        typer.Option("--engine", help="What runs it: this machine, or the cluster of the file's `flink`."),
    ] = "local",
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            min=1,
            help="Shares of the work: processes (unset: 1), task slots on Flink (flink.parallelism).",
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where an interrupted run was.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and count, judge and write nothing.")] = False,
    max_rate: Annotated[float | None, typer.Option("--max-rate", min=0.1, help="Most records a second.")] = None,
    zone: dump_options.Zone = None,
    day_first: dump_options.DayFirst = None,
    encoding: dump_options.Encoding = None,
    header: dump_options.Header = None,
    delimiter: dump_options.Delimiter = None,
    header_row: dump_options.HeaderRow = None,
    no_names: dump_options.NoNames = False,
    no_quotes: dump_options.NoQuotes = False,
    lines: dump_options.Lines = False,
    record_element: dump_options.RecordElement = None,
    mappings: dump_options.Mappings = None,
    as_json: shared.AsJson = False,
) -> None:
    """Read dumps from beginning to end, judge and write their mentions, and give account of every record.

    The same rows as a stream of the same records would give. Nothing live is touched: no offset is committed, and
    another generation than the active one stays unseen until `echolot generations activate`. Ctrl-C ends it after the
    batch at hand, with exit code 1; `--resume` goes on.

    With `--engine flink` the files must lie under the same path here and for every Flink worker, as on a shared disk;
    Ctrl-C cancels the job."""
    from pipeline import checks

    settings = shared.settings(config)
    base = dump_options.configured(settings)
    span = {"since": _utc(since) or base.since, "until": _utc(until) or base.until}
    source = dump_options.source(
        base, paths, include, format_name, zone, day_first, encoding, header, delimiter, header_row, no_names,
        no_quotes, lines, record_element,
    ).model_copy(update={**span, "max_rate": max_rate or base.max_rate, "resume": resume})  # fmt: skip
    judge = settings.judge.model_copy(update={"generation": shared.generation(generation)} if generation else {})
    dead = settings.dead_letters.model_copy(update={"topic": None})  # a topic is the live job's
    settings = settings.model_copy(
        update={
            "source": source, "judge": judge, "dead_letters": dead, "engine": engine,
            "mappings": mappings or settings.mappings,
        }
    )  # fmt: skip
    if engine == "flink":
        if dry_run:
            raise typer.BadParameter("--dry-run reads in this process; leave --engine flink out")
        settings = _for_flink(settings, workers)
    checks.judge(settings, config)
    dump_options.check_format(settings)
    settings = dump_options.with_columns(settings)
    _check_times(settings)
    if dry_run:
        _rehearse(settings, as_json)
        return
    done, stopped = _run(settings, workers or 1)
    if done is not None:
        _finish(done, as_json, stopped=stopped)
    if stopped:
        raise typer.Exit(1)  # what comes after `&&` would take half of the files for the whole


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


def _check_times(settings: JobSettings) -> None:
    from pipeline import resources
    from pipeline.previewing import previews, require_time_settings

    source = settings.source
    assert source.kind == "dumps"
    for preview in previews(source, resources.formats(settings), settings.max_record_bytes):
        require_time_settings(preview)


def _for_flink(settings: JobSettings, workers: int | None) -> JobSettings:
    """Shares instead of processes, and paths that mean the same in another working folder."""
    source, flink = settings.source, settings.flink
    assert source.kind == "dumps"
    shares = workers or flink.parallelism
    cluster = {"parallelism": shares, "max_parallelism": max(flink.max_parallelism, shares), "savepoint": None}
    paths = tuple(path.absolute() for path in source.paths)
    return settings.model_copy(
        update={
            "source": source.model_copy(update={"paths": paths, "workers": shares}),
            "flink": flink.model_copy(update=cluster),
            "mappings": settings.mappings.absolute() if settings.mappings else None,
        }
    )


def _run(settings: JobSettings, workers: int) -> tuple[Progress | None, bool]:
    """The account, and whether it was stopped. No account of a job on Flink that was: what it read is not counted."""
    from pipeline import replaying, replaying_on_flink
    from pipeline.commands.stream import stop_on_signals
    from schemas.errors import Stopped

    shared.log_to_stderr(settings.logs)
    stop = stop_on_signals()
    done: Progress | None = None if settings.engine == "flink" else replaying.Progress()
    with _Bar() as bar:
        try:
            if settings.engine == "flink":
                done = replaying_on_flink.run(settings, stop=stop, say=bar.show)
            else:
                done = replaying.run(settings, workers=workers, stop=stop, say=bar.show)
        except Stopped as told:  # while it started, or waited for a store that is away
            print(told, file=sys.stderr)
    cut_short = stop.is_set() and (done is None or done.repeats is None)  # they are counted at the end
    if cut_short:
        print("stopped before the end; run the same command with --resume to go on", file=sys.stderr)
    return done, cut_short


def _rehearse(settings: JobSettings, as_json: bool) -> None:
    from pipeline import replaying
    from schemas.errors import TerminalError

    with _Bar() as bar:
        done = replaying.dry_run(settings, bar.show)
    _finish(done, as_json)
    if done.stops:
        raise TerminalError(f"a replay would stop: {done.stops}")


class _Bar:
    """Share of the bytes that are read, records a second, time left; on stderr, and only where that is a terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("replaying"), BarColumn(bar_width=20), DownloadColumn(), TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(), console=console,
            disable=not console.is_terminal,
        )  # fmt: skip

    def __enter__(self) -> _Bar:
        import time

        self._clock, self._began = time.monotonic, time.monotonic()
        self._task = self._bar.add_task("", total=None, rate="")
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, progress: Progress) -> None:
        """How far it is."""
        rate = progress.tally.records / max(self._clock() - self._began, 0.1)
        self._bar.update(
            self._task, total=progress.total_bytes, completed=progress.bytes,
            rate=f"{progress.tally.records} records, {rate:.0f}/s",
        )  # fmt: skip


def _finish(done: Progress, as_json: bool, *, stopped: bool = False) -> None:
    if as_json:
        print(json.dumps(account.plain(done) | {"stopped": stopped}, ensure_ascii=False))
        return
    for line in (*(f"Note: {note}" for note in done.notes), *account.lines(done)):
        shared.say(line)
