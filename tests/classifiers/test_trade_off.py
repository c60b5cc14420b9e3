"""Thresholds from wishes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers import pictures, trade_off
from classifiers.held_out import BY_POST, BY_SOURCE, HeldOut
from classifiers.trade_off import FINE, Wish, curve
from schemas.errors import TerminalError

# Ten positives at .05, .15 ... .95 and ninety negatives, nine at each of .05 ... .95.
TRUTH = np.array([True] * 10 + [False] * 90)
TENTHS = np.arange(10) / 10 + 0.05
SCORES = np.concatenate([TENTHS, np.repeat(TENTHS, 9)])
EVEN = HeldOut(("x",), ("de",) * 100, TRUTH[:, None], {BY_POST: SCORES[:, None], BY_SOURCE: SCORES[:, None]})


def test_the_highest_threshold_with_the_recall_is_chosen():
    found = curve(EVEN, "x", BY_POST, "", Wish(recall=0.6), base_rate=0.1)
    assert found.chosen.threshold == 0.44  # six positives from .45 on
    assert found.chosen.recall == 0.6
    assert found.chosen.precision == pytest.approx(0.1)  # scores without sense: the base rate
    low, high = found.recall_interval
    assert (low, high) == (pytest.approx(0.3127, abs=1e-4), pytest.approx(0.8318, abs=1e-4))  # Wilson, 6 of 10


def test_the_lowest_threshold_with_the_queue_is_chosen():
    found = curve(EVEN, "x", BY_SOURCE, "", Wish(queue_per_1000=300), base_rate=0.02)
    assert found.chosen.threshold == 0.66
    assert found.chosen.queue_per_1000 == pytest.approx(300)
    assert [p.threshold for p in found.points] == list(FINE)


def test_a_wish_that_no_threshold_grants_is_refused_with_what_could_be_had():
    loud = HeldOut(("x",), ("de",) * 2, np.array([[True], [False]]), {BY_POST: np.ones((2, 1))})
    with pytest.raises(TerminalError, match=r"no threshold keeps the queue to 1 of 1,000 mentions \(least: 1,000\)"):
        curve(loud, "x", BY_POST, "", Wish(queue_per_1000=1))
    blind = HeldOut(("x",), ("de",) * 2, np.array([[True], [False]]), {BY_POST: np.zeros((2, 1))})
    with pytest.raises(TerminalError, match=r"no threshold reaches a recall of 0.50 .*most: 0.00, at 0.02"):
        curve(blind, "x", BY_POST, "", Wish(recall=0.5))


@given(
    st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=4, max_size=60),
    st.floats(0.01, 1),
    st.floats(0.001, 0.5),
)
def test_a_granted_wish_holds_and_the_next_threshold_would_break_it(posts, recall, base_rate):
    truth = np.array([is_one for is_one, _ in [*posts, (True, 1.0), (False, 0.0)]])
    scores = np.array([score for _, score in [*posts, (True, 1.0), (False, 0.0)]])
    held_out = HeldOut(("x",), ("de",) * len(truth), truth[:, None], {BY_POST: scores[:, None]})
    try:
        found = curve(held_out, "x", BY_POST, "", Wish(recall=recall), base_rate)
    except TerminalError:
        assert (scores[truth] >= FINE[0]).mean() < recall
        return
    assert (scores[truth] >= found.chosen.threshold).mean() >= recall
    higher = [t for t in FINE if t > found.chosen.threshold]
    assert all((scores[truth] >= t).mean() < recall for t in higher)


def test_the_picture_is_the_same_bytes_each_time(tmp_path):
    found = curve(EVEN, "x", BY_POST, "", Wish(recall=0.6))
    for name in ("a.svg", "b.svg"):
        pictures.trade_off(found, 0.02, tmp_path / name)
    first = (tmp_path / "a.svg").read_bytes()
    assert first == (tmp_path / "b.svg").read_bytes()
    assert b"queue of 1,000 mentions" in first and b"chosen: 0.44" in first
    pictures.trade_off(found, 0.02, tmp_path / "c.png")
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")


def test_rows_of_the_table_are_rounded():
    point = curve(EVEN, "x", BY_POST, "", Wish(recall=0.6)).chosen
    assert trade_off.rounded(point) == (0.44, 0.6, 0.6, 0.02, 600.0)
