"""`echolot evaluate`: how good are the verdicts on labelled posts?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands import shared
from pipeline.commands.classify import judged_by


def add_to(app: typer.Typer) -> None:
    """Register the command group."""
    group = typer.Typer(help="How good are the verdicts on labelled posts?", no_args_is_help=True)
    group.command("intents", epilog="Example: `echolot evaluate intents gold.jsonl --json`")(intents)
    app.add_typer(group, name="evaluate")


def intents(
    gold: Annotated[Path, typer.Argument(help="Labelled posts, JSON lines.")],
    config: Annotated[str, typer.Option("--config", "-c", metavar="FILE", help="Unset: the shipped model.")] = "",
    as_json: shared.AsJson = False,
) -> None:
    """F1 and average precision per label and language at the model's thresholds, and what a 2 % feed would see."""
    settings = judged_by(config)
    from classifiers.evaluate import evaluate  # scikit-learn's metrics take seconds to import
    from pipeline import resources

    report = evaluate(gold, resources.make_judge(settings))
    if as_json:
        print(json.dumps(report.to_json(), ensure_ascii=False))
        return
    shared.show("", report.names, report.rows)
    for note in report.notes:
        shared.say(f"Note: {note}")
