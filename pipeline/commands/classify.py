"""`echolot classify`: what would the judge say to this text?"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.commands import shared

if TYPE_CHECKING:
    from classifiers.judge import Judge
    from configs.settings import JobSettings
    from schemas.mention import Mention

_NAMES = (
    "text",
    "language",
    "brands",
    "intents",
    "intervention",
    "severity",
    "sentiment",
    "noise",
    "sensitive",
    "risk",
    "queued",
    "reasons",
)


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
    explain: Annotated[
        bool, typer.Option("--explain", help="Say which words moved each verdict, and by how much.")
    ] = False,
    as_json: shared.AsJson = False,
) -> None:
    """Judge texts as if they had just been posted by somebody unknown, with reasons."""
    if not texts:
        if sys.stdin.isatty():
            print("type or paste a text a line; Ctrl-D ends", file=sys.stderr)
        assert isinstance(sys.stdin, TextIOWrapper)
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")  # as arguments come, whatever the locale
        texts = [line.rstrip("\n") for line in sys.stdin if line.strip()]
    if not texts or not any(text.strip() for text in texts):
        raise typer.BadParameter('there is no text to judge; give one in quotes: echolot classify "..."')
    for number, text in enumerate(texts, 1):
        if any("\udc80" <= character <= "\udcff" for character in text):
            raise typer.BadParameter(
                f"text {number}, {text[:40]!a}, is not UTF-8; convert it, as by `iconv -f latin1 -t utf-8`"
            )
    settings = judged_by(config)
    rows, names = _judge(settings, texts, explain), (*_NAMES, "explained") if explain else _NAMES
    if as_json:
        shared.show("", names, rows, as_json=True)
        return
    for row in rows:
        shared.show_block(str(row[0]), names[1:], row[1:])


def judged_by(config: str) -> JobSettings:
    """The settings in a file, or the shipped ones. Raises ConfigError."""
    from configs.settings import ChdbStoreSettings, FilesSource, JobSettings
    from pipeline import checks

    if not config:
        return JobSettings(source=FilesSource(path=Path()), store=ChdbStoreSettings())
    settings = shared.settings(Path(config))
    checks.judge(settings, Path(config))
    return settings


def _judge(settings: JobSettings, texts: list[str], explain: bool) -> list[tuple[object, ...]]:
    from pipeline import resources
    from schemas.mention import Mention

    epoch = datetime(2020, 1, 1, tzinfo=UTC)  # a verdict does not depend on it
    mentions = [Mention(platform="text", native_id=str(n), text=t, published_at=epoch) for n, t in enumerate(texts, 1)]
    judge = resources.make_judge(settings)
    columns = judge.judge(mentions)
    return [
        (
            m.text,
            columns["language"][n],
            columns["brands"][n],
            columns["intents"][n],
            columns["needs_intervention_probability"][n],
            columns["severity"][n],
            columns["sentiment"][n],
            columns["noise"][n],
            columns["sensitive"][n],
            columns["risk"][n],
            "yes" if columns["queued"][n] else f"no: {columns['suppressed_by'][n]}",
            columns["reasons"][n],
            *([_explained(judge, m)] if explain else []),
        )
        for n, m in enumerate(mentions)
    ]


def _explained(judge: Judge, mention: Mention) -> list[str]:
    """A line a verdict: its probability, of severity its grade, and what each of the words that moved it most has added
    or taken away."""
    from classifiers.explain import MOST_WORDS, SEVERITY, explain
    from classifiers.intents import Intents
    from classifiers.normalise import mention_text
    from classifiers.sentiment import Sentiment

    intents = next(c for c in judge.classifiers if isinstance(c, Intents))
    sentiment = next(c for c in judge.classifiers if isinstance(c, Sentiment))
    long = len(mention_text(mention).split()) > MOST_WORDS
    lines = [f"(each of the first {MOST_WORDS} words was left out in turn)"] if long else []
    for said in explain(intents, sentiment, mention):
        digits = 0 if said.label == SEVERITY else 2
        moved = ", ".join(f"{effect.word} {effect.change:+.{digits}f}" for effect in said.effects)
        lines.append(f"{said.label} {said.value:.{digits}f}: {moved}")
    return lines
