"""How right are the sensitive matters on labelled posts? Pure: posts in, figures out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from classifiers import evaluate_labels, label_gold
from classifiers.evaluate_labels import LabelReport
from classifiers.label_gold import LabelledPost
from classifiers.sensitive import Sensitive
from classifiers.sensitive_rules import Matter

LABELS = tuple(sorted(Matter))
"""In the order of the report."""


def read(path: Path) -> list[LabelledPost]:
    """All posts of a file, in order. Raises GoldError."""
    return label_gold.read(path, "sensitive", LABELS)


def evaluate(posts: Sequence[LabelledPost]) -> LabelReport:
    """Figures of each part, over all languages and in German."""
    return evaluate_labels.evaluate(posts, Sensitive(), "sensitive", LABELS)
