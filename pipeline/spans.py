"""Which offset may be committed when batches are acknowledged in any order? Pure."""

from __future__ import annotations

from collections.abc import Iterable

Interval = tuple[int, int]


def merge(floor: int, acknowledged: Iterable[Interval]) -> tuple[int, list[Interval]]:
    """All positions below `floor` are acknowledged, and so is every [first, end): the new floor, and what lies above
    it with a hole below, merged and in order. Overlaps (a replay cuts anew) do no harm."""
    rest: list[Interval] = []
    for first, end in sorted(acknowledged):
        if first <= floor:
            floor = max(floor, end)
        elif rest and first <= rest[-1][1]:
            rest[-1] = rest[-1][0], max(rest[-1][1], end)
        else:
            rest.append((first, end))
    return floor, rest
