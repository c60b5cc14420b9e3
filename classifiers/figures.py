"""Figures of binary verdicts: F1, average precision, and what a feed with few positives would see.

A labelled set holds far more posts to act on than a feed does. From recall r and false-positive rate f, a feed with
base rate b has precision b r / (b r + (1 - b) f), and queues 1000 (b r + (1 - b) f) of 1,000 mentions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
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
class Report:
    """All figures of a run, as rows for a table and as JSON."""

    figures: tuple[Figures, ...]
    notes: tuple[str, ...] = ()
    trade_offs: tuple[TradeOff, ...] = ()
    stages: tuple[Figures, ...] = ()
    """What each model reaches alone, and together; the split says which."""

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
    )  # fmt: skip


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


def best_threshold(truth: Bools, scores: Floats, weights: Floats) -> float:
    """The threshold of the largest weighted F1, to two decimals, within .05 to .95; .5 where there are no positives."""
    if not truth.any():
        return 0.5
    best, chosen = -1.0, 0.5
    total = float(weights[truth].sum())
    for threshold in np.round(np.arange(0.05, 0.951, 0.01), 2).tolist():
        said = scores >= threshold
        f1 = 2 * float(weights[truth & said].sum()) / (total + float(weights[said].sum()))
        if f1 > best:
            best, chosen = f1, threshold
    return chosen
