"""`echolot sql`: ask the store, also while a job writes to it."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from pipeline.commands import shared
from pipeline.stores import open_store


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("sql", epilog='Example: `echolot sql "SELECT language, count() FROM mentions GROUP BY language"`')(sql)


def sql(
    query: Annotated[str, typer.Argument(help="One SELECT.", show_default=False)],
    config: shared.Config = shared.DEFAULT,
    as_json: shared.AsJson = False,
) -> None:
    """Answer one SELECT over tables and views: mentions, queue, suppressed, dead_letter_summary, ingest_accounting."""
    settings = shared.settings(config)
    with closing(open_store(settings.store)) as store:
        result = store.query(query)
    shared.show("", result.names, result.rows, as_json=as_json)
