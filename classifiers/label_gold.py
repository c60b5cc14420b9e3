"""Posts labelled with any number of labels of a known set: JSON lines of id, text, lang, source, part and one list; or,
in a file named .tsv, a text, a tab and its labels, with commas, or `none`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifiers import labelled, tsv
from classifiers.labelled import PARTS, GoldError

_TEXTS = ("id", "text", "lang", "source", "part")


@dataclass(frozen=True, slots=True)
class LabelledPost:
    """One labelled post."""

    id: str
    text: str
    language: str
    source: str
    part: str
    labels: frozenset[str]


def read(path: Path, field: str, known: Sequence[str]) -> list[LabelledPost]:
    """All posts of a file, in order; `field` holds the labels, each of them one of `known`. Raises GoldError."""
    if path.suffix == ".tsv":
        return tsv.read(path, lambda where, text, said: _tabbed(where, text, tsv.labels(where, said, known)))
    example = f'{{"id": ..., "text": ..., "{field}": [...], ...}}'
    return labelled.read(path, lambda where, row: _post(where, row, field, known), example)


def _post(where: str, row: dict[str, Any], field: str, known: Sequence[str]) -> LabelledPost:
    for key in (*_TEXTS, field):
        if key not in row:
            raise GoldError(f"{where}: `{key}` is missing; add it")
    for key in _TEXTS:
        if not isinstance(row[key], str) or not row[key]:
            raise GoldError(f"{where}: `{key}` is {json.dumps(row[key])[:40]}; write a text that is not empty")
    if row["part"] not in PARTS:
        raise GoldError(f"{where}: `part` is {row['part']!r}; write dev or test")
    labels = _labels(where, field, row[field], known)
    return LabelledPost(row["id"], row["text"], row["lang"], row["source"], row["part"], labels)


def _tabbed(where: str, text: str, labels: frozenset[str]) -> LabelledPost:
    return LabelledPost(where.rpartition(":")[2], text, "", "", "test", labels)


def _labels(where: str, field: str, labels: Any, known: Sequence[str]) -> frozenset[str]:
    if not isinstance(labels, list):
        raise GoldError(f"{where}: `{field}` is {type(labels).__name__}; write a list of labels, [] for none")
    for label in labels:
        if label not in known:
            raise GoldError(f"{where}: label {label!r} is unknown; write one of {', '.join(known)}")
    if labels != sorted(set(labels)):
        raise GoldError(f"{where}: `{field}` is {labels}; write each label once, in the order of the alphabet")
    return frozenset(labels)
