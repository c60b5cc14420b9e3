"""`echolot classify`: what would the judge say to this text?"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from configs.settings import ChdbStoreSettings, FilesSource, JobSettings
from pipeline import resources
from pipeline.commands import shared
from schemas.mention import Mention


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("classify", epilog='Example: `echolot classify "Die Bahn steht seit 40 Minuten, keine Durchsage!"`')(
        classify
    )


def classify(
    texts: Annotated[list[str] | None, typer.Argument(help="Texts; none: a text a line from stdin.")] = None,
    config: Annotated[
        str, typer.Option("--config", "-c", metavar="FILE", help="Configuration; unset: shipped brands and model.")
    ] = "",
    as_json: shared.AsJson = False,
) -> None:
    """Judge texts as if they had just been posted by somebody unknown, with reasons."""
    settings = shared.settings(Path(config)) if config else _shipped()
    judge = resources.make_judge(settings)
    texts = texts or [line.rstrip("\n") for line in sys.stdin if line.strip()]
    epoch = datetime(2020, 1, 1, tzinfo=UTC)  # a verdict does not depend on it
    mentions = [Mention(platform="text", native_id=str(n), text=t, published_at=epoch) for n, t in enumerate(texts, 1)]
    columns = judge.judge(mentions)
    names = ("text", "language", "brands", "intents", "intervention", "severity", "risk", "queued", "reasons")
    rows = [
        (
            m.text,
            columns["language"][n],
            columns["brands"][n],
            columns["intents"][n],
            columns["needs_intervention_probability"][n],
            columns["severity"][n],
            columns["risk"][n],
            "yes" if columns["queued"][n] else f"no: {columns['suppressed_by'][n]}",
            columns["reasons"][n],
        )
        for n, m in enumerate(mentions)
    ]
    if as_json:
        shared.show("", names, rows, as_json=True)
        return
    for row in rows:
        shared.show("", ("", row[0]), list(zip(names[1:], row[1:], strict=True)))


def _shipped() -> JobSettings:
    return JobSettings(source=FilesSource(path=Path()), store=ChdbStoreSettings())
