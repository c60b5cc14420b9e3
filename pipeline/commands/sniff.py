"""`echolot sniff` and `echolot formats`: what would be read of files, and by which formats."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.commands import dump_options, shared

if TYPE_CHECKING:
    from pipeline.previewing import Preview

_SHOWN = 3  # mentions of a file


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("sniff", epilog="Example: `echolot sniff export.csv`")(sniff)
    app.command("formats", epilog="Example: `echolot formats`")(formats)


class _Unset(dict[str, str]):
    """The environment, in which no variable is missing: what is sniffed needs no password of the store."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return "unset"


def sniff(
    paths: dump_options.Paths = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", metavar="FILE", help="Configuration whose `source` counts; unset: none."),
    ] = None,
    include: dump_options.Include = None,
    format_name: dump_options.Format = None,
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
) -> None:
    """What would be read from the first rows of each file, and why. Reads nothing else, writes nothing."""
    from configs.dumps import DumpsSource
    from configs.loading import load
    from configs.settings import JobSettings
    from pipeline import resources
    from pipeline.previewing import previews

    settings = load(config, JobSettings, _Unset(os.environ)) if config else JobSettings(source=DumpsSource(paths=()))
    source = dump_options.source(
        dump_options.configured(settings), paths, include, format_name, zone, day_first, encoding, header, delimiter,
        header_row, no_names, no_quotes, lines, record_element,
    )  # fmt: skip
    settings = settings.model_copy(update={"source": source, "mappings": mappings or settings.mappings})
    dump_options.check_format(settings)
    source = dump_options.configured(dump_options.with_columns(settings))
    for preview in previews(source, resources.formats(settings), settings.max_record_bytes):
        _show_preview(preview)


def formats(mappings: dump_options.Mappings = None, as_json: shared.AsJson = False) -> None:
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
    if preview.reasons:
        shared.say(f"  why: {'; '.join(preview.reasons)}")
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
