"""`echolot replay`: history in, by the same graph as the stream. `echolot sniff` and `formats`: what would be read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.commands import shared

if TYPE_CHECKING:
    from configs.settings import JobSettings
    from pipeline.previewing import Preview
    from pipeline.replaying import Progress
    from pipeline.tally import Tally

Paths = Annotated[
    list[Path],
    typer.Argument(metavar="PATH...", help="Files, folders, archives; compressed or not.", show_default=False),
]
Format = Annotated[
    str, typer.Option("--format", help="`echolot formats` lists them; auto: each record's own fields tell.")
]
Zone = Annotated[
    str | None, typer.Option("--zone", metavar="ZONE", help="Zone of times without an offset, as Europe/Berlin.")
]
DayFirst = Annotated[
    bool | None, typer.Option("--day-first/--month-first", help="What 03/04/2024 means; unset: such times are refused.")
]
Encoding = Annotated[str | None, typer.Option("--encoding", help="Unset: by byte order mark and NULs, else UTF-8.")]
Header = Annotated[
    list[str],
    typer.Option("--header", metavar="NAME=VALUE", help="A header for every record, as echolot-app=com.foo.bar."),
]
NoNames = Annotated[bool, typer.Option("--no-names", help="Tables have no row of names: columns are c1, c2, ...")]
NoQuotes = Annotated[bool, typer.Option("--no-quotes", help="A quote in a table is a character as any other.")]
Mappings = Annotated[Path | None, typer.Option("--mappings", metavar="DIR", help="Folder of mapping files.")]
_DATES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]
_SHOWN = 3  # mentions of a file in `sniff`


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("replay", epilog="Example: `echolot replay export.csv --zone Europe/Berlin`")(replay)
    app.command("sniff", epilog="Example: `echolot sniff export.csv`")(sniff)
    app.command("formats", epilog="Example: `echolot formats`")(formats)


def replay(
    paths: Paths,
    config: shared.Config = shared.DEFAULT,
    format_name: Format = "auto",
    generation: Annotated[
        str | None, typer.Option("--generation", help="Name for the verdicts; unset: judge.generation.")
    ] = None,
    since: Annotated[datetime | None, typer.Option("--from", formats=_DATES, help="Published since then, UTC.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=_DATES, help="Published before then, UTC.")] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes that share the work.")] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where an interrupted run was.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and count, judge and write nothing.")] = False,
    max_rate: Annotated[float | None, typer.Option("--max-rate", help="Most records a second.")] = None,
    zone: Zone = None,
    day_first: DayFirst = None,
    encoding: Encoding = None,
    header: Header = [],  # noqa: B006
    no_names: NoNames = False,
    no_quotes: NoQuotes = False,
    mappings: Mappings = None,
    as_json: shared.AsJson = False,
) -> None:
    """Read dumps from beginning to end, judge and write their mentions, and give account of every record.

    The same rows as a stream of the same records would give. Nothing live is touched: no offset is committed, and
    another generation than the active one stays unseen until `echolot generations activate`. Ctrl-C ends it after the
    batch at hand; `--resume` goes on."""
    from configs.dumps import DumpsSource
    from pipeline import checks

    settings = shared.settings(config)
    source = DumpsSource(
        paths=tuple(paths), format=None if format_name == "auto" else format_name, zone=zone, day_first=day_first,
        encoding=encoding, header="none" if no_names else None, quotes=not no_quotes, headers=_headers(header),
        since=_utc(since), until=_utc(until), max_rate=max_rate, resume=resume,
    )  # fmt: skip
    judge = settings.judge.model_copy(update={"generation": shared.generation(generation)} if generation else {})
    dead = settings.dead_letters.model_copy(update={"topic": None})  # a topic is the live job's
    settings = settings.model_copy(
        update={
            "source": source, "judge": judge, "dead_letters": dead, "engine": "local",
            "mappings": mappings or settings.mappings,
        }
    )  # fmt: skip
    checks.judge(settings, config)
    _check_format(settings)
    _check_zones(settings)
    if dry_run:
        _finish(_dry(settings), as_json, written=False)
        return
    _finish(_run(settings, workers), as_json, written=True)


def sniff(
    paths: Paths,
    format_name: Format = "auto",
    zone: Zone = None,
    day_first: DayFirst = None,
    encoding: Encoding = None,
    header: Header = [],  # noqa: B006
    no_names: NoNames = False,
    no_quotes: NoQuotes = False,
    mappings: Mappings = None,
) -> None:
    """What would be read from the first rows of each file, and why. Reads nothing else, writes nothing."""
    from configs.dumps import DumpsSource
    from configs.settings import JobSettings
    from pipeline import resources
    from pipeline.previewing import previews

    source = DumpsSource(
        paths=tuple(paths), format=None if format_name == "auto" else format_name, zone=zone, day_first=day_first,
        encoding=encoding, header="none" if no_names else None, quotes=not no_quotes, headers=_headers(header),
    )  # fmt: skip
    settings = JobSettings(source=source, mappings=mappings)
    _check_format(settings)
    for preview in previews(source, resources.formats(settings), settings.max_record_bytes):
        _show_preview(preview)


def formats(mappings: Mappings = None, as_json: shared.AsJson = False) -> None:
    """All formats by name, with what each is; docs/formats.md has their fields."""
    from configs.dumps import DumpsSource
    from configs.settings import JobSettings
    from pipeline import resources
    from schemas.formats.protocol import needs_zone

    known = resources.formats(JobSettings(source=DumpsSource(paths=()), mappings=mappings))
    rows = [(name, "--zone" if needs_zone(each) else "", _title(each)) for name, each in known.items()]
    shared.show("", ("format", "needs", "what"), rows, as_json=as_json)


def _title(each: object) -> str:
    """First line of the format's module: "name: what it is"."""
    import sys

    text = sys.modules[type(each).__module__].__doc__ or ""
    first = text.strip().partition("\n\n")[0].replace("\n", " ")
    return first.partition(": ")[2] or first


def _headers(told: list[str]) -> dict[str, str]:
    pairs = [each.partition("=") for each in told]
    for name, equals, _ in pairs:
        if not equals or not name:
            raise typer.BadParameter(f"--header {name}: write NAME=VALUE")
    return {name: value for name, _, value in pairs}


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


def _check_format(settings: JobSettings) -> None:
    from pipeline import checks, resources

    source = settings.source
    assert source.kind == "dumps"
    known = resources.formats(settings)
    if source.format is not None and source.format not in known:
        raise typer.BadParameter(checks.unknown(source.format, known))


def _check_zones(settings: JobSettings) -> None:
    from pipeline import resources
    from pipeline.previewing import previews, require_zone

    source = settings.source
    assert source.kind == "dumps"
    known = resources.formats(settings)
    for preview in previews(source, known, settings.max_record_bytes):
        require_zone(preview, source, known)


def _run(settings: JobSettings, workers: int) -> Progress:
    from pipeline import replaying
    from pipeline.commands.stream import stop_on_signals

    shared.log_to_stderr(settings.logs)
    stop = stop_on_signals()
    with _Bar() as bar:
        done = replaying.run(settings, workers=workers, stop=stop, say=bar.show)
    if stop.is_set():
        shared.say("stopped before the end; run the same command with --resume to go on")
    return done


def _dry(settings: JobSettings) -> Progress:
    from pipeline import replaying

    with _Bar() as bar:
        return replaying.dry_run(settings, bar.show)


class _Bar:
    """Share of the bytes that are read, records a second, time left."""

    def __init__(self) -> None:
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self._bar = Progress(
            TextColumn("replaying"), BarColumn(bar_width=20), DownloadColumn(), TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(), console=shared.console,
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


def _finish(done: Progress, as_json: bool, *, written: bool) -> None:
    if as_json:
        print(json.dumps(_plain(done, written), ensure_ascii=False))
        return
    for note in done.notes:
        shared.say(f"Note: {note}")
    for line in account(done, written=written):
        shared.say(line)


def account(done: Progress, *, written: bool) -> list[str]:
    """The account of a replay as lines for people."""
    t = done.tally
    lines = [
        f"{t.records} records read = {t.good} good + {t.dead} dead + {t.ignored} ignored"
        + (f"; {done.left_out} more were written by an earlier run" if done.left_out else ""),
        f"{t.mentions} mentions"
        + (f" ({done.repeats} of all that these files gave came again: copies or later versions)" if written else "")
        + f", {t.deletions} deletions; {t.repaired} ids repaired, {t.synthetic} without an id, {t.truncated} cut texts",
    ]
    if t.first is not None and t.last is not None:
        lines.append(f"published from {t.first:%Y-%m-%d %H:%M} to {t.last:%Y-%m-%d %H:%M} UTC, by hour (UTC):")
        lines += _histogram(t)
        lines.append("platforms: " + ", ".join(f"{name} {count}" for name, count in t.platforms.most_common(8)))
    if t.reasons:
        lines.append("why not: " + ", ".join(f"{why} {count}" for why, count in t.reasons.most_common(8)))
    return lines


def _histogram(tally: Tally) -> list[str]:
    most = max(tally.hours.values())
    blocks = " ▁▂▃▄▅▆▇█"
    bars = "".join(blocks[-(-tally.hours[hour] * 8 // most)] for hour in range(24))
    return [f"  0h {bars} 23h, most {most} at {max(tally.hours, key=lambda hour: tally.hours[hour])}h"]


def _plain(done: Progress, written: bool) -> dict[str, Any]:
    t = done.tally
    shown: dict[str, Any] = {
        "records": t.records, "good": t.good, "dead": t.dead, "ignored": t.ignored, "left_out": done.left_out,
        "mentions": t.mentions, "deletions": t.deletions, "repaired": t.repaired, "synthetic": t.synthetic,
        "truncated": t.truncated, "first": t.first.isoformat() if t.first else None,
        "last": t.last.isoformat() if t.last else None, "hours": [t.hours[hour] for hour in range(24)],
        "platforms": dict(t.platforms), "reasons": dict(t.reasons), "notes": list(done.notes),
    }  # fmt: skip
    return shown | ({"repeats": done.repeats} if written else {})


def _show_preview(preview: Preview) -> None:
    from pipeline.sources.dumps import told
    from schemas.mention import Mention
    from schemas.record import Dead, Deletion, Ignored

    counts = [
        f"{sum(isinstance(item, kind) for item in preview.items)} {name}"
        for kind, name in ((Mention, "mentions"), (Deletion, "deletions"), (Ignored, "ignored"), (Dead, "dead"))
        if any(isinstance(item, kind) for item in preview.items)
    ]
    shared.say(f"{preview.member.name}: {preview.layout}; format {preview.format or 'unknown'}, {preview.why}")
    shared.say(f"  first {len(preview.records)} records: {', '.join(counts) or 'none'}")
    if preview.columns:
        shared.say(f"  columns: {', '.join(preview.columns)}")
    for note in preview.notes:
        shared.say(f"  note: {told(note)}")
    for reason in dict.fromkeys(f"{i.reason.value}: {i.detail}" for i in preview.items if isinstance(i, Dead)):
        shared.say(f"  dead: {reason}")
    for mention in [item for item in preview.items if isinstance(item, Mention)][:_SHOWN]:
        text = " ".join(mention.text.split())
        shared.say(
            f"  {mention.platform} {mention.native_id}, {mention.published_at:%Y-%m-%d %H:%M} UTC, "
            f"{mention.relation.value}: {text[:100]}{'…' if len(text) > 100 else ''}"
        )
