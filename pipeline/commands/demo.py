"""`echolot demo`: the main job on the sample posts, from an empty folder to the queue."""

from __future__ import annotations

import shutil
import threading
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from configs.settings import ChdbStoreSettings, FilesSource, JobSettings
from pipeline import job, report
from pipeline.commands import shared
from pipeline.engines.local import Totals
from pipeline.sources.files import FileRecords
from pipeline.sources.protocol import Source
from pipeline.stores import open_store

SAMPLES = Path(__file__).parents[2] / "samples" / "posts"
_BATCH = 50  # small on purpose: the bar moves


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("demo", epilog="Example: `echolot demo`")(demo)


def demo(
    folder: Annotated[Path, typer.Option(help="Work folder; emptied first.", metavar="DIR")] = Path("demo-data"),
    posts: Annotated[Path, typer.Option(help="Folder with posts.", metavar="DIR")] = SAMPLES,
) -> None:
    """Run the main job over real sample posts into an embedded store, then show the queue.

    The texts are real posts from openly licensed research sets (credits: samples/README.md); the envelopes round them
    (ids, authors, times, counters, threads) are invented by a seeded script."""
    shared.log_to_stderr()
    _empty(folder)
    settings = JobSettings(
        source=FilesSource(path=posts, follow=False, poll_records=_BATCH),
        store=ChdbStoreSettings(path=folder / "store"),
    )
    say = shared.console.print
    say("[bold]Echolot demo[/bold]: real posts from openly licensed research sets (credits in samples/README.md).")
    say("The envelopes round them (ids, authors, times, counters, threads) are invented by a seeded script.\n")
    bar = Progress(
        TextColumn("reading, judging, writing"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[found]}"),
        TimeElapsedColumn(),
        console=shared.console,
    )
    with bar:
        task = bar.add_task("posts", total=None, found="")

        def show(totals: Totals, source: Source) -> None:
            assert isinstance(source, FileRecords)
            found = f"{totals.records} records, {totals.mentions} mentions, {totals.dead} dead"
            bar.update(task, total=source.total_bytes(), completed=source.read_bytes(), found=found)

        job.run(settings, stop=threading.Event(), progress=show)
    with closing(open_store(settings.store)) as store:
        for section in report.sections(store):
            shared.show(section.title, section.names, section.rows)
    _next_steps(settings, folder)


def _empty(folder: Path) -> None:
    """Only ever delete what an earlier demo made."""
    mark = folder / ".echolot-demo"
    if folder.exists() and any(folder.iterdir()) and not mark.exists():
        raise typer.BadParameter(f"{folder} is not empty and was not made by the demo; give another --folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    mark.touch()


def _next_steps(settings: JobSettings, folder: Path) -> None:
    config = folder / "echolot.yaml"
    assert isinstance(settings.source, FilesSource)
    config.write_text(
        f"source: {{kind: files, path: {settings.source.path.resolve()}}}\nstore: {{kind: chdb, path: store}}\n"
    )
    say = shared.console.print
    say("\nNext, ask the store yourself:")
    query = "SELECT platform, count() AS n, countIf(queued) AS queued FROM mentions GROUP BY platform"
    say(f'  .venv/bin/echolot sql --config {config} "{query}"', soft_wrap=True, highlight=False)
    say("or judge a sentence of your own:")
    say('  .venv/bin/echolot classify "Die Bahn steht seit 40 Minuten, keine Durchsage!"', highlight=False)
    say("or see the same job on a real Kafka broker (needs Java 17 and Maven):  make demo-kafka")
