"""`echolot train`: make a model from labelled posts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands import shared


def add_to(app: typer.Typer) -> None:
    """Register the command group."""
    group = typer.Typer(help="Make a model from labelled posts.", no_args_is_help=True)
    group.command("intents", epilog="Example: `echolot train intents gold/dev.jsonl mine.jsonl --out model`")(intents)
    group.command("sentiment", epilog="Example: `echolot train sentiment umsab mobasa --out tone`")(tone)
    app.add_typer(group, name="train")


def intents(
    gold: Annotated[list[Path], typer.Argument(help="Labelled posts, JSON lines: text, lang, source, intents, ...")],
    out: Annotated[Path, typer.Option(help="Folder for model and card.", metavar="DIR")],
    taxonomy: Annotated[Path | None, typer.Option(help="File of intents; unset: the shipped six.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the folds.")] = 1,
    feed: Annotated[
        list[Path] | None,
        typer.Option(help="Unlabelled posts of a general feed, one a line; taken as needing nobody.", metavar="FILE"),
    ] = None,
    encoder: Annotated[
        str,
        typer.Option(help="Fine-tune an encoder, too: `package`, a folder, or a hub name (hours; the training extra)."),
    ] = "",
    sentiment: Annotated[
        list[Path] | None,
        typer.Option("--sentiment", help="Folder of labelled sentiment, learnt by the encoder first.", metavar="DIR"),
    ] = None,
    text: Annotated[
        list[Path] | None,
        typer.Option(
            "--text", help="Unlabelled texts (.csv, .tsv, or one a line), for the encoder's student.", metavar="FILE"
        ),
    ] = None,
    work: Annotated[
        Path | None, typer.Option(help="Where the encoder's trainings are kept, to go on; unset: OUT/work.")
    ] = None,
) -> None:
    """Train intents, needs-intervention and severity; writes model and card, prints cross-validated figures."""
    from configs.loading import SHIPPED, load
    from configs.taxonomy import Taxonomy

    intents_file = load(taxonomy or SHIPPED / "taxonomy.yaml", Taxonomy)
    from classifiers.train import Further, train  # scikit-learn's trainers take seconds to import

    further = Further(tuple(feed or ()), encoder, tuple(sentiment or ()), tuple(text or ()), work)
    report = train(gold, intents_file, out, seed, further, shared.say)
    shared.show("Cross-validated", report.names, report.rows)
    shared.show("What each stage brings", report.names, report.stage_rows)
    shared.say(f"model and card are in {out}; use it with judge.model in the configuration")


def tone(
    folders: Annotated[list[Path], typer.Argument(help="Folders of UMSAB or MobASA as their makers publish them.")],
    out: Annotated[Path, typer.Option(help="Folder for model and card.", metavar="DIR")],
    seed: Annotated[int, typer.Option(help="Seed of the folds.")] = 1,
    model: Annotated[
        Path | None,
        typer.Option("--intents", help="Model of intents whose encoder is heard; unset: the shipped.", metavar="DIR"),
    ] = None,
) -> None:
    """Train sentiment; writes model and card, prints cross-validated figures."""
    from classifiers.train_sentiment import train  # scikit-learn's trainers take seconds to import

    report = train(folders, out, seed, model)
    shared.show("Cross-validated", report.NAMES, report.rows)
    shared.say(f"model and card are in {out}; use it with judge.sentiment_model in the configuration")
