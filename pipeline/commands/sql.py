"""`echolot sql`: ask the store, also while a job writes to it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.commands import shared

if TYPE_CHECKING:
    from configs.settings import JobSettings
    from sinks.store import Result, Store


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("sql", epilog='Example: `echolot sql "SELECT language, count() FROM mentions GROUP BY language"`')(sql)


def sql(
    query: Annotated[str, typer.Argument(help="One SELECT.", show_default=False)],
    config: shared.Config = shared.DEFAULT,
    as_json: shared.AsJson = False,
) -> None:
    """Answer one SELECT over tables and views: mentions, queue, suppressed, dead_letter_summary, ingest_accounting.

    Columns, units and ready questions: docs/sql.md."""
    if not query.strip():
        raise typer.BadParameter("the query is empty; write one SELECT")
    result = _ask(query, shared.settings(config))
    shared.show("", result.names, result.rows, as_json=as_json)


def _ask(query: str, settings: JobSettings) -> Result:
    from pipeline import names
    from sinks.codes import UnknownName

    with closing(existing(settings)) as store:
        try:
            return store.query(query)
        except UnknownName as error:
            raise names.explained(error, query, store) from error


def existing(settings: JobSettings) -> Store:
    """The store, which the caller closes. Raises TerminalError where nothing was ever written."""
    from pipeline import names
    from pipeline.stores import open_store

    if settings.store.kind == "chdb" and not _is_made(settings.store.path):
        raise names.nothing_there(str(settings.store.path))
    return open_store(settings.store)


def _is_made(folder: Path) -> bool:
    """Whether tables were ever made there; asking an embedded store makes its folder."""
    return folder.is_file() or (folder / "metadata").exists()
