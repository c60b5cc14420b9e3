"""What fitting promises: who is asked twice, and what a calibrated mean of two models says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classifiers.fitting import Calibration, Logits, Targets, calibrate, cut_for, said, with_feed

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
    made: Calibration = calibrate(Logits(linear, (other,)), targets(), asked=(0.2,))
    (stage,) = made.stages
    alone = calibrate(Logits(linear), targets()).probabilities(Logits(linear))
    scores = made.probabilities(Logits(linear, (other,)))
    sure = alone.max(axis=1) < stage.cut
    assert (scores[sure] == alone[sure]).all()
    assert (scores[~sure] != alone[~sure]).all()
    assert 0.2 < sure.mean() < 0.9


def test_the_encoder_counts_twice_for_what_it_knows_best_and_not_for_severities():
    wider = [np.column_stack([logits, logits[:, 1]]) for logits in (noisy(2), noisy(2), noisy(2))]
    names, truth = (*NAMES, "severity_3"), np.column_stack([TRUTH, TRUTH[:, 1]])
    made = calibrate(Logits(wider[0], tuple(wider[1:])), Targets(names, truth, np.ones_like(truth)))
    assert [stage.weights for stage in made.stages] == [(1.0, 1.0, 1.0), (1.0, 2.0, 1.0)]


def test_a_third_model_is_asked_by_what_two_say_and_only_where_the_second_was():
    linear, second, third = noisy(2), noisy(2), noisy(2)
    logits = Logits(linear, (second, third))
    made = calibrate(logits, targets(), asked=(0.3, 0.1))
    first, later = made.stages
    two = replace(made, stages=(first,)).probabilities(logits)
    alone = replace(made, stages=()).probabilities(logits)
    assert first.asks == NAMES and later.asks == ("needs_intervention",)
    asked = (alone.max(axis=1) >= first.cut) & (two[:, NAMES.index("needs_intervention")] >= later.cut)
    scores = made.probabilities(logits)
    assert (scores[~asked] == two[~asked]).all() and (scores[asked] != two[asked]).all()
    assert 0.05 < asked.mean() < (alone.max(axis=1) >= first.cut).mean()
    assert np.abs(scores - TRUTH).mean() < np.abs(two - TRUTH).mean() < np.abs(alone - TRUTH).mean()


def test_what_is_irrelevant_is_nobodys_complaint():
    """Relevance known for sure: gated scores of irrelevant posts fall, and all stay calibrated."""
    names = (*NAMES, "relevance")
    truth = np.column_stack([TRUTH, TRUTH.any(axis=1)])
    about = Targets(names, truth, np.ones_like(truth))
    logits = np.column_stack([noisy(2), np.where(truth[:, 2], 6.0, -6.0) + DRAW.normal(size=len(truth))])
    gated = calibrate(Logits(logits), about).probabilities(Logits(logits))
    plain = calibrate(Logits(logits[:, :2]), targets()).probabilities(Logits(logits[:, :2]))
    idle = ~truth[:, 2]
    assert gated[idle, :2].mean() < plain[idle].mean() / 3
    assert gated[:, :2].mean(axis=0) == pytest.approx(TRUTH.mean(axis=0), abs=0.01)
    assert said(names) == [0, 1] and said((*NAMES, "severity_2")) == [0, 1]


def test_a_feed_says_only_that_nobody_is_needed():
    both = with_feed(targets(), 3)
    assert (both.truth[:-3] == TRUTH).all() and both.counts[:-3].all()
    assert not both.truth[-3:].any() and both.counts[-3:].tolist() == [[False, True]] * 3
