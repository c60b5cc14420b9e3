"""Cheap models first, dearer ones where those are in doubt: the linear model is sure of most that needs nobody.

Cascades: Viola and Jones 2001. A later stage takes the weighed mean of the logits of all models so far, calibrated on
posts that none had seen, so that a probability means the same whichever stage it comes from. Weights fitted on such
posts (stacking, Wolpert 1992) were no better at home and worse on collections unseen; docs/design.md has the figures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from classifiers.encoder.artefact import Encoder
from classifiers.encoder.scorer import Scorer
from classifiers.encoder.sentences import Sentences, encoder
from classifiers.scaling import probabilities

Floats = NDArray[np.float64]
_Model = Callable[[Sequence[str]], tuple[Floats, list[tuple[bytes, bytes]]]]
"""Logits, and a sentence vector and sentiment a text, where the model has them."""


class LaterStages:
    """Thread-safe. A text's probabilities depend on that text alone, to the last bit, on processors of one kind."""

    def __init__(self, trained: Encoder) -> None:
        """Raises TerminalError where the installed sentence encoder is not the one the model was trained on."""
        self._sentences = Sentences(trained.head) if trained.head else None
        if self._sentences:
            encoder()  # now, not amid the first batch; it is the process's, not ours, so that we can be pickled
        self._network = Scorer(trained.graph, trained.tokenizer) if trained.graph else None
        self._stages = trained.stages

    def refine(
        self, scores: Floats, logits: Floats, text: Callable[[int], str]
    ) -> tuple[list[bytes | None], list[bytes]]:
        """Write what the later stages say into the rows of `scores` that they are asked about.

        `scores` and `logits` are the linear model's, a row a text. `text` gives a row's as `wording.worded` makes it.
        Returns the sentence vector of each row (512 x float32; none without such heads; None where nobody was asked),
        and what the encoder says of sentiment (logits, 3 x float32; none where it was not asked)."""
        vectors: list[bytes | None] = [None] * len(scores)
        tones = [b""] * len(scores)
        rows, models = np.arange(len(scores)), [logits]
        for count, (stage, model) in enumerate(zip(self._stages, self._models(), strict=True), 1):
            asked = stage.is_asked(scores[rows])
            rows, models = rows[asked], [each[asked] for each in models]
            if not len(rows):
                break
            found, beside = model([text(row) for row in rows.tolist()])
            models.append(found)
            scores[rows] = probabilities(stage.scales, mean(models, [each.weights for each in self._stages[:count]]))
            for row, (vector, tone) in zip(rows.tolist(), beside, strict=True):
                vectors[row], tones[row] = vectors[row] or vector, tones[row] or tone
        return vectors, tones

    def _models(self) -> list[_Model]:
        return [
            *([self._of_sentences] if self._sentences else []),
            *([self._of_network] if self._network else []),
        ]

    def _of_sentences(self, texts: Sequence[str]) -> tuple[Floats, list[tuple[bytes, bytes]]]:
        assert self._sentences is not None
        found = [encoder().vector(text) for text in texts]
        return self._sentences.logits(found), [(vector.tobytes(), b"") for vector in found]

    def _of_network(self, texts: Sequence[str]) -> tuple[Floats, list[tuple[bytes, bytes]]]:
        assert self._network is not None
        verdicts, tones = self._network.logits(texts)
        return verdicts.astype(np.float64), [(b"", tone.tobytes()) for tone in tones]


def mean(models: Sequence[Floats], weights: Sequence[Sequence[float]]) -> Floats:
    """Of the logits of each model, (texts, outputs), added in order.

    `weights`: an output each, of the models after the first, which counts 1."""
    total, over = models[0], np.ones(models[0].shape[1])
    for logits, each in zip(models[1:], weights, strict=True):
        total, over = total + logits * each, over + each
    return total / over
