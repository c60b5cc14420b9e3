"""The card of the sentiment model, written from the run that made it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers import calibration, pictures
from classifiers.artefact import SHIPPED, Model
from classifiers.card import CARDS
from classifiers.evaluate_sentiment import SentimentReport
from classifiers.sentiment import CLASSES, NAME
from classifiers.sentiment_sets import SentimentPost

CARD, RELIABILITY, CONFUSION = "sentiment.md", "sentiment-reliability.svg", "sentiment-confusion.svg"
_LICENCES = {
    "umsab": "cardiffnlp/xlm-t, train part; repository Apache-2.0, the tweets under their platform's terms",
    "mobasa": "DFKI-NLP/sim3s-corpus, dev part; CC BY 4.0",
}
_LIMITS = """\
- The tone of a text, not an opinion about a brand. Irony is read as it is written.
- UMSAB's three classes are of one size; MobASA's posts are neutral in four of five. A feed is more like the second.
- MobASA labels the tone towards public transport: its tables are for German posts of passengers.
- Posts in other languages than these six are judged by sentence vectors (where `intents` asked for one) and by what
  words they share; nobody measured it.
- The sets' posts are tweets of 2010 to 2018; reviews and longer posts are not among them."""
Floats = NDArray[np.float64]


def write(
    folder: Path,
    model: Model,
    report: SentimentReport,
    posts: Sequence[SentimentPost],
    scores: Floats,
    seconds: float,
) -> Path:
    """Write the card and its pictures: beside the others for the shipped model, else into `folder`. Returns where.

    `scores` are the probabilities of all posts, held out: a row a post, a column a class."""
    place = CARDS if folder.resolve() == (SHIPPED / NAME).resolve() else folder
    place.mkdir(parents=True, exist_ok=True)
    size = sum(path.stat().st_size for path in folder.rglob("*.npz")) / 1e6
    lines = [
        "# Model card: sentiment",
        "",
        f"A linear model over {len(model.vocabulary.slots):,} hashed n-grams (words, word pairs, characters in words), "
        f"one logistic regression a class, and logistic regressions over the frozen sentence vectors of `intents` "
        f"(docs/design.md), {size:.1f} MB. Every post is judged by its words; where `intents` asked for a sentence "
        f"vector, the mean of both logits decides{_with_encoder(model)}. Calibrated; the three probabilities add up to "
        f"one. Seed {model.seed}, trained in {seconds:.0f} s of processor time, content `{model.content[:16]}`. "
        f"Written by `echolot train sentiment`; do not edit.",
        "", "## Data", "", *_data(posts),
        "", "## Figures on posts held out (five folds)", "", *_figures(report),
        "", "## Pictures", "", *_pictures(place, posts, scores),
        "", "## Limits", "", *_LIMITS.splitlines(), "",
    ]  # fmt: skip
    card = place / CARD
    card.write_text("\n".join(lines), encoding="utf-8")
    return card


def _with_encoder(model: Model) -> str:
    if model.encoder is None or not model.encoder.of:
        return ""
    return (
        ", and where it asked its encoder, that of three: the encoder learnt sentiment from these sets before intents, "
        "and says both (its figures are of networks that had not seen the post)"
    )


def _data(posts: Sequence[SentimentPost]) -> Iterator[str]:
    counts = Counter((post.set, post.language, CLASSES[post.sentiment]) for post in posts)
    yield f"| set | language | {' | '.join(CLASSES)} | source and licence |"
    yield "|---|---|---|---|---|---|"
    for part, language in sorted({(post.set, post.language) for post in posts}):
        each = " | ".join(str(counts[part, language, name]) for name in CLASSES)
        yield f"| {part} | {language} | {each} | {_LICENCES[part]} |"


def _figures(report: SentimentReport) -> Iterator[str]:
    yield f"| {' | '.join(report.NAMES)} |"
    yield f"|{'---|' * len(report.NAMES)}"
    for row in report.rows:
        yield f"| {' | '.join(f'{cell:.3f}' if isinstance(cell, float) else str(cell) for cell in row)} |"


def _pictures(place: Path, posts: Sequence[SentimentPost], scores: Floats) -> Iterator[str]:
    truth = np.array([post.sentiment for post in posts])[:, None] == np.arange(len(CLASSES))
    said = scores.argmax(axis=1)[:, None] == np.arange(len(CLASSES))
    bins = [(name, calibration.bins(truth[:, n], scores[:, n])) for n, name in enumerate(CLASSES)]
    pictures.reliability(bins, place / RELIABILITY)
    pictures.confusion(CLASSES, truth, said, place / CONFUSION)
    yield "Probabilities said, and true shares, of each class, on posts held out."
    yield f"![reliability]({RELIABILITY})"
    yield "Of posts of the row's class, the share that is said to be of the column's."
    yield f"![confusion]({CONFUSION})"
