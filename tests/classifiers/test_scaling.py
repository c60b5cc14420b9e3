"""A logit becomes a probability; one that is gated falls with relevance, and no row depends on another."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pytest

from classifiers.scaling import RELEVANCE, Scale, probabilities


def sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x))


def test_platts_scaling():
    found = probabilities([Scale("a", 2.0, -1.0), Scale("b", 1.0, 0.0)], np.array([[0.5, 3.0]]))
    assert found[0].tolist() == pytest.approx([0.5, sigmoid(3)])


def test_a_gated_output_is_scaled_again_from_the_product_with_the_root_of_relevance():
    scales = [Scale("a", 1.0, 0.0, 2.0, 0.25), Scale("free", 1.0, 0.0), Scale(RELEVANCE, 1.0, 0.0)]
    found = probabilities(scales, np.array([[1.0, 1.0, -2.0]]))[0]
    product = sigmoid(1) * sqrt(sigmoid(-2))
    assert found[0] == pytest.approx(sigmoid(2 * log(product / (1 - product)) + 0.25))
    assert found[1:].tolist() == pytest.approx([sigmoid(1), sigmoid(-2)])


def test_the_less_relevant_the_less_likely_and_extremes_stay_probabilities():
    scales = [Scale("a", 1.0, 0.0, 1.0, 0.0), Scale(RELEVANCE, 1.0, 0.0)]
    found = probabilities(scales, np.array([[2.0, relevance] for relevance in (-800.0, -3.0, 0.0, 3.0, 800.0)]))[:, 0]
    assert (np.diff(found) > 0).all() and 0 <= found[0] < 1e-6
    sure = probabilities(scales, np.array([[800.0, 800.0], [-800.0, -800.0]]))[:, 0]
    assert sure[0] == pytest.approx(1) and sure[1] == pytest.approx(0) and np.isfinite(sure).all()


def test_a_row_is_the_same_alone_and_among_others():
    scales = [Scale("a", 1.3, 0.1, 0.7, -0.2), Scale(RELEVANCE, 0.9, 0.3)]
    rows = np.random.default_rng(1).normal(size=(37, 2)) * 3
    together = probabilities(scales, rows)
    assert all((probabilities(scales, rows[n : n + 1])[0] == together[n]).all() for n in range(len(rows)))
