"""What may be committed when batches are acknowledged in any order."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.spans import merge


def test_a_hole_holds_the_floor():
    assert merge(10, [(20, 30)]) == (10, [(20, 30)])
    assert merge(10, [(20, 30), (10, 20)]) == (30, [])


def test_an_overlap_of_a_replay_counts_once():
    assert merge(10, [(5, 15), (12, 18), (18, 20)]) == (20, [])


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 12)), max_size=30), st.integers(0, 20))
def test_the_floor_is_the_first_position_nobody_acknowledged(cuts, floor):
    """Against sets of positions, fed one span at a time as the state does."""
    covered = set(range(floor))
    at, rest = floor, []
    for first, length in cuts:
        covered |= set(range(first, first + length))
        before = at
        at, rest = merge(at, [*rest, (first, first + length)])
        assert at >= before
        assert at == next(p for p in range(1000) if p not in covered)
        assert set().union(*(range(a, b) for a, b in rest)) == {p for p in covered if p >= at}
        assert all(a[1] < b[0] for a, b in pairwise(rest)), "merged and in order"
