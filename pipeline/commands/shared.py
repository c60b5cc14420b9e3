"""What several commands share: the options, logging, tables. Light to import: help and usage errors should not wait."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

if TYPE_CHECKING:
    from configs.observe import LogSettings
    from configs.settings import JobSettings

Config = Annotated[Path, typer.Option("--config", "-c", help="Configuration file.", metavar="FILE")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
DEFAULT = Path("echolot.yaml")

console = Console()


def settings(path: Path) -> JobSettings:
    """The configuration. Raises ConfigError."""
    from configs.base import ConfigError
    from configs.loading import load
    from configs.settings import JobSettings

    if path == DEFAULT and not path.exists():
        raise ConfigError(
            f"there is no {DEFAULT} in {Path.cwd()}; name a configuration by --config FILE (after `make demo`: "
            f"--config demo-data/echolot.yaml), or write one as the README shows"
        )
    return load(path, JobSettings)


def generation(name: str) -> str:
    """`name`, which can name a generation; a usage error otherwise."""
    from configs.settings import JudgeSettings

    try:
        return JudgeSettings(generation=name).generation
    except ValueError:
        raise typer.BadParameter(f"{name!r} is no name; take letters, digits, dots, dashes, 64 at most") from None


def log_to_stderr(settings: LogSettings | None = None) -> None:
    """One line an event; foreign libraries only when something is wrong."""
    from configs.observe import LogSettings
    from pipeline import commands, logs

    logging.getLogger().removeHandler(commands.EARLY)
    logs.start(settings or LogSettings())


def show(
    title: str,
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    as_json: bool = False,
    most_lines: int | None = None,
) -> None:
    """A table (or blocks, where it does not fit the width), or one JSON array of objects."""
    if as_json:
        import json

        print(json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=_plain, ensure_ascii=False))
        return
    from pipeline.commands import tables

    tables.show(console, title, names, rows, most_lines=most_lines)


def show_block(heading: str, names: Sequence[str], values: Sequence[Any]) -> None:
    """One row under a heading, a line a column."""
    from pipeline.commands import tables

    tables.block(console, heading, names, values)


def say(text: str) -> None:
    """A line for people, as it is: nothing in it is markup, and it is not broken."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def cell(value: Any) -> str:
    """A value as it stands in a table."""
    from pipeline.commands import tables

    return tables.cell(value)


def _plain(value: Any) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
