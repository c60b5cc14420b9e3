"""Labelled posts: JSON lines of id, text, lang, source, intents, needs_intervention, severity; errors name the line."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from classifiers import labelled
from classifiers.labelled import GoldError

_TWIN = "-de"  # ids of German versions of an English row end so; both stay on one side of any split
_EXAMPLE = '{"id": ..., "text": ..., "intents": [...], ...}'
_KINDS: tuple[tuple[str, type | tuple[type, ...], str], ...] = (
    ("id", str, "a string"),
    ("text", str, "a string"),
    ("lang", str, "a language code"),
    ("source", str, "a string"),
    ("intents", list, "a list of intent ids"),
    ("needs_intervention", bool, "true or false"),
    ("severity", int, "0 to 4"),
)


__all__ = ["GoldError", "GoldPost", "file_hash", "read"]


@dataclass(frozen=True, slots=True)
class GoldPost:
    """One labelled post."""

    id: str
    text: str
    language: str
    source: str
    intents: frozenset[str]
    needs_intervention: bool
    severity: int

    @property
    def group(self) -> str:
        """Posts of one group (translated twins) must not be split."""
        return self.id.removesuffix(_TWIN)

    @property
    def origin(self) -> str:
        """The collection it came from, without split and mark of translation: `mobasa`, `ibm`, `authored` ..."""
        return labelled.collection(self.source)

    @property
    def is_real(self) -> bool:
        """Written by somebody for their own ends, not for training."""
        return self.origin != "authored"

    @property
    def is_translated(self) -> bool:
        """A translation of a real post."""
        return self.source.endswith("/translated")


def read(path: Path, intents: Collection[str]) -> list[GoldPost]:
    """All posts of a file, in order. Raises GoldError."""
    return labelled.read(path, lambda where, row: _post(where, row, intents), _EXAMPLE)


def file_hash(path: Path) -> str:
    """SHA-256 of a file, by which a model knows what it was trained on."""
    return sha256(path.read_bytes()).hexdigest()


def _post(where: str, row: dict[str, Any], intents: Collection[str]) -> GoldPost:
    for key, kind, wanted in _KINDS:
        if key not in row:
            raise GoldError(f"{where}: `{key}` is missing; add it ({wanted})")
        if not isinstance(row[key], kind) or (kind is int and isinstance(row[key], bool)):
            raise GoldError(f"{where}: `{key}` is {type(row[key]).__name__}; write {wanted}")
    _check_labels(where, row, intents)
    return GoldPost(
        row["id"], row["text"], row["lang"], row["source"], frozenset(row["intents"]), row["needs_intervention"],
        row["severity"],
    )  # fmt: skip


def _check_labels(where: str, row: dict[str, Any], intents: Collection[str]) -> None:
    for intent in row["intents"]:
        if intent not in intents:
            raise GoldError(f"{where}: intent {intent!r} is not in the taxonomy; write one of {', '.join(intents)}")
    if not 0 <= row["severity"] <= 4:
        raise GoldError(f"{where}: `severity` is {row['severity']}; write 0 to 4")
    if (row["severity"] > 0) != row["needs_intervention"]:
        raise GoldError(
            f"{where}: severity {row['severity']} contradicts needs_intervention; it is 0 exactly where false"
        )
