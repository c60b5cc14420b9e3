"""A cheap model first, encoders where that one is in doubt: the linear model is sure of most that needs nobody.

Cascades: Viola and Jones 2001. The second stage takes the mean of all models' logits, calibrated on posts that none
had seen, so that a probability means the same whichever stage it comes from. Weights fitted on such posts (stacking,
Wolpert 1992) were no better at home and worse on collections unseen; docs/design.md has the figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from classifiers.encoder.artefact import Encoder, Mix
from classifiers.encoder.scorer import Scorer
from classifiers.encoder.sentences import Sentences, encoder

Floats = NDArray[np.float64]


class SecondStage:
    """Thread-safe. A text's probabilities depend on that text alone, to the last bit, on processors of one kind."""

    def __init__(self, trained: Encoder) -> None:
        """Raises TerminalError where the installed sentence encoder is not the one the model was trained on."""
        self._sentences = Sentences(trained.head) if trained.head else None
        self._network = Scorer(trained.graph, trained.tokenizer) if trained.graph else None
        self._cut, self._mixes = trained.cut, trained.mixes

    def doubtful(self, first: Floats) -> NDArray[np.int64]:
        """Rows that the second stage is asked about; `first` are the linear model's probabilities of intents and
        needs-intervention."""
        return np.flatnonzero(is_doubtful(first, self._cut))

    def probabilities(self, texts: Sequence[str], logits: Floats) -> tuple[Floats, list[bytes]]:
        """Of texts as `wording.worded` makes them, and their sentence vectors (512 x float32; none without such heads).

        `logits` are the linear model's, a row a text."""
        models, vectors = [logits], [b""] * len(texts)
        if self._sentences:
            found = [encoder().vector(text) for text in texts]
            models.append(self._sentences.logits(found))
            vectors = [vector.tobytes() for vector in found]
        if self._network:
            models.append(self._network.logits(texts)[0].astype(np.float64))
        return mixed(self._mixes, models), vectors


def is_doubtful(first: Floats, cut: float) -> NDArray[np.bool_]:
    """A mask over rows."""
    result: NDArray[np.bool_] = first.max(axis=1, initial=0) >= cut
    return result


def mixed(mixes: Sequence[Mix], models: Sequence[Floats]) -> Floats:
    """Probabilities from the logits of each model, a row a text, a column an output."""
    result: Floats = expit(mean(models) * [mix.slope for mix in mixes] + [mix.offset for mix in mixes])
    return result


def mean(models: Sequence[Floats]) -> Floats:
    """Of the logits of each model, added in order."""
    total = models[0]
    for each in models[1:]:
        total = total + each
    return total / len(models)
