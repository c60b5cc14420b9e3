"""What the readers of all kinds are told, and what they find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.dumps.layout import Layout
from pipeline.dumps.notes import Notes
from pipeline.dumps.options import ReadOptions

Found = tuple[int, int, bytes]
"""Position of a record, number of its first line or row, and its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading of a member. Records whose position is beyond `after` are wanted; of one of more than `max_bytes`,
    max_bytes + 1 are enough.

    `is_cut` is asked when the content has ended: whether damage ended it. Then nothing may be given that more content
    could change: the whole file, once it is had, is read on from there."""

    layout: Layout
    options: ReadOptions
    notes: Notes
    max_bytes: int
    after: int = 0
    is_cut: Callable[[], bool] = lambda: False
