"""Which words moved a verdict most? Each is left out in turn, and the text is judged again.

Occlusion (Zeiler and Fergus 2014; for words: Li et al. 2016, arXiv 1612.08220): it asks the model itself, whatever it
is made of, at the cost of one judgement a word. For people on demand; the stream has reason codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from classifiers.intents import NEEDS_INTERVENTION, Intents
from classifiers.normalise import mention_text
from classifiers.protocol import Columns
from schemas.mention import Mention

MOST_WORDS = 120  # of a text; what comes later is not left out
_LEAST = 0.005  # of probability


@dataclass(frozen=True, slots=True)
class Effect:
    """How much of a probability is due to a word: it would be lower by `change` without it (higher, if negative)."""

    word: str
    change: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """One verdict, and the words that moved it, the strongest first."""

    label: str
    probability: float
    effects: tuple[Effect, ...]


def explain(intents: Intents, mention: Mention, most: int = 6) -> list[Explanation]:
    """Of needs-intervention, and of every intent that is said; at most `most` words each. Whoever wrote it."""
    words = mention_text(mention).split()
    places = range(min(len(words), MOST_WORDS))
    variants = [words, *(words[:place] + words[place + 1 :] for place in places)]
    mentions = [_worded(mention, variant) for variant in variants]
    judged = intents.classify(mentions, {"author_is_brand": [False] * len(mentions)})
    said = [NEEDS_INTERVENTION, *judged["intents"][0]]
    return [_explained(label, _probabilities(judged, label), words, most) for label in said]


def _worded(mention: Mention, words: Sequence[str]) -> Mention:
    return mention.model_copy(update={"title": "", "text": " ".join(words)})


def _probabilities(judged: Columns, label: str) -> list[float]:
    if label == NEEDS_INTERVENTION:
        return list(judged["needs_intervention_probability"])
    place = judged["intent_names"][0].index(label)
    return [row[place] for row in judged["intent_probabilities"]]


def _explained(label: str, probabilities: Sequence[float], words: Sequence[str], most: int) -> Explanation:
    whole, *without = probabilities
    effects = [Effect(word, round(whole - left, 3)) for word, left in zip(words, without, strict=False)]
    moving = sorted((e for e in effects if abs(e.change) >= _LEAST), key=lambda e: -abs(e.change))
    return Explanation(label, whole, tuple(moving[:most]))
