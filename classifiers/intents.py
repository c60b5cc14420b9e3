"""intents: what does the author want, must the brand act, and how badly? Card: cards/intents.md.

A linear model over hashed words, word pairs and character n-grams, one logistic regression an intent, one for
needs-intervention, three for an ordinal severity (Frank and Hall 2001), and one for relevance (scaling.py). The words
that weighed most are named as reasons; a word the model does not know is never named, so that nothing rare (a name, a
number) leaves the text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.accounts import BrandAccounts
from classifiers.artefact import Model
from classifiers.cascade import LaterStages
from classifiers.encoder.wording import worded
from classifiers.language_words import WORDS, by_word
from classifiers.normalise import is_read_whole, mention_text
from classifiers.protocol import Columns
from classifiers.scaling import probabilities
from classifiers.unjudged import why_unjudged
from classifiers.vocabulary import Features, chunks, prepared
from configs.taxonomy import Taxonomy
from schemas.errors import TerminalError
from schemas.mention import Mention

NEEDS_INTERVENTION = "needs_intervention"
SEVERITIES = ("severity_2", "severity_3", "severity_4")
Floats = NDArray[np.float64]
_WORDS = 3  # named as reasons
_GLUE = frozenset(word for word in by_word(tuple(WORDS)) if len(word) <= 3)  # "my", "is": named where nothing else is
_LEAST = 0.05  # of logit: a word that moved less is no reason


class Intents:
    """Scores a batch; every probability is calibrated, rounded to four decimals, and compared with its threshold."""

    name, version = "intents", 5
    needs: tuple[str, ...] = ("author_is_brand",)
    columns: Mapping[str, type] = {
        "intents": list, "intent_names": list, "intent_probabilities": list, "needs_intervention": bool,
        "needs_intervention_probability": float, "severity": int, "relevance_probability": float,
        "sentence_vector": bytes, "encoder_sentiment": bytes, "unjudged": str, "intents_reasons": list,
    }  # fmt: skip

    def __init__(
        self,
        model: Model,
        taxonomy: Taxonomy,
        brand_handles: Iterable[str] = (),
        thresholds: Mapping[str, float] | None = None,
    ) -> None:
        """`thresholds` by output replace the model's own. Raises TerminalError where the model was trained for other
        intents or another version than the taxonomy's, or nothing is said of such an output."""
        wanted = tuple(intent.id for intent in taxonomy.intents)
        if wanted != model.intents:
            raise TerminalError(
                f"the model knows the intents {', '.join(model.intents)}, but the taxonomy names {', '.join(wanted)}; "
                f"train a model for it with `echolot train intents ... --taxonomy FILE --out DIR` and set judge.model"
            )
        if model.taxonomy_version != taxonomy.version:
            raise TerminalError(
                f"the model was trained for version {model.taxonomy_version} of the taxonomy, whose file says "
                f"{taxonomy.version}: what an intent means has changed; train a model for it with `echolot train "
                f"intents ... --taxonomy FILE --out DIR` and set judge.model"
            )
        limits = {output.name: output.threshold for output in model.outputs[:-1]}  # of relevance nothing is said
        for name in thresholds or {}:
            if name not in limits:
                raise TerminalError(f"judge.thresholds: none can be set for {name!r}; name one of {', '.join(limits)}")
        limits |= thresholds or {}
        self._model = model
        self._thresholds = list(limits.values())
        made_of = f"{taxonomy.model_dump_json()} {self._thresholds}"
        self._content = f"{model.content} {sha256(made_of.encode()).hexdigest()}"
        self._is_brand = BrandAccounts((*model.handles, *brand_handles))
        self._biases = np.array([output.bias for output in model.outputs])
        self._at, self._last = len(model.intents), len(model.outputs) - 1  # needs_intervention, relevance
        self._later = LaterStages(model.encoder) if model.encoder is not None else None

    @property
    def content(self) -> str:
        """Hash of model, taxonomy and thresholds, for the judge's fingerprint."""
        return self._content

    @property
    def settings(self) -> str:
        """For people, in the generation's description."""
        limits = zip(self._model.outputs[: self._last], self._thresholds, strict=True)
        said = [f"{output.name} from {limit:g}" for output, limit in limits if output.name != NEEDS_INTERVENTION]
        return ", ".join([f"queues from {self._thresholds[self._at]:g}", *said])

    @property
    def intent_ids(self) -> tuple[str, ...]:
        """Intents in the order of `intent_probabilities`."""
        return self._model.intents

    @property
    def trained_on(self) -> frozenset[str]:
        """SHA-256 of the files the model was trained on."""
        return frozenset(source.sha256 for source in self._model.sources)

    def classify(self, mentions: Sequence[Mention], seen: Mapping[str, list[Any]]) -> Columns:
        """See the protocol; `severity` is 0 exactly where no intervention is needed, as for a brand's own post.

        `unjudged` says why there is no verdict, "" where there is one: no probability is said, and nothing holds."""
        columns: Columns = {name: [] for name in self.columns}
        if not mentions:
            return columns
        texts, start = [mention_text(m) for m in mentions], 0
        is_own = np.array(seen["author_is_brand"], dtype=bool)
        for chunk in chunks(prepared(texts, self._is_brand)):
            features = self._model.vocabulary.features(chunk)
            part = slice(start, start + len(chunk))
            scores, vectors, tones = self._probabilities(features, texts[part])
            columns["encoder_sentiment"] += tones
            scores[is_own[part], self._at : self._last] = 0.0
            unjudged = why_unjudged(features.matrix, texts[part], self._model.scripts)
            scores[[why != "" for why in unjudged]] = 0.0
            start = part.stop
            words = self._words(features, scores)
            whole = [is_read_whole(m) for m in mentions[part]]
            stages = [_stage(vector, tone) for vector, tone in zip(vectors, tones, strict=True)]
            columns["sentence_vector"] += [vector or b"" for vector in vectors]
            for row, *beside in zip(scores.tolist(), words, stages, is_own[part], whole, unjudged, strict=True):
                self._fill(columns, row, *beside)
        return columns

    def _probabilities(
        self, features: Features, texts: Sequence[str]
    ) -> tuple[Floats, list[bytes | None], list[bytes]]:
        """Calibrated, to four decimals; the sentence vectors, None where no later stage was asked; and what the encoder
        says of sentiment.

        scipy multiplies a sparse row entry by entry, in order: the same sum in any batch."""
        logits = features.matrix @ self._model.weights + self._biases
        result = probabilities(self._model.scales, logits)
        vectors: list[bytes | None] = [None] * len(texts)
        tones = [b""] * len(texts)
        if self._later is not None:
            vectors, tones = self._later.refine(result, logits, lambda place: worded(texts[place], self._is_brand))
        return np.round(result, 4), vectors, tones

    def _fill(
        self,
        columns: Columns,
        row: list[float],
        words: list[str],
        stage: list[str],
        own: bool,
        whole: bool,
        unjudged: str,
    ) -> None:
        names, limits = self._model.intents, self._thresholds
        held = [place for place in range(self._at) if row[place] >= limits[place] and not unjudged]
        needs = row[self._at] >= limits[self._at] and not own and not unjudged  # a threshold of 0 would hold for 0
        reasons = [f"intents:ni:{row[self._at]:.2f}>={limits[self._at]:.2f}"] if needs else []
        reasons += [f"intents:{names[place]}:{row[place]:.2f}>={limits[place]:.2f}" for place in held]
        columns["intents"].append([names[place] for place in held])
        columns["intent_names"].append(list(names))
        columns["intent_probabilities"].append(row[: self._at])
        columns["needs_intervention"].append(needs)
        columns["needs_intervention_probability"].append(row[self._at])
        columns["severity"].append(self._severity(row) if needs else 0)
        columns["relevance_probability"].append(row[self._last])
        reasons += stage if reasons else []
        columns["unjudged"].append(unjudged)
        said = ["intents:own-post"] if own else []
        said += [] if whole else ["intents:only-ends-read"]
        said += [f"intents:unjudged:{unjudged}"] if unjudged else []
        columns["intents_reasons"].append(said + reasons + [f"intents:word:{word}" for word in words])

    def _severity(self, row: list[float]) -> int:
        """1, and one more for each step taken; no step is taken above one that was not."""
        severity = 1
        for place in range(self._at + 1, self._last):
            if row[place] < self._thresholds[place]:
                break
            severity += 1
        return severity

    def _words(self, features: Features, scores: Floats) -> list[list[str]]:
        """For each text over a threshold, the words that spoke most for intervention, else for its likeliest intent."""
        over = np.asarray(scores[:, : self._at + 1] >= np.array(self._thresholds[: self._at + 1]))
        margin = np.where(over, scores[:, : self._at + 1], -1.0)
        target = np.where(over[:, self._at], self._at, margin.argmax(axis=1))
        grams, found = features.grams, [list[str]() for _ in target]
        rows, columns = grams.rows[: grams.words], features.columns[: grams.words]
        has_verdict = np.asarray(over.any(axis=1))
        picked = np.flatnonzero((columns >= 0) & has_verdict[rows])
        rows, columns = rows[picked], columns[picked]
        weight = self._model.weights[columns, target[rows]] * features.values_of_one[picked]
        for place in np.lexsort((picked, -weight, rows)):
            word = grams.joined[grams.starts[picked[place]] : grams.ends[picked[place]]]
            named = found[rows[place]]
            if weight[place] >= _LEAST and word.isalpha() and word not in named:
                named.append(word)
        return [sorted(named, key=_GLUE.__contains__)[:_WORDS] for named in found]


def _stage(vector: bytes | None, tone: bytes) -> list[str]:
    """The last stage that was asked, as a reason."""
    if tone:
        return ["intents:by-encoder"]
    return [] if vector is None else ["intents:by-sentences"]
