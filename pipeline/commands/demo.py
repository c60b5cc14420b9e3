"""`echolot demo`: the main job on the sample posts, from an empty folder to the queue."""

from __future__ import annotations

import shutil
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.commands import shared

if TYPE_CHECKING:
    from configs.settings import JobSettings
    from pipeline.engines.local import Totals
    from pipeline.sources.protocol import Source

SAMPLES = Path(__file__).parents[2] / "samples" / "posts"
_BATCH = 50  # small on purpose: the bar moves


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("demo", epilog="Example: `echolot demo`")(demo)


def demo(
    folder: Annotated[Path, typer.Option(help="Work folder; emptied first.", metavar="DIR")] = Path("demo-data"),
    posts: Annotated[
        Path | None, typer.Option(help="Folder with posts; unset: the shipped samples.", metavar="DIR")
    ] = None,
) -> None:
    """Run the main job over real sample posts into an embedded store, then show the queue.

    The texts are real posts from openly licensed research sets (credits: samples/README.md); the envelopes round them
    (ids, authors, times, counters, threads) are invented by a seeded script."""
    posts = posts or SAMPLES
    if not posts.is_dir():
        raise typer.BadParameter(f"--posts: {posts} is no directory; name one with files of posts, or leave it out")
    empty(folder)
    shared.say("Echolot demo: real posts from openly licensed research sets (credits in samples/README.md).")
    shared.say("The envelopes round them (ids, authors, times, counters, threads) are invented by a seeded script.\n")
    settings = _settings(folder, posts)
    _run(settings)
    _show(settings)
    _next_steps(folder, posts)


def _settings(folder: Path, posts: Path) -> JobSettings:
    from configs.settings import ChdbStoreSettings, FilesSource, JobSettings

    return JobSettings(
        source=FilesSource(path=posts, follow=False, poll_records=_BATCH),
        store=ChdbStoreSettings(path=folder / "store"),
    )


def _run(settings: JobSettings) -> None:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

    from pipeline import job
    from pipeline.sources.files import FileRecords

    shared.log_to_stderr()
    bar = Progress(
        TextColumn("reading, judging, writing"),
        BarColumn(bar_width=20),
        DownloadColumn(),
        TextColumn("{task.fields[found]}"),
        TimeElapsedColumn(),
        console=shared.console,
    )
    with bar:
        task = bar.add_task("posts", total=None, found="")

        def show(totals: Totals, source: Source) -> None:
            assert isinstance(source, FileRecords)
            found = f"{totals.records} records"
            bar.update(task, total=source.total_bytes(), completed=source.read_bytes(), found=found)

        job.run(settings, stop=threading.Event(), progress=show)


def _show(settings: JobSettings) -> None:
    from pipeline import report
    from pipeline.stores import open_store

    with closing(open_store(settings.store)) as store:
        shared.say(f"\n{report.counts(store)}\n")
        for section in report.sections(store):
            shared.show(section.title, section.names, section.rows, most_lines=report.MOST_LINES)


def empty(folder: Path) -> None:
    """Make the work folder of a demo. Only ever deletes what an earlier one made, else raises BadParameter."""
    mark = folder / ".echolot-demo"
    if folder.exists() and any(folder.iterdir()) and not mark.exists():
        raise typer.BadParameter(f"{folder} is not empty and was not made by the demo; give another --folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    mark.touch()


def _next_steps(folder: Path, posts: Path) -> None:
    config = folder / "echolot.yaml"
    config.write_text(f'source: {{kind: files, path: "{posts.resolve()}"}}\nstore: {{kind: chdb, path: store}}\n')
    say = shared.say
    say("\nNext, ask the store yourself:")
    query = "SELECT platform, count() AS n, countIf(queued) AS queued FROM mentions GROUP BY platform"
    say(f'  .venv/bin/echolot sql --config {config} "{query}"')
    say("or judge a sentence of your own:")
    say('  .venv/bin/echolot classify "Die Bahn steht seit 40 Minuten, keine Durchsage!"')
    say("or see the same job on a real Kafka broker (needs Java 17 and Maven):  make demo-kafka")
    say("Columns and ready questions: docs/sql.md")
