"""All classifiers by name, in the order in which they judge, and the judge made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from classifiers import artefact
from classifiers.brands import BrandMatch
from classifiers.encoder import artefact as encoder_artefact
from classifiers.intents import Intents
from classifiers.judge import Judge
from classifiers.language import Language
from classifiers.noise import NoiseMarks
from classifiers.protocol import Classifier
from classifiers.sensitive import Sensitive
from classifiers.sentiment import NAME, Sentiment
from classifiers.triage import Triage
from classifiers.virality import Virality
from configs.brands import Brands
from configs.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class Ingredients:
    """What classifiers are made from; a path None means the shipped model."""

    brands: Brands
    taxonomy: Taxonomy
    model_path: Path | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
    sentiment_path: Path | None = None


def _intents(ingredients: Ingredients) -> Intents:
    handles = (handle for brand in ingredients.brands.brands for handle in brand.handles)
    return Intents(artefact.load(ingredients.model_path), ingredients.taxonomy, handles, ingredients.thresholds)


def _sentiment(ingredients: Ingredients) -> Sentiment:
    encoder = encoder_artefact.graph_hash(ingredients.model_path or artefact.SHIPPED)
    return Sentiment(artefact.load(ingredients.sentiment_path, NAME), encoder)


REGISTRY: Mapping[str, Callable[[Ingredients], Classifier]] = {
    "language": lambda _: Language(),
    "brand": lambda ingredients: BrandMatch(ingredients.brands),
    "noise": lambda _: NoiseMarks(),
    "intents": _intents,
    "sentiment": _sentiment,
    "virality": lambda _: Virality(),
    "sensitive": lambda _: Sensitive(),
    "triage": lambda _: Triage(),
}
"""Name to factory; the order is the order of judging."""


def build(ingredients: Ingredients) -> Judge:
    """A new judge. Raises TerminalError where the model is missing, broken, or made for another taxonomy."""
    return Judge([make(ingredients) for make in REGISTRY.values()])
