"""What every classifier offers. The judge (classifiers/judge.py) runs them in order and merges their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from schemas.mention import Mention

Columns = dict[str, list[Any]]


class Classifier(Protocol):
    """Judges a batch of mentions; one value a mention in every column."""

    name: str
    """Short, stable; the registry's key and the prefix of its reason codes."""
    version: int
    """Raised whenever any verdict could differ."""
    needs: tuple[str, ...]
    """Columns that earlier classifiers must have filled."""
    columns: Mapping[str, type]
    """Columns this one fills, with the type of each value. `<name>_reasons` (list[str]) is always among them."""

    def classify(self, mentions: Sequence[Mention], seen: Mapping[str, list[Any]]) -> Columns:
        """Called once a batch, from any thread: no clock, no randomness, no network, no state between calls.

        The verdict on a mention depends on that mention and its own `seen` values alone, never on its neighbours.
        An exception is a bug: it fails the batch, which is replayed."""
        ...
