"""The intents, as data: a seventh is a new entry here and labelled rows, no code."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from configs.base import Settings

RESERVED = frozenset(
    (
        "macro", "needs_intervention", "ni", "none", "relevance", "severity", "severity_2", "severity_3", "severity_4",
        "unjudged", "word",
    )
)  # fmt: skip
"""What stands beside the intents in models, thresholds, reason codes and tables of figures."""


class Intent(Settings):
    """One intent."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    """As it stands in labels and in the `intents` column."""
    title: str
    """As shown to people."""
    applies: str
    """When it applies, for annotators."""
    not_applies: str
    """When it does not."""


class Taxonomy(Settings):
    """The file `taxonomy.yaml`."""

    version: Annotated[int, Field(ge=1)]
    """Raised with every change of meaning."""
    intents: tuple[Intent, ...]
    """The order is the order of probability columns."""

    @model_validator(mode="after")
    def _unique(self) -> Self:
        ids = [intent.id for intent in self.intents]
        if len(set(ids)) < len(ids):
            raise ValueError("an intent id stands twice; give each intent its own id")
        for taken in sorted(RESERVED.intersection(ids)):
            raise ValueError(f"an intent cannot be called {taken!r}, a name that Echolot uses itself; rename it")
        return self
