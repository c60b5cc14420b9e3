"""Posts labelled with marks of noise (label_gold.py).

The marks that only count characters (storms, repeated letters) are no matter of judgement, so they are not labelled."""

from __future__ import annotations

from pathlib import Path

from classifiers import label_gold
from classifiers.label_gold import LabelledPost
from classifiers.noise_rules import Noise

LABELS = tuple(sorted(set(Noise) - {Noise.HASHTAG_STORM, Noise.MENTION_STORM, Noise.REPEATED_CHARS}))
"""Labels that a person can give, in the order of the report."""


def read(path: Path) -> list[LabelledPost]:
    """All posts of a file, in order. Raises GoldError."""
    return label_gold.read(path, "noise", LABELS)
