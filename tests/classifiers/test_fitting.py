"""What fitting promises: who is asked twice, and what a calibrated mean of two models says."""

from __future__ import annotations

import numpy as np
import pytest

from classifiers.fitting import Calibration, Logits, Targets, calibrate, cut_for

NAMES = ("complaint", "needs_intervention")
DRAW = np.random.default_rng(5)
TRUTH = DRAW.random((4000, 2)) < 0.3


def noisy(strength: float) -> np.ndarray:
    return TRUTH * strength + DRAW.normal(size=TRUTH.shape)


def targets() -> Targets:
    return Targets(NAMES, TRUTH, np.ones_like(TRUTH))


def asked(cut: float, first: np.ndarray, has_label: np.ndarray) -> float:
    doubtful = first.max(axis=1) >= cut
    return float(0.05 * doubtful[has_label].mean() + 0.95 * doubtful[~has_label].mean())


@pytest.mark.parametrize("share", [0.02, 0.15, 0.6])
def test_the_cut_is_the_lowest_that_asks_about_no_more_than_wished(share):
    has_label = TRUTH.any(axis=1)
    first = 1 / (1 + np.exp(-noisy(2)))
    cut = cut_for(first, has_label, share)
    assert asked(cut, first, has_label) <= share < asked(cut - 0.01, first, has_label)


def test_a_cut_without_posts_of_one_kind_still_is_one():
    first = np.full((10, 2), 0.5)
    assert cut_for(first, np.zeros(10, bool), 0.1) == 0.51
    assert cut_for(first, np.ones(10, bool), 0.1) == 0.01  # 5 % of the feed at most


def test_the_mean_of_two_models_is_better_than_either_and_calibrated():
    linear, other = noisy(2), noisy(2)
    made = calibrate(Logits(linear, (other,)), targets())
    scores = made.probabilities(Logits(linear, (other,)))
    alone = calibrate(Logits(linear), targets()).probabilities(Logits(linear))
    assert np.abs(scores - TRUTH).mean() < np.abs(alone - TRUTH).mean() - 0.02
    for low in (0.1, 0.3, 0.6):
        within = (scores >= low) & (scores < low + 0.2)
        assert TRUTH[within].mean() == pytest.approx(scores[within].mean(), abs=0.05)


def test_below_the_cut_the_linear_model_decides():
    linear, other = noisy(2), noisy(2)
    made: Calibration = calibrate(Logits(linear, (other,)), targets(), cut=0.4)
    alone = calibrate(Logits(linear), targets()).probabilities(Logits(linear))
    scores = made.probabilities(Logits(linear, (other,)))
    sure = alone.max(axis=1) < 0.4
    assert (scores[sure] == alone[sure]).all()
    assert (scores[~sure] != alone[~sure]).all()
    assert 0.2 < sure.mean() < 0.9
