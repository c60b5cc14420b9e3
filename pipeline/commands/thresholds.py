"""`echolot thresholds`: from which probability on should a mention be queued?"""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.commands import shared
from pipeline.commands.classify import judged_by
from pipeline.commands.sql import existing

if TYPE_CHECKING:
    from configs.settings import JobSettings
    from pipeline.volume import Volume

_NAMES = ("threshold", "recall", "false alarms", "precision", "queue of 1,000", "")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("thresholds", epilog="Example: `echolot thresholds --recall 0.9 --base-rate 0.02`")(thresholds)


def thresholds(
    recall: Annotated[float | None, typer.Option(help="Share of what should be queued that is.", min=0, max=1)] = None,
    queue: Annotated[
        float | None, typer.Option("--queue-per-day", help="Most mentions that are queued.", min=0)
    ] = None,
    mentions: Annotated[
        float | None,
        typer.Option(
            "--mentions-per-day",
            help="That name a brand and were judged; for --queue-per-day. Unset: counted in the store of --config.",
            min=1,
        ),
    ] = None,
    base_rate: Annotated[
        float, typer.Option(help="Share of mentions that should be queued, in your feed.", min=0.0001, max=0.9999)
    ] = 0.02,
    label: Annotated[str, typer.Option(help="An intent, or needs_intervention.")] = "needs_intervention",
    language: Annotated[str, typer.Option(help="By labelled posts of this language; unset: of all.")] = "",
    known_sources: Annotated[
        bool, typer.Option("--known-sources", help="As if posts like yours were in the training; else as if none was.")
    ] = False,
    picture: Annotated[Path | None, typer.Option(help="Draw the curve, too: .svg or .png.", metavar="FILE")] = None,
    config: Annotated[str, typer.Option("--config", "-c", metavar="FILE", help="Unset: the shipped model.")] = "",
    as_json: shared.AsJson = False,
) -> None:
    """Choose a threshold by what you wish: so much recall, or so long a queue. Prints the whole trade-off.

    The figures are those of labelled posts that the model had not seen; a feed has other posts, so look at what
    `echolot audit` finds after a while."""
    if (recall is None) == (queue is None):
        raise typer.BadParameter("say what you wish: either --recall, or --queue-per-day")
    if queue is None and mentions is not None:
        raise typer.BadParameter("--mentions-per-day is for --queue-per-day; leave it out")
    if queue is not None and mentions is None and (not config or label != "needs_intervention"):
        raise typer.BadParameter(
            "--queue-per-day needs --mentions-per-day; for needs_intervention --config FILE will do, since what its "
            "store holds of them is counted"
        )
    settings = judged_by(config)
    counted = ""
    if queue is not None and mentions is None:
        mentions, days = _counted(settings)
        counted = f" of {mentions:,.0f} that it decides on (median of {days} days in the store)"
    chosen = settings.judge.model
    from classifiers import artefact, held_out, trade_off

    wish = trade_off.Wish(recall, None if queue is None or mentions is None else 1000 * queue / mentions)
    folder = chosen or artefact.SHIPPED
    known = held_out.load(folder, artefact.load(folder).content)
    split = held_out.BY_POST if known_sources else held_out.BY_SOURCE
    curve = trade_off.curve(known, label, split, language, wish, base_rate)
    if picture is not None:
        from classifiers import pictures

        pictures.trade_off(curve, base_rate, picture)
    low, high = curve.recall_interval
    if as_json:
        rows = [dict(zip(_NAMES, trade_off.rounded(point), strict=False)) for point in curve.points]
        said = {"label": label, "threshold": curve.chosen.threshold, "recall_interval": [low, high], "curve": rows}
        if mentions is not None:
            said["mentions_per_day"] = mentions
        print(json.dumps(said))
        return
    shared.show(
        f"{label}, base rate {base_rate:g}, {'known' if known_sources else 'new'} sources",
        _NAMES,
        [(*trade_off.rounded(point), "<- chosen" if point == curve.chosen else "") for point in curve.points],
    )
    becomes = "queued" if label == "needs_intervention" else f"said to be {label}"
    queued = curve.chosen.queue_per_1000 * (mentions or 0) / 1000
    shared.say(
        f"\nAt {curve.chosen.threshold:.2f}: recall {curve.chosen.recall:.2f} (95 %: {low:.2f} to {high:.2f})"
        + (f", about {queued:.0f} mentions a day {becomes}{counted}" if mentions else "")
        + ". Put into the configuration, with a new judge.generation:\n\n"
        f"judge:\n  thresholds:\n    {label}: {curve.chosen.threshold}\n"
    )


def _counted(settings: JobSettings) -> Volume:
    from pipeline.volume import volume

    with closing(existing(settings)) as store:
        return volume(store)
