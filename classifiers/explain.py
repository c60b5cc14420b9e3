"""Which words moved a verdict most? Each is left out in turn, and the text is judged again.

Occlusion (Zeiler and Fergus 2014; for words: Li et al. 2016, arXiv 1612.08220): it asks the models themselves, whatever
they are made of, at the cost of one judgement a word. For people on demand; the stream has reason codes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from classifiers.intents import NEEDS_INTERVENTION, Intents
from classifiers.normalise import mention_text
from classifiers.protocol import Columns
from classifiers.sentiment import CLASSES, NAME, Sentiment
from schemas.mention import Mention

SEVERITY, RELEVANCE = "severity", "relevance"
MOST_WORDS = 120  # of a text; what comes later is not left out
_LEAST = 0.005  # of probability


@dataclass(frozen=True, slots=True)
class Effect:
    """What of a verdict's value is due to a word: without it, it would be lower by `change` (higher, if negative)."""

    word: str
    change: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """One verdict, and the words that moved it, the strongest first."""

    label: str
    value: float
    """Probability, 0 to 1; of severity the grade, 1 to 4."""
    effects: tuple[Effect, ...]


def explain(intents: Intents, sentiment: Sentiment, mention: Mention, most: int = 6) -> list[Explanation]:
    """Of needs-intervention, every intent that is said, severity where there is one, relevance, and the sentiment.

    At most `most` words each. Whoever wrote it."""
    words = mention_text(mention).split()
    places = range(min(len(words), MOST_WORDS))
    variants = [words, *(words[:place] + words[place + 1 :] for place in places)]
    mentions = [_worded(mention, variant) for variant in variants]
    judged = intents.classify(mentions, {"author_is_brand": [False] * len(mentions)})
    judged |= sentiment.classify(mentions, judged)
    return [_explained(label, values, words, most) for label, values in _said(judged)]


def _worded(mention: Mention, words: Sequence[str]) -> Mention:
    return mention.model_copy(update={"title": "", "text": " ".join(words)})


def _said(judged: Columns) -> Iterator[tuple[str, list[float]]]:
    """Each verdict on the whole text, with its value there and in every variant; 0 where one cannot be judged."""
    yield NEEDS_INTERVENTION, judged["needs_intervention_probability"]
    for intent in judged["intents"][0]:
        place = judged["intent_names"][0].index(intent)
        yield intent, [row[place] for row in judged["intent_probabilities"]]
    if judged["severity"][0]:
        yield SEVERITY, judged["severity"]
    yield RELEVANCE, judged["relevance_probability"]
    if tone := judged["sentiment"][0]:
        place = CLASSES.index(tone)
        yield f"{NAME} {tone}", [row[place] if row else 0.0 for row in judged["sentiment_probabilities"]]


def _explained(label: str, values: Sequence[float], words: Sequence[str], most: int) -> Explanation:
    whole, *without = values
    effects = [Effect(word, round(whole - left, 3)) for word, left in zip(words, without, strict=False)]
    moving = sorted((e for e in effects if abs(e.change) >= _LEAST), key=lambda e: -abs(e.change))
    return Explanation(label, whole, tuple(moving[:most]))
