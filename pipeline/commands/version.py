"""`echolot version`."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed

import typer


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("version", epilog="Example: `echolot version`")(version)


def version() -> None:
    """Print the versions that matter in a bug report."""
    for package in ("echolot", "apache-beam", "kafka-python", "clickhouse-driver", "chdb", "pydantic"):
        try:
            print(f"{package} {installed(package)}")
        except PackageNotFoundError:
            print(f"{package} (not installed: run from a checkout?)")
    print(f"python {platform.python_version()}")
