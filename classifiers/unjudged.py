"""Which texts can a linear model say nothing about, and why? Their score would be the bias alone, that of any post."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix

from classifiers.scripts import script_of


def why_unjudged(matrix: csr_matrix, texts: Sequence[str], scripts: Sequence[str]) -> list[str]:
    """ "" where it can judge, else the reason; `matrix` has a row of known n-grams a text, `scripts` are the model's.

    Where n-grams are hashed, those of a script it never saw fall on known ones by chance."""
    known = np.diff(matrix.indptr) > 0
    return [
        "no-text" if not text.strip()
        else "unknown-script" if script_of(text) not in scripts
        else "" if is_known
        else "unknown-words"
        for is_known, text in zip(known.tolist(), texts, strict=True)
    ]  # fmt: skip
