"""Fits the linear model: targets, weights of posts, logistic regressions, calibration, thresholds. Training only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from classifiers.artefact import Output
from classifiers.figures import Bools, Floats, best_threshold
from classifiers.gold import GoldPost
from classifiers.intents import NEEDS_INTERVENTION, SEVERITIES
from classifiers.vocabulary import Vocabulary, learn, prepared

# Chosen by mean average precision on held-out real posts, (folds / source left out / German real in folds).
_C = 8.0  # inverse strength of the penalty; 8: .704/.534/.503, 4: .703/.526/.500, 2: .698/.507/.494
_AUTHORED_WEIGHT = 1.0  # half: .707/.507/.508, better at home and worse abroad; one and a half: .698/.532/.495
_GERMAN_WEIGHT = 2.0  # of real German posts, what most users have; .702/.525/.511 against .703/.526/.500 at 1
_LEAST_POSITIVES = 3  # below it a label is not fitted, and never said
_NEVER = -20.0  # logit
_QUEUE_RATE = 0.20
"""Base rate the threshold of needs_intervention is best for. A feed has 2 %, but what reaches the threshold names a
brand and is no noise, and a missed complaint costs more than a glance; at .10 the threshold is .65, and recall on
German posts .53 instead of .62."""


@dataclass(frozen=True, slots=True)
class Targets:
    """What is learnt: a column an output. `counts` says which posts a column is about (severity: those to act on)."""

    names: tuple[str, ...]
    truth: Bools
    counts: Bools

    def rows(self, chosen: NDArray[np.int64]) -> Targets:
        """The same for some posts."""
        return Targets(self.names, self.truth[chosen], self.counts[chosen])


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted model before calibration."""

    vocabulary: Vocabulary
    weights: Floats
    biases: Floats

    def logits(self, texts: Sequence[str]) -> Floats:
        """A row a prepared text, a column an output."""
        result: Floats = self.vocabulary.matrix(texts) @ self.weights + self.biases
        return result


def targets_of(posts: Sequence[GoldPost], intents: Sequence[str]) -> Targets:
    """Columns in the model's order: intents, needs_intervention, severity at least 2, 3, 4."""
    truth = np.array(
        [
            [*(i in p.intents for i in intents), p.needs_intervention, *(p.severity >= s for s in (2, 3, 4))]
            for p in posts
        ],
        dtype=bool,
    )
    counts = np.ones_like(truth)
    counts[:, len(intents) + 1 :] = truth[:, len(intents), None]
    return Targets((*intents, NEEDS_INTERVENTION, *SEVERITIES), truth, counts)


def weights_of(posts: Sequence[GoldPost]) -> Floats:
    """How much a post counts in fitting."""
    return np.array([_weight(post) for post in posts])


def _weight(post: GoldPost) -> float:
    if not post.is_real:
        return _AUTHORED_WEIGHT
    return _GERMAN_WEIGHT if post.language == "de" and not post.is_translated else 1.0


def texts_of(posts: Sequence[GoldPost], is_brand: Callable[[str], bool]) -> list[str]:
    """Texts as the vocabulary takes them."""
    return prepared([post.text for post in posts], is_brand)


def fit(texts: Sequence[str], targets: Targets, weights: Floats) -> Fitted:
    """One logistic regression a column, over one vocabulary."""
    vocabulary = learn(texts)
    matrix = vocabulary.matrix(texts)
    columns = np.zeros((matrix.shape[1], len(targets.names)))
    biases = np.full(len(targets.names), _NEVER)
    for place in range(len(targets.names)):
        about = np.flatnonzero(targets.counts[:, place])
        truth = targets.truth[about, place]
        if truth.sum() < _LEAST_POSITIVES or truth.all():
            biases[place] = -_NEVER if len(truth) and truth.all() else _NEVER
            continue
        regression = LogisticRegression(C=_C, solver="liblinear", max_iter=300)
        regression.fit(matrix[about], truth, sample_weight=weights[about])
        columns[:, place], biases[place] = regression.coef_[0], regression.intercept_[0]
    return Fitted(vocabulary, columns, biases)


def calibrate(logits: Floats, targets: Targets, biases: Floats | None = None) -> tuple[Output, ...]:
    """Platt's scaling (1999) and a threshold for each column, from logits of posts that were held out.

    Thresholds of intents give the best F1; of needs_intervention the best F1 at the base rate `_QUEUE_RATE`; of the
    severities, the larger side."""
    outputs = []
    for place, name in enumerate(targets.names):
        about = targets.counts[:, place]
        truth, scores = targets.truth[about, place], logits[about, place]
        slope, offset = _platt(scores, truth)
        threshold = 0.5
        if name not in SEVERITIES:
            weights = np.ones(len(truth))
            if name == NEEDS_INTERVENTION and truth.any():
                share = truth.mean()
                weights[truth] = _QUEUE_RATE / (1 - _QUEUE_RATE) * (1 - share) / share
            threshold = best_threshold(truth, expit(slope * scores + offset), weights)
        bias = float(biases[place]) if biases is not None else 0.0
        outputs.append(Output(name, bias, slope, offset, threshold))
    return tuple(outputs)


def probabilities(logits: Floats, outputs: Sequence[Output]) -> Floats:
    """Calibrated."""
    result: Floats = expit(logits * [output.slope for output in outputs] + [output.offset for output in outputs])
    return result


def _platt(scores: Floats, truth: Bools) -> tuple[float, float]:
    if truth.sum() < _LEAST_POSITIVES or (~truth).sum() < _LEAST_POSITIVES or np.ptp(scores) == 0:
        return 1.0, 0.0
    regression = LogisticRegression(C=1e6, max_iter=1000).fit(scores[:, None], truth)
    slope = float(regression.coef_[0, 0])
    return (slope, float(regression.intercept_[0])) if slope > 0 else (1.0, 0.0)  # never turn a ranking round
