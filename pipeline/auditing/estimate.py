"""Recall and precision of the queue from a checked sample, with intervals. Pure: seeded, and it decides no verdict.

A stratum's share of yes gets a Beta posterior, its unchecked mentions are drawn from it (beta-binomial), and recall is
taken draw by draw: Webber, Approximate Recall Confidence Intervals, ACM TOIS 31(1), 2013. The prior is Jeffreys'
(Brown, Cai and DasGupta 2001) for the queue and for all suppressed mentions together, dealt to their strata by size.
One for every stratum would add half a yes to each: where misses are rare, the interval then lies below the true recall
in most simulated audits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.auditing.strata import IN_QUEUE

DRAWS = 20_000
"""Of the Monte Carlo: an end of the interval then moves by a tenth of a point from seed to seed."""
WIDE = 0.2
"""An interval of recall that is wider wants more posts."""
_SEED = 1
_JEFFREYS = 0.5
_RANGE = (0.025, 0.5, 0.975)
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Checked:
    """What people said of one stratum."""

    stratum: str
    size: int
    drawn: int
    checked: int
    found: int
    """Of the checked: needs somebody."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Median and central 95 % of a posterior."""

    estimate: float
    low: float
    high: float

    @property
    def width(self) -> float:
        """From low to high."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Advice:
    """Which posts would narrow the interval of recall most."""

    stratum: str
    posts: int
    """More of them."""
    width: float
    """Of the interval then, if the shares stay as they are."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an audit says."""

    recall: Interval
    """Of mentions that needed somebody, the share that was queued."""
    precision: Interval | None
    """Of queued mentions, the share that needed somebody; None where none was queued."""
    missed_a_day: Interval
    """Suppressed mentions that needed somebody."""
    need_somebody: dict[str, float]
    """Mentions of a stratum that need somebody, the posterior mean."""
    advice: Advice | None
    """None where the interval is narrow, or everything is checked."""

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)


def estimate(strata: Sequence[Checked], days: int, draws: int = DRAWS) -> Estimate:
    """From every stratum of the audit, each with one post checked or more, over a range of so many days."""
    random = np.random.default_rng(_SEED)
    yields = {s.stratum: _yield(s, *_prior(s, strata), random, draws) for s in strata}
    none = np.zeros(draws)
    caught = yields.get(IN_QUEUE, none)
    missed = sum((found for name, found in yields.items() if name != IN_QUEUE), none)
    needed = caught + missed
    recall = _interval(np.divide(caught, needed, out=np.ones(draws), where=needed > 0))  # nobody needed us: none missed
    queue = next((s.size for s in strata if s.stratum == IN_QUEUE), 0)
    return Estimate(
        recall,
        _interval(caught / queue) if queue else None,
        _interval(missed / days),
        {name: float(found.mean()) for name, found in yields.items()},
        _advice(strata, recall.width) if recall.width > WIDE else None,
    )


def _prior(stratum: Checked, strata: Sequence[Checked]) -> tuple[float, float]:
    if stratum.stratum == IN_QUEUE:
        return _JEFFREYS, _JEFFREYS
    suppressed = sum(s.size for s in strata if s.stratum != IN_QUEUE)
    return _JEFFREYS * stratum.size / suppressed, _JEFFREYS


def _yield(stratum: Checked, yes: float, no: float, random: np.random.Generator, draws: int) -> Floats:
    """Draws of how many mentions of the stratum need somebody: those found, and those among the unchecked."""
    share = random.beta(yes + stratum.found, no + stratum.checked - stratum.found, draws)
    return stratum.found + random.binomial(stratum.size - stratum.checked, share).astype(np.float64)


def _interval(values: Floats) -> Interval:
    low, middle, high = np.quantile(values, _RANGE).tolist()
    return Interval(middle, low, high)


def share(stratum: Checked, strata: Sequence[Checked]) -> float:
    """The posterior mean of a stratum's share of yes, 0 to 1."""
    yes, no = _prior(stratum, strata)
    return (yes + stratum.found) / (yes + no + stratum.checked)


def _advice(strata: Sequence[Checked], width: float) -> Advice | None:
    """Tries a quarter more posts in each stratum; the error of recall by the delta method."""
    step = max(10, sum(s.checked for s in strata) // 4)
    more = {s.stratum: min(step, s.size - s.checked) for s in strata if s.checked < s.size}
    now = _variance(strata, {})
    if not more or not now:
        return None
    after = {name: _variance(strata, {name: posts}) for name, posts in more.items()}
    best = min(after, key=lambda name: after[name])
    return Advice(best, more[best], width * math.sqrt(after[best] / now))


def _variance(strata: Sequence[Checked], more: dict[str, int]) -> float:
    """Of recall, up to a factor, once so many more posts of a stratum are checked and its share stays as it is."""
    means = {s.stratum: share(s, strata) for s in strata}
    caught = sum(s.size * means[s.stratum] for s in strata if s.stratum == IN_QUEUE)
    missed = sum(s.size * means[s.stratum] for s in strata if s.stratum != IN_QUEUE)
    total = 0.0
    for s in strata:
        slope = missed if s.stratum == IN_QUEUE else caught
        checked = s.checked + more.get(s.stratum, 0)
        spread = means[s.stratum] * (1 - means[s.stratum]) / (checked + sum(_prior(s, strata)) + 1)
        total += (slope * s.size) ** 2 * spread * (1 - checked / s.size)
    return total
