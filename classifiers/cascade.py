"""A cheap model first, an encoder where that one is in doubt: the linear model is sure of most that needs nobody.

Cascades: Viola and Jones 2001. The second stage weighs both models' logits (stacking, Wolpert 1992) by weights fitted
on posts that neither had seen, so that a probability means the same whichever stage it comes from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from classifiers.encoder.artefact import Encoder
from classifiers.encoder.scorer import Scorer

Floats = NDArray[np.float64]


class SecondStage:
    """Thread-safe. A text's probabilities depend on that text alone, to the last bit."""

    def __init__(self, encoder: Encoder) -> None:
        self._scorer = Scorer(encoder.graph, encoder.tokenizer)
        self._cut = encoder.cut
        self._weights = np.array([[mix.linear, mix.encoder, mix.offset] for mix in encoder.mixes]).T

    def doubtful(self, first: Floats) -> NDArray[np.int64]:
        """Rows that the encoder is asked about; `first` are the linear model's probabilities, a column an output."""
        return np.flatnonzero(first.max(axis=1, initial=0) >= self._cut)

    def probabilities(self, texts: Sequence[str], logits: Floats) -> Floats:
        """Of texts as `wording.worded` makes them; `logits` are the linear model's, a row a text."""
        encoder, _ = self._scorer.logits(texts)
        linear_weight, encoder_weight, offset = self._weights
        result: Floats = expit(logits * linear_weight + encoder.astype(np.float64) * encoder_weight + offset)
        return result
