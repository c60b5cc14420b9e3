"""How right are the marks of noise on labelled posts? Pure: posts in, figures out."""

from __future__ import annotations

from collections.abc import Sequence

from classifiers import evaluate_labels
from classifiers.evaluate_labels import LabelReport
from classifiers.label_gold import LabelledPost
from classifiers.noise import NoiseMarks
from classifiers.noise_gold import LABELS


def evaluate(posts: Sequence[LabelledPost]) -> LabelReport:
    """Figures of each part, over all languages and in German."""
    return evaluate_labels.evaluate(posts, NoiseMarks(), "noise", LABELS)
