"""How right is the sentiment on labelled posts? Pure: posts and probabilities in, figures out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score, recall_score

from classifiers import calibration, tsv
from classifiers.judge import Judge
from classifiers.labelled import GoldError
from classifiers.sentiment import CLASSES, UNJUDGED
from classifiers.sentiment_sets import SentimentPost
from schemas.mention import Mention

Floats = NDArray[np.float64]
_BATCH = 1000
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)  # no verdict depends on it


@dataclass(frozen=True, slots=True)
class SentimentFigures:
    """One set of posts; a figure is None where it cannot be said."""

    stage: str
    set: str
    language: str
    posts: int
    macro_f1: float
    """Mean of the F1 of the three classes, the measure of UMSAB."""
    macro_recall: float
    """Mean of the recall of the three classes, the measure of SemEval 2017 task 4."""
    f1_negative: float
    f1_neutral: float
    f1_positive: float
    calibration_error: float
    """ECE of the likeliest class."""


@dataclass(frozen=True, slots=True)
class SentimentReport:
    """All figures of a run, as rows for a table and as JSON."""

    figures: tuple[SentimentFigures, ...]
    notes: tuple[str, ...] = ()
    NAMES = (
        "stage", "set", "language", "posts", "macro-F1", "macro-recall", "F1 negative", "F1 neutral", "F1 positive",
        "ECE",
    )  # fmt: skip

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """A row a set."""
        return [tuple(asdict(row).values()) for row in self.figures]

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {"figures": [asdict(row) for row in self.figures], "notes": list(self.notes)}


def figures(stage: str, posts: Sequence[SentimentPost], scores: Floats) -> list[SentimentFigures]:
    """A row for each set and language, and one for all; `scores` has a row a post, a column a class."""
    truth, keys = np.array([post.sentiment for post in posts]), [(post.set, post.language) for post in posts]
    rows = [_figures(stage, "all", "all", truth, scores)]
    for key in sorted(set(keys)) if len(set(keys)) > 1 else []:
        chosen = np.array([each == key for each in keys])
        rows.append(_figures(stage, *key, truth[chosen], scores[chosen]))
    return rows


def evaluate(path: Path, judge: Judge) -> SentimentReport:
    """Figures of the judge on a file of `text TAB class` lines (negative, neutral, positive, or 0, 1, 2 as UMSAB and
    TweetEval write them). A post that it leaves unjudged counts as neutral, and a note says how many do.

    Raises GoldError."""
    posts = tsv.read(path, _post)
    scores, unjudged = np.zeros((len(posts), len(CLASSES))), 0
    for start in range(0, len(posts), _BATCH):
        part = posts[start : start + _BATCH]
        judged = judge.judge(
            [
                Mention(platform="file", native_id=str(start + n), text=post.text, published_at=_EPOCH)
                for n, post in enumerate(part)
            ]
        )
        for n, said in enumerate(judged["sentiment"]):
            unjudged += said == UNJUDGED
            scores[start + n] = (0.0, 1.0, 0.0) if said == UNJUDGED else judged["sentiment_probabilities"][n]
    why = "no text, or words or a script unknown"
    note = f"{unjudged} of {len(posts)} posts were not judged ({why}), and count as neutral"
    return SentimentReport(tuple(figures("as shipped", posts, scores)), (note,) if unjudged else ())


def _post(where: str, text: str, label: str) -> SentimentPost:
    if label in CLASSES:
        return SentimentPost(text, CLASSES.index(label), "file", "all")
    if label in ("0", "1", "2"):
        return SentimentPost(text, int(label), "file", "all")
    raise GoldError(f"{where}: {label!r} is no sentiment; write {', '.join(CLASSES)}, or 0, 1, 2 in this order")


def _figures(stage: str, part: str, language: str, truth: NDArray[np.int64], scores: Floats) -> SentimentFigures:
    said, classes = scores.argmax(axis=1), list(range(len(CLASSES)))
    each = f1_score(truth, said, labels=classes, average=None, zero_division=0)
    recall = recall_score(truth, said, labels=classes, average="macro", zero_division=0)
    error = calibration.error(calibration.bins(said == truth, scores.max(axis=1)))
    negative, neutral, positive = map(float, each)
    mean = float(np.mean(each))
    return SentimentFigures(stage, part, language, len(truth), mean, float(recall), negative, neutral, positive, error)
