from __future__ import annotations

import numpy as np
import pytest

from classifiers.figures import best_threshold, figures_of, in_a_feed, macro, severities_of, trade_offs

TRUTH = np.array([1, 1, 0, 0, 0, 0, 0, 0, 0, 0], bool)
SCORES = np.array([0.9, 0.4, 0.6, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])


def test_figures_by_hand():
    """One hit, one miss, one false alarm among eight negatives: P = R = F1 = .5, alarms .125."""
    row = figures_of("s", "de", "x", TRUTH, SCORES, SCORES >= 0.5)
    assert (row.f1, row.precision, row.recall, row.positives) == (0.5, 0.5, 0.5, 2)
    assert row.average_precision == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert row.queue_per_1000 == pytest.approx(1000 * (0.02 * 0.5 + 0.98 * 0.125))
    assert row.precision_at_2_percent == pytest.approx(0.01 / 0.1325)


def test_a_label_without_positives_has_no_figures_and_no_part_in_the_mean():
    none = figures_of("s", "de", "x", np.zeros(3, bool), np.zeros(3), np.zeros(3, bool))
    some = figures_of("s", "de", "y", TRUTH, SCORES, SCORES >= 0.5)
    assert none.f1 is None
    assert macro("s", "de", [none, some]).f1 == 0.5
    assert macro("s", "de", [none]).f1 is None


def test_a_queue_of_nothing_has_no_precision():
    assert in_a_feed(0.0, 0.0) == (None, 0.0)


def test_the_best_threshold_moves_up_when_positives_are_rare():
    truth = np.array([1] * 10 + [0] * 10, bool)
    scores = np.array([0.9] * 5 + [0.4] * 5 + [0.4] * 2 + [0.1] * 8)
    even, rare = np.ones(20), np.where(truth, 0.05, 1.0)
    assert best_threshold(truth, scores, even) <= 0.4 < best_threshold(truth, scores, rare) <= 0.9
    assert best_threshold(np.zeros(3, bool), np.ones(3), np.ones(3)) == 0.5


def test_recall_counts_more_with_a_larger_beta():
    """At .4 all 10 positives and 2 of 10 others, at .9 half of the positives alone."""
    truth = np.array([1] * 10 + [0] * 10, bool)
    scores = np.array([0.9] * 5 + [0.4] * 5 + [0.4] * 8 + [0.1] * 2)
    weights = np.where(truth, 1.0, 2.0)
    assert best_threshold(truth, scores, weights, beta=0.5) > 0.4 >= best_threshold(truth, scores, weights, beta=2)


def test_precision_at_a_recall_of_80_percent_is_of_a_feed():
    """The threshold that finds 4 of 5 lets 1 of 10 others pass."""
    truth = np.array([1] * 5 + [0] * 10, bool)
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.1] + [0.65] + [0.2] * 9)
    row = figures_of("s", "de", "x", truth, scores, scores >= 0.85)
    assert row.precision_at_80_recall == pytest.approx(0.02 * 0.8 / (0.02 * 0.8 + 0.98 * 0.1))
    assert figures_of("s", "de", "x", truth[:5], scores[:5], truth[:5]).precision_at_80_recall == 1


def test_severities_by_hand():
    """A step above one that was not taken does not count, and nothing where nobody is needed."""
    truth = np.array([0, 0, 1, 2, 3, 3, 4])
    needs = np.array([0, 1, 1, 1, 0, 1, 1], bool)
    steps = np.array([[1, 1, 1], [0, 0, 0], [1, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1], [0, 1, 1]], bool)
    rows = severities_of("s", truth, needs, steps)
    assert [row.said for row in rows] == [
        (1, 1, 0, 0, 0), (0, 0, 1, 0, 0), (0, 0, 1, 0, 0), (1, 0, 0, 0, 1), (0, 1, 0, 0, 0),
    ]  # fmt: skip
    assert [row.recall for row in rows] == [1, 1, 1, 0.5, 0]


def test_a_higher_threshold_never_queues_more():
    queues = [row.queue_per_1000 for row in trade_offs("de", TRUTH, SCORES)]
    assert queues == sorted(queues, reverse=True)
    assert trade_offs("de", np.zeros(10, bool), SCORES) == []
