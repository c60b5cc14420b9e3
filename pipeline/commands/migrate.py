"""`echolot migrate`: bring the store's schema to this version."""

from __future__ import annotations

from contextlib import closing

import typer

from pipeline.commands import shared


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("migrate", epilog="Example: `echolot migrate --config echolot.yaml`")(migrate)


def migrate(config: shared.Config = shared.DEFAULT) -> None:
    """Make or update tables and views. Safe to repeat; `stream` does it at its start too."""
    settings = shared.settings(config)
    from pipeline.stores import START_SECONDS, open_store

    with closing(open_store(settings.store, retry_seconds=START_SECONDS)) as store:
        applied = store.migrate()
    shared.say("\n".join(f"applied {name}" for name in applied) or "the schema is up to date")
