"""What the encoder is taught: one text, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

UNKNOWN = -1
"""As a sentiment: nobody labelled it."""


class Kind(Enum):
    """What a text is there for."""

    POST = "labelled for all outputs"
    OTHER = "somewhat is known of it"
    TEXT = "only to see what a teacher makes of it"


@dataclass(frozen=True, slots=True)
class Lesson:
    """One text, worded. `verdicts` holds a target an output, NaN where it says nothing."""

    text: str
    verdicts: NDArray[np.float32]
    sentiment: int = UNKNOWN
    weight: float = 1.0
    kind: Kind = Kind.POST
