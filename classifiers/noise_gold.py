"""Posts labelled with marks of noise: JSON lines of id, text, lang, source, part and noise, a sorted list.

The marks that only count characters (storms, repeated letters) are no matter of judgement, so they are not labelled."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifiers import labelled
from classifiers.labelled import GoldError
from classifiers.noise_rules import Noise

LABELS = tuple(sorted(set(Noise) - {Noise.HASHTAG_STORM, Noise.MENTION_STORM, Noise.REPEATED_CHARS}))
"""Labels that a person can give, in the order of the report."""
PARTS = ("dev", "test")
_TEXTS = ("id", "text", "lang", "source", "part")
_EXAMPLE = '{"id": ..., "text": ..., "noise": [...], ...}'


@dataclass(frozen=True, slots=True)
class NoisePost:
    """One labelled post."""

    id: str
    text: str
    language: str
    source: str
    part: str
    noise: frozenset[str]


def read(path: Path) -> list[NoisePost]:
    """All posts of a file, in order. Raises GoldError."""
    return labelled.read(path, _post, _EXAMPLE)


def _post(where: str, row: dict[str, Any]) -> NoisePost:
    for key in (*_TEXTS, "noise"):
        if key not in row:
            raise GoldError(f"{where}: `{key}` is missing; add it")
    for key in _TEXTS:
        if not isinstance(row[key], str) or not row[key]:
            raise GoldError(f"{where}: `{key}` is {json.dumps(row[key])[:40]}; write a text that is not empty")
    if row["part"] not in PARTS:
        raise GoldError(f"{where}: `part` is {row['part']!r}; write dev or test")
    return NoisePost(row["id"], row["text"], row["lang"], row["source"], row["part"], _labels(where, row["noise"]))


def _labels(where: str, labels: Any) -> frozenset[str]:
    if not isinstance(labels, list):
        raise GoldError(f"{where}: `noise` is {type(labels).__name__}; write a list of labels, [] for none")
    for label in labels:
        if label not in LABELS:
            raise GoldError(f"{where}: label {label!r} is unknown; write one of {', '.join(LABELS)}")
    if labels != sorted(set(labels)):
        raise GoldError(f"{where}: `noise` is {labels}; write each label once, in the order of the alphabet")
    return frozenset(labels)
