"""Which threshold grants a wish, so much recall or so long a queue, and what does it cost? From held-out posts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from classifiers.figures import BASE_RATE, TradeOff, trade_offs
from classifiers.held_out import HeldOut
from schemas.errors import TerminalError

FINE = tuple(round(n / 50, 2) for n in range(1, 50))
"""Thresholds of the curve: .02 to .98."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: at least `recall`, or at most `queue_per_1000` mentions. One of both is None."""

    recall: float | None = None
    queue_per_1000: float | None = None

    def granted(self, point: TradeOff) -> bool:
        """By this threshold?"""
        if self.recall is not None:
            return point.recall >= self.recall
        return self.queue_per_1000 is not None and point.queue_per_1000 <= self.queue_per_1000


@dataclass(frozen=True, slots=True)
class Curve:
    """The whole trade-off of one label, and what was chosen."""

    name: str
    points: tuple[TradeOff, ...]
    chosen: TradeOff
    recall_interval: tuple[float, float]
    """Of the chosen point: Wilson's (1927), 95 %."""


def curve(held_out: HeldOut, name: str, split: str, language: str, wish: Wish, base_rate: float = BASE_RATE) -> Curve:
    """The highest threshold with the recall wished for, or the lowest with the queue. Raises TerminalError: none is."""
    truth, scores = held_out.of(name, split, language)
    points = trade_offs(language or "all", truth, scores, FINE, base_rate)
    chosen = _choose(points, wish)
    hits, positives = int((scores[truth] >= chosen.threshold).sum()), int(truth.sum())
    interval = binomtest(hits, positives).proportion_ci(method="wilson")
    return Curve(name, tuple(points), chosen, (float(interval.low), float(interval.high)))


def _choose(points: Sequence[TradeOff], wish: Wish) -> TradeOff:
    granting = [point for point in points if wish.granted(point)]
    if granting:
        return granting[-1] if wish.recall is not None else granting[0]
    if wish.recall is not None:
        raise TerminalError(
            f"no threshold reaches a recall of {wish.recall:.2f} on these posts (most: {points[0].recall:.2f}, at "
            f"{points[0].threshold:.2f}); wish for less"
        )
    raise TerminalError(
        f"no threshold keeps the queue to {wish.queue_per_1000:,.4g} of 1,000 mentions (least: "
        f"{min(p.queue_per_1000 for p in points):,.4g}); allow a longer queue"
    )


def rounded(point: TradeOff) -> tuple[float | None, ...]:
    """As a row of a table: threshold, recall, false alarms, precision, queue of 1,000."""
    precision = None if point.precision is None else float(np.round(point.precision, 3))
    return (
        point.threshold,
        round(point.recall, 3),
        round(point.false_alarms, 4),
        precision,
        round(point.queue_per_1000, 1),
    )
