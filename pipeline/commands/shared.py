"""What several commands share: the options, logging, tables."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from configs.loading import load
from configs.settings import JobSettings

Config = Annotated[Path, typer.Option("--config", "-c", help="Configuration file.", metavar="FILE")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
DEFAULT = Path("echolot.yaml")

console = Console()


def settings(path: Path) -> JobSettings:
    """The configuration. Raises ConfigError."""
    return load(path, JobSettings)


def log_to_stderr() -> None:
    """One line an event; foreign libraries only when something is wrong."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("echolot").setLevel(logging.INFO)
    for noisy in ("kafka", "apache_beam"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)


def show(title: str, names: Sequence[str], rows: Sequence[Sequence[Any]], *, as_json: bool = False) -> None:
    """A table, or one JSON array of objects."""
    if as_json:
        print(json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=str, ensure_ascii=False))
        return
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(cell(value) for value in row))
    console.print(table)


def cell(value: Any) -> str:
    """A value as it stands in a table."""
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, list | tuple):
        return ", ".join(cell(v) for v in value)
    return "" if value is None else str(value).replace("[", r"\[")
