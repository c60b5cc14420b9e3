"""What the encoder is taught: one text, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNKNOWN = -1
"""As a sentiment: nobody labelled it."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One text, worded. `verdicts` holds a target an output, NaN where it says nothing; `is_post`: it is labelled."""

    text: str
    verdicts: NDArray[np.float32]
    sentiment: int = UNKNOWN
    weight: float = 1.0
    is_post: bool = True
