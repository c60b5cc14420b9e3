"""Figures of binary verdicts: F1, average precision, and what a feed with few positives would see.

A labelled set holds far more posts to act on than a feed does. From recall r and false-positive rate f, a feed with
base rate b has precision b r / (b r + (1 - b) f), and queues 1000 (b r + (1 - b) f) of 1,000 mentions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from classifiers import calibration
from classifiers.calibration import Bools, Floats

__all__ = ["BASE_RATE", "Bools", "Figures", "Floats", "Report", "TradeOff"]

BASE_RATE = 0.02
"""Share of mentions in the wild that need intervention."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How well one label is told on one set of posts; None where it cannot be said (no positives)."""

    split: str
    """How the posts were held out, or `as shipped`."""
    language: str
    label: str
    posts: int
    positives: int
    f1: float | None
    average_precision: float | None
    precision: float | None
    recall: float | None
    calibration_error: float | None
    precision_at_2_percent: float | None = None
    queue_per_1000: float | None = None
    precision_at_80_recall: float | None = None
    """In a feed of the base rate, with the highest threshold that finds 80 %."""


@dataclass(frozen=True, slots=True)
class TradeOff:
    """What another threshold would do, on posts that were held out."""

    language: str
    threshold: float
    recall: float
    false_alarms: float
    """Share of the posts without the label that are said to have it."""
    precision: float | None
    """In a feed of the base rate; None where nothing is queued."""
    queue_per_1000: float


@dataclass(frozen=True, slots=True)
class SeverityFigures:
    """What became of the posts of one severity."""

    split: str
    severity: int
    """1 to 4; 0: they need nobody."""
    said: tuple[int, ...]
    """How many posts were said to have severity 0 (nobody needed), 1, 2, 3, 4."""

    @property
    def recall(self) -> float:
        """Share that was said to be so severe, or more."""
        return sum(self.said[self.severity :]) / max(1, sum(self.said))


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of a run, as rows for a table and as JSON."""

    figures: tuple[Figures, ...]
    notes: tuple[str, ...] = ()
    trade_offs: tuple[TradeOff, ...] = ()
    stages: tuple[Figures, ...] = ()
    """What each model reaches alone, and together; the split says which."""
    severities: tuple[SeverityFigures, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Column names."""
        return (
            "split",
            "language",
            "label",
            "posts",
            "positives",
            "F1",
            "AP",
            "precision",
            "recall",
            "ECE",
            "P at 2 %",
            "queue",
            "P at 80 %",
        )

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """A row a label and set."""
        return [tuple(asdict(figures).values()) for figures in self.figures]

    @property
    def stage_rows(self) -> list[tuple[Any, ...]]:
        """What each model reaches alone, and together."""
        return [tuple(asdict(figures).values()) for figures in self.stages]

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "figures": [asdict(figures) for figures in self.figures],
            "trade_offs": [asdict(trade_off) for trade_off in self.trade_offs],
            "stages": [asdict(figures) for figures in self.stages],
            "severities": [asdict(figures) for figures in self.severities],
            "notes": list(self.notes),
        }

    def find(self, split: str, language: str, label: str) -> Figures:
        """One row. Raises KeyError."""
        for figures in self.figures:
            if (figures.split, figures.language, figures.label) == (split, language, label):
                return figures
        raise KeyError((split, language, label))


def figures_of(split: str, language: str, label: str, truth: Bools, scores: Floats, verdicts: Bools) -> Figures:
    """Figures of one label."""
    hits = int((truth & verdicts).sum())
    positives, said, negatives = int(truth.sum()), int(verdicts.sum()), int((~truth).sum())
    if not positives:
        return Figures(split, language, label, len(truth), 0, None, None, None, None, None)
    recall, alarm = hits / positives, (said - hits) / negatives if negatives else 0.0
    precision, queue = in_a_feed(recall, alarm)
    return Figures(
        split, language, label, len(truth), positives,
        f1=2 * hits / (positives + said),
        average_precision=float(average_precision_score(truth, scores)),
        precision=hits / said if said else None,
        recall=recall,
        calibration_error=calibration.error(calibration.bins(truth, scores)),
        precision_at_2_percent=precision,
        queue_per_1000=queue,
        precision_at_80_recall=_precision_at(0.8, truth, scores),
    )  # fmt: skip


def _precision_at(recall: float, truth: Bools, scores: Floats) -> float | None:
    found = np.sort(scores[truth])[::-1]
    said = scores >= found[math.ceil(recall * len(found)) - 1]
    alarms = float(said[~truth].mean()) if not truth.all() else 0.0
    return in_a_feed(float(said[truth].mean()), alarms)[0]


def severities_of(split: str, truth: NDArray[np.int64], needs: Bools, steps: Bools) -> tuple[SeverityFigures, ...]:
    """A row a severity. `needs` and `steps` (2, 3, 4 or more, a column each) are verdicts.

    Where nobody is needed severity is 0, and no step counts above one that was not taken."""
    said = np.where(needs, 1 + np.cumprod(steps, axis=1).sum(axis=1), 0)
    levels = range(steps.shape[1] + 2)
    return tuple(
        SeverityFigures(split, level, tuple(int((said[truth == level] == other).sum()) for other in levels))
        for level in levels
    )


def in_a_feed(recall: float, false_alarms: float, base_rate: float = BASE_RATE) -> tuple[float | None, float]:
    """Precision, and queued of 1,000 mentions, in a feed where `base_rate` of the mentions have the label."""
    queued = base_rate * recall + (1 - base_rate) * false_alarms
    return (base_rate * recall / queued if queued else None), 1000 * queued


COARSE = tuple(n / 10 for n in range(2, 10))


def trade_offs(
    language: str,
    truth: Bools,
    scores: Floats,
    thresholds: Iterable[float] = COARSE,
    base_rate: float = BASE_RATE,
) -> list[TradeOff]:
    """One for each threshold; empty where one of the classes is."""
    if not truth.any() or truth.all():
        return []
    rows = []
    for threshold in thresholds:
        said = scores >= threshold
        recall, alarm = float(said[truth].mean()), float(said[~truth].mean())
        rows.append(TradeOff(language, threshold, recall, alarm, *in_a_feed(recall, alarm, base_rate)))
    return rows


def macro(split: str, language: str, rows: Sequence[Figures]) -> Figures:
    """The mean over labels that have positives, as label `macro`."""
    counted = [row for row in rows if row.positives]

    def mean(values: Sequence[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return float(np.mean(known)) if known else None

    return Figures(
        split, language, "macro", max((row.posts for row in rows), default=0), sum(row.positives for row in counted),
        mean([row.f1 for row in counted]), mean([row.average_precision for row in counted]),
        mean([row.precision for row in counted]), mean([row.recall for row in counted]),
        mean([row.calibration_error for row in counted]),
    )  # fmt: skip


def best_threshold(truth: Bools, scores: Floats, weights: Floats, beta: float = 1.0) -> float:
    """The threshold of the largest weighted F-beta, to two decimals, within .05 to .95; .5 without positives.

    Recall counts `beta` times as much as precision (van Rijsbergen 1979)."""
    if not truth.any():
        return 0.5
    best, chosen = -1.0, 0.5
    total = float(weights[truth].sum())
    for threshold in np.round(np.arange(0.05, 0.951, 0.01), 2).tolist():
        said = scores >= threshold
        hits = float(weights[truth & said].sum())
        score = (1 + beta**2) * hits / (beta**2 * total + float(weights[said].sum()))
        if score > best:
            best, chosen = score, threshold
    return chosen
