"""Labelled sentiment for training: UMSAB (xlm-t, Apache-2.0; Barbieri et al. 2022) and MobASA (CC BY 4.0).

Only UMSAB's `train` and MobASA's `dev` are read: the rest only evaluates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from classifiers.sentiment import CLASSES
from schemas.errors import TerminalError

_UMSAB = re.compile(r"data_sentiment_(\w+)_train_text\.txt")
LANGUAGES = {
    "german": "de", "english": "en", "french": "fr", "spanish": "es", "italian": "it", "portuguese": "pt",
}  # fmt: skip
"""Those of UMSAB that are read. Not Arabic and Hindi, which the sentence vectors and pruned vocabularies know less."""


@dataclass(frozen=True, slots=True)
class SentimentPost:
    """One labelled post; `sentiment` counts in CLASSES."""

    text: str
    sentiment: int
    set: str
    language: str


def read(folder: Path) -> list[SentimentPost]:
    """Everything in `folder`. Raises TerminalError where it holds no known set."""
    found = [*_umsab(folder), *_mobasa(folder)]
    if not found:
        raise TerminalError(
            f"{folder}: no sentiment set found; give a folder with UMSAB's data_sentiment_LANGUAGE_train_text.txt and "
            f"..._labels.txt, or MobASA's corpus_*.xml"
        )
    return found


def _umsab(folder: Path) -> Iterator[SentimentPost]:
    for path in sorted(folder.glob("data_sentiment_*_train_text.txt")):
        match = _UMSAB.fullmatch(path.name)
        if match is None or match[1] not in LANGUAGES:
            continue
        texts = path.read_text(encoding="utf-8").splitlines()
        labels = path.with_name(path.name.replace("_text.txt", "_labels.txt")).read_text(encoding="utf-8").split()
        if len(texts) != len(labels):
            raise TerminalError(f"{path}: {len(texts)} texts but {len(labels)} labels; fetch the set again")
        for text, label in zip(texts, labels, strict=True):
            yield SentimentPost(text, int(label), "umsab", LANGUAGES[match[1]])


def _mobasa(folder: Path) -> Iterator[SentimentPost]:
    for path in sorted(folder.glob("corpus_dev-*.xml")):
        for document in ElementTree.parse(path).iter("Document"):
            text, label = document.findtext("text"), document.findtext("sentiment")
            if text and label in CLASSES:
                yield SentimentPost(text, CLASSES.index(label), "mobasa", "de")
