"""Fits the models: targets, weights of posts, logistic regressions, calibration, thresholds. Training only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from classifiers import cascade
from classifiers.artefact import Output
from classifiers.figures import Bools, Floats, best_threshold
from classifiers.gold import GoldPost
from classifiers.intents import NEEDS_INTERVENTION, SEVERITIES
from classifiers.scaling import RELEVANCE, Scale, Stage, gated_odds, probabilities
from classifiers.vocabulary import Vocabulary, learn

# Chosen by mean average precision on held-out real posts, (folds / source left out / German real in folds).
_C = 8.0  # inverse strength of the penalty; 8: .704/.534/.503, 4: .703/.526/.500, 2: .698/.507/.494
_HEAD_C = 2.0  # over sentence vectors, folds / source left out; 2: .690/.554, 8: .667/.531, 16: .667/.526
_AUTHORED_WEIGHT = 1.0  # half: .707/.507/.508, better at home and worse abroad; one and a half: .698/.532/.495
_GERMAN_WEIGHT = 2.0  # of real German posts, what most users have; .702/.525/.511 against .703/.526/.500 at 1
_FOLDS = 5
_ENCODER_WEIGHT = 2.0
"""Of needs_intervention and relevance, which it knows best. At 1, 1.5, 2, 3 needs_intervention had F1 .755, .759, .765,
.770 with collections left out (.574, .563, .567, .562 German), by post .854, .855, .858, .858; average precision
.816, .819, .820, .820 and .924, .925, .926, .926. Of severity 4 by post it was .299, .282, .255 at 1, 1.5, 2."""
_LEAST_POSITIVES = 3  # below it a label is not fitted, and never said
_NEVER = -20.0  # logit
_SEVERE_BETA = 2.0
"""Severity 3 and 4 are rare, and overlooked they cost most. By the larger side severity 3 and above had recall .46 and
precision .72 on posts held out (.09 and .60 with their collection left out), and 4 was never said; so .75 and .42
(.57 and .39), and 13 of 45 posts of severity 4 are found."""
_QUEUE_RATE = 0.20
"""Base rate the threshold of needs_intervention is best for. A feed has 2 %, but what reaches the threshold names a
brand and is no noise, and a missed complaint costs more than a glance; at .10 recall on German posts was .53 instead
of .62 (linear model alone)."""


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
    """Columns in the model's order: intents, needs_intervention, severity at least 2, 3, 4, relevance: any of them."""
    rows = []
    for post in posts:
        said = [*(i in post.intents for i in intents), post.needs_intervention]
        rows.append([*said, *(post.severity >= step for step in (2, 3, 4)), any(said)])
    truth = np.array(rows, dtype=bool)
    counts = np.ones_like(truth)
    counts[:, len(intents) + 1 : -1] = truth[:, len(intents), None]
    return Targets((*intents, NEEDS_INTERVENTION, *SEVERITIES, RELEVANCE), truth, counts)


def said(names: Sequence[str]) -> list[int]:
    """Places of the outputs that say something about any post: intents and needs_intervention."""
    return [place for place, name in enumerate(names) if name not in (*SEVERITIES, RELEVANCE)]


def with_feed(targets: Targets, count: int) -> Targets:
    """The same with so many unlabelled posts of a feed below: of those it is said that nobody is needed, no more."""
    width = len(targets.names)
    counts = np.zeros((count, width), bool)
    counts[:, targets.names.index(NEEDS_INTERVENTION)] = True
    return Targets(
        targets.names, np.vstack([targets.truth, np.zeros_like(counts)]), np.vstack([targets.counts, counts])
    )


def weights_of(posts: Sequence[GoldPost]) -> Floats:
    """How much a post counts in fitting."""
    return np.array([_weight(post) for post in posts])


def _weight(post: GoldPost) -> float:
    if not post.is_real:
        return _AUTHORED_WEIGHT
    return _GERMAN_WEIGHT if post.language == "de" and not post.is_translated else 1.0


def fit(texts: Sequence[str], targets: Targets, weights: Floats) -> Fitted:
    """One logistic regression a column, over one vocabulary."""
    vocabulary = learn(texts)
    regression = LogisticRegression(C=_C, solver="liblinear", max_iter=300)
    return Fitted(vocabulary, *_regressions(vocabulary.matrix(texts), targets, weights, regression))


def fit_head(vectors: Floats, targets: Targets, weights: Floats) -> tuple[Floats, Floats]:
    """Weights and biases of one logistic regression a column over sentence vectors."""
    return _regressions(vectors, targets, weights, LogisticRegression(C=_HEAD_C, max_iter=300))


def folds(keys: Sequence[str], seed: int, count: int = _FOLDS) -> NDArray[np.int64]:
    """One of `count` each, by its key alone, so that equal keys stay together and a row more moves no other."""
    hashes = (blake2b(f"{seed}\0{key}".encode(), digest_size=8).digest() for key in keys)
    return np.array([int.from_bytes(value, "big") % count for value in hashes])


Score = Callable[[NDArray[np.int64]], Floats]
"""Logits of the posts asked for, by a model fitted on others."""


def held_out_logits(
    part: NDArray[np.generic], targets: Targets, fitted_on: Callable[[NDArray[np.int64]], Score]
) -> Floats:
    """Logits of every post by a model that saw nothing of its part; part "" is never held out and gets 0."""
    logits = np.zeros(targets.truth.shape)
    for value in sorted(set(part.tolist()) - {""}):
        inside, outside = np.flatnonzero(part == value), np.flatnonzero(part != value)
        if len(outside):
            logits[inside] = fitted_on(outside)(inside)
    return logits


def linear_scores(texts: Sequence[str], targets: Targets, weights: Floats, seen: NDArray[np.int64]) -> Score:
    """Of a linear model fitted on the posts `seen`."""
    fitted = fit([texts[i] for i in seen.tolist()], targets.rows(seen), weights[seen])
    return lambda others: fitted.logits([texts[i] for i in others.tolist()])


def head_scores(vectors: Floats, targets: Targets, weights: Floats, seen: NDArray[np.int64]) -> Score:
    """Of heads over sentence vectors, fitted on the posts `seen`."""
    columns, biases = fit_head(vectors[seen], targets.rows(seen), weights[seen])
    return lambda others: vectors[others] @ columns + biases


def _regressions(
    matrix: Any, targets: Targets, weights: Floats, regression: LogisticRegression
) -> tuple[Floats, Floats]:
    columns = np.zeros((matrix.shape[1], len(targets.names)))
    biases = np.full(len(targets.names), _NEVER)
    for place in range(len(targets.names)):
        about = np.flatnonzero(targets.counts[:, place])
        truth = targets.truth[about, place]
        if truth.sum() < _LEAST_POSITIVES or truth.all():
            biases[place] = -_NEVER if len(truth) and truth.all() else _NEVER
            continue
        regression.fit(matrix[about], truth, sample_weight=weights[about])
        columns[:, place], biases[place] = regression.coef_[0], regression.intercept_[0]
    return columns, biases


@dataclass(frozen=True, slots=True)
class Logits:
    """A row a post, a column an output: of the linear model, and of each model of the second stage."""

    linear: Floats
    others: tuple[Floats, ...] = ()

    @property
    def models(self) -> tuple[Floats, ...]:
        """All of them."""
        return (self.linear, *self.others)

    def rows(self, chosen: NDArray[np.int64]) -> Logits:
        """The same for some posts."""
        return Logits(self.linear[chosen], tuple(each[chosen] for each in self.others))

    def and_of(self, model: Floats) -> Logits:
        """The same with one model more."""
        return Logits(self.linear, (*self.others, model))


@dataclass(frozen=True, slots=True)
class Calibration:
    """What makes verdicts of logits: scales of the linear model, and a stage for each further model."""

    outputs: tuple[Output, ...]
    linear: tuple[Scale, ...]
    stages: tuple[Stage, ...] = ()

    def probabilities(self, logits: Logits) -> Floats:
        """Calibrated, as the judge says them."""
        result = probabilities(self.linear, logits.linear)
        asked = np.ones(len(result), bool)
        for count, stage in enumerate(self.stages, 2):
            asked &= stage.is_asked(result)
            mean = cascade.mean(logits.models[:count], [each.weights for each in self.stages[: count - 1]])
            result[asked] = probabilities(stage.scales, mean)[asked]
        return result


def calibrate(
    logits: Logits, targets: Targets, biases: Floats | None = None, asked: Sequence[float] = ()
) -> Calibration:
    """Scales of each stage, and a threshold for each column, from logits of posts held out.

    `asked`: the share of a feed that may go on to each later stage; unset: everything does. Thresholds of intents give
    the best F1; of needs_intervention the best F1 at the base rate `_QUEUE_RATE`; of severities 3 and 4 the best F2; of
    severity 2 and relevance, the larger side."""
    known = np.zeros(len(targets.names)) if biases is None else biases
    outputs = tuple(Output(name, float(bias), 0.5) for name, bias in zip(targets.names, known, strict=True))
    made = Calibration(outputs, scales(logits.linear, targets))
    for count in range(2, len(logits.models) + 1):
        asks, weights = _asks(targets.names, count), _weights(targets.names, count)
        cut = _cut(made, asks, logits, targets, asked[count - 2]) if asked else 0.0
        mean = cascade.mean(logits.models[:count], [*(stage.weights for stage in made.stages), weights])
        stage = Stage(cut, asks, weights, scales(mean, targets))
        made = replace(made, stages=(*made.stages, stage))
    scores = made.probabilities(logits)
    return replace(
        made,
        outputs=tuple(
            replace(output, threshold=_threshold(output.name, *_column(targets, scores, place)))
            for place, output in enumerate(outputs)
        ),
    )


def _asks(names: Sequence[str], count: int) -> tuple[str, ...]:
    """Whose doubt the model number `count` is asked about: sentence vectors help all, the encoder those in need.

    On any intent's doubt it was no better (docs/design.md)."""
    return tuple(names[place] for place in said(names)) if count == 2 else (NEEDS_INTERVENTION,)


def _weights(names: Sequence[str], count: int) -> tuple[float, ...]:
    """How much the model number `count` counts in the mean, an output each."""
    helped = (NEEDS_INTERVENTION, RELEVANCE) if count > 2 else ()
    return tuple(_ENCODER_WEIGHT if name in helped else 1.0 for name in names)


def _cut(made: Calibration, asks: Sequence[str], logits: Logits, targets: Targets, share: float) -> float:
    """Where the next stage is asked, after those made."""
    places = [targets.names.index(name) for name in asks]
    has_label = np.any(targets.truth[:, said(targets.names)], axis=1)
    return cut_for(made.probabilities(logits)[:, places], has_label, share)


def scales(logits: Floats, targets: Targets) -> tuple[Scale, ...]:
    """Of one stage; intents and needs_intervention are gated where the targets have relevance."""
    made = [Scale(name, *_platt(*_column(targets, logits, place))) for place, name in enumerate(targets.names)]
    if RELEVANCE not in targets.names:
        return tuple(made)
    scores = probabilities(made, logits)
    odds = gated_odds(scores, scores[:, targets.names.index(RELEVANCE)])
    for place in said(targets.names):
        slope, offset = _platt(*_column(targets, odds, place))
        made[place] = replace(made[place], gated_slope=slope, gated_offset=offset)
    return tuple(made)


def cut_for(first: Floats, has_label: Bools, asked: float, positives: float = 0.05) -> float:
    """The lowest cut, to two decimals, at which at most the share `asked` of a feed goes on to the next stage.

    `first` are the probabilities so far of the outputs that ask for it, on posts held out; of the feed the share
    `positives` has a label."""
    weights = np.where(has_label, positives / max(1, has_label.sum()), (1 - positives) / max(1, (~has_label).sum()))
    cuts = np.round(np.arange(0.01, 1.0, 0.01), 2).tolist()
    highest = first.max(axis=1, initial=0)
    return next((cut for cut in cuts if weights[highest >= cut].sum() <= asked), 1.0)


def _column(targets: Targets, scores: Floats, place: int) -> tuple[Bools, Floats]:
    about = targets.counts[:, place]
    return targets.truth[about, place], scores[about, place]


def _threshold(name: str, truth: Bools, scores: Floats) -> float:
    if name in (SEVERITIES[0], RELEVANCE):
        return 0.5
    weights = np.ones(len(truth))
    if name in SEVERITIES:
        return best_threshold(truth, scores, weights, _SEVERE_BETA)
    if name == NEEDS_INTERVENTION and truth.any():
        share = truth.mean()
        weights[truth] = _QUEUE_RATE / (1 - _QUEUE_RATE) * (1 - share) / share
    return best_threshold(truth, scores, weights)


def _platt(truth: Bools, scores: Floats) -> tuple[float, float]:
    if truth.sum() < _LEAST_POSITIVES or (~truth).sum() < _LEAST_POSITIVES or np.ptp(scores) == 0:
        return 1.0, 0.0
    regression = LogisticRegression(C=1e6, max_iter=1000).fit(scores[:, None], truth)
    slope = float(regression.coef_[0, 0])
    return (slope, float(regression.intercept_[0])) if slope > 0 else (1.0, 0.0)  # never turn a ranking round
