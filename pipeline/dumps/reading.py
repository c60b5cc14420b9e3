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
    """One reading of a member. Of a record of more than `max_bytes`, max_bytes + 1 are enough.

    `is_cut` is asked when the content has ended: whether damage ended it. Then the record that it cuts is not given:
    half a row may pass for a whole one. The note of the damage has its number. `bytes_given`: how many bytes of the
    content the reader has had."""

    layout: Layout
    options: ReadOptions
    notes: Notes
    max_bytes: int
    is_cut: Callable[[], bool] = lambda: False
    bytes_given: Callable[[], int] = lambda: 0
