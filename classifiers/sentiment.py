"""sentiment: is it negative, neutral or positive? Card: cards/sentiment.md.

A linear model over hashed n-grams for every post, logistic heads over the sentence vector where `intents` asked for
one, and the encoder's own word where it was asked; the mean of the logits decides, and the probabilities add up to one.
The tone of the text, not an opinion about a brand: an angry post about the weather is negative."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.artefact import Model
from classifiers.cascade import mean
from classifiers.encoder.sentences import WIDTH, Sentences
from classifiers.normalise import mention_text
from classifiers.protocol import Columns
from classifiers.scaling import Stage, probabilities
from classifiers.unjudged import why_unjudged
from classifiers.vocabulary import chunks, prepared
from schemas.errors import TerminalError
from schemas.mention import Mention

NAME = "sentiment"
CLASSES = ("negative", "neutral", "positive")
"""In the order of `sentiment_probabilities`."""
UNJUDGED = ""
"""`sentiment` of a post in a script that the model never saw, or without a word that it knows."""
Floats = NDArray[np.float64]


class Sentiment:
    """Thread-safe. Probabilities are calibrated and rounded to four decimals."""

    name, version = NAME, 2
    needs: tuple[str, ...] = ("sentence_vector", "encoder_sentiment")
    columns: Mapping[str, type] = {"sentiment": str, "sentiment_probabilities": list, "sentiment_reasons": list}

    def __init__(self, model: Model, encoder: str = "") -> None:
        """`encoder` is the hash of the network whose word on sentiment will come; of another one than the model was
        calibrated for, it is not heard. Raises TerminalError where the model is of another kind, or its sentence
        encoder is not the installed one."""
        if tuple(output.name for output in model.outputs) != CLASSES or model.encoder is None:
            raise TerminalError(
                f"this is no model of sentiment: it says {', '.join(output.name for output in model.outputs)}; train "
                f"one with `echolot train sentiment ... --out DIR`"
            )
        self._model, self._stages = model, model.encoder.stages
        self._encoder = encoder
        self._hears = len(self._stages) > 1 and model.encoder.of == encoder
        self._sentences = Sentences(model.encoder.head)
        self._biases = np.array([output.bias for output in model.outputs])

    @property
    def content(self) -> str:
        """Hash of the model, for the judge's fingerprint."""
        return self._model.content

    @property
    def settings(self) -> str:
        """For people, in the generation's description."""
        deaf = self._encoder and not self._hears
        return "does not hear the encoder of intents: it was calibrated for another, or for none" if deaf else ""

    def classify(self, mentions: Sequence[Mention], seen: Mapping[str, list[Any]]) -> Columns:
        """See the protocol."""
        columns: Columns = {name: [] for name in self.columns}
        if not mentions:
            return columns
        start, vectors, tones = 0, seen["sentence_vector"], seen["encoder_sentiment"]
        texts = [mention_text(m) for m in mentions]
        for chunk in chunks(prepared(texts, no_brand)):
            matrix = self._model.vocabulary.features(chunk).matrix
            part = slice(start, start + len(chunk))
            rows = self._probabilities(matrix @ self._model.weights, vectors[part], tones[part])
            unjudged = why_unjudged(matrix, texts[part], self._model.scripts)
            start = part.stop
            for row, why in zip(rows.tolist(), unjudged, strict=True):
                columns["sentiment"].append(UNJUDGED if why else CLASSES[row.index(max(row))])
                columns["sentiment_probabilities"].append([] if why else row)
                columns["sentiment_reasons"].append([f"sentiment:unjudged:{why}"] if why else [])
        return columns

    def _probabilities(self, sums: Floats, vectors: Sequence[bytes], tones: Sequence[bytes]) -> Floats:
        logits = sums + self._biases
        result = probabilities(self._model.scales, logits)
        asked = [place for place, vector in enumerate(vectors) if vector]
        if asked:
            models = [logits[asked], self._sentences.logits([_floats(vectors[place], WIDTH) for place in asked])]
            result[asked] = _of_mean(models, self._stages[:1])
        heard = [place for place in asked if tones[place]] if self._hears else []
        if heard:
            within = [asked.index(place) for place in heard]
            said = np.array([_floats(tones[place], len(CLASSES)) for place in heard], np.float64)
            result[heard] = _of_mean([*(model[within] for model in models), said], self._stages)
        return np.round(normalised(result), 4)


def _of_mean(models: Sequence[Floats], stages: Sequence[Stage]) -> Floats:
    return probabilities(stages[-1].scales, mean(models, [stage.weights for stage in stages]))


def _floats(packed: bytes, count: int) -> NDArray[np.float32]:
    return np.frombuffer(packed, np.float32, count)


def normalised(probabilities: Floats) -> Floats:
    """Rows that add up to one."""
    result: Floats = probabilities / np.maximum(probabilities.sum(axis=1, keepdims=True), 1e-12)
    return result


def no_brand(_handle: str) -> bool:
    """The sets that the model was trained on mask all handles."""
    return False
