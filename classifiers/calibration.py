"""Do probabilities mean what they say? Reliability bins and the expected calibration error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 10
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bin:
    """Posts of like probability: their mean probability, the share that has the label, their number."""

    said: float
    true: float
    posts: int


def bins(truth: Bools, scores: Floats) -> list[Bin]:
    """At most `BINS` of equal width, empty ones left out."""
    place = np.minimum((scores * BINS).astype(int), BINS - 1)
    chosen = [place == n for n in range(BINS)]
    return [Bin(float(scores[c].mean()), float(truth[c].mean()), int(c.sum())) for c in chosen if c.any()]


def error(found: Sequence[Bin]) -> float:
    """Expected calibration error (Naeini et al. 2015; Guo et al. 2017, arXiv 1706.04599), 0 to 1."""
    posts = sum(b.posts for b in found)
    return sum(b.posts * abs(b.said - b.true) for b in found) / posts if posts else 0.0
