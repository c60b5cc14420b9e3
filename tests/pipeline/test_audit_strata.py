"""Which mentions are drawn from together, and how many posts of each are drawn."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.triage import Suppression
from pipeline.auditing.strata import CUT, FLOOR, IN_QUEUE, QUEUE_PART, Stratum, allocate, strata_of

NAMES = (IN_QUEUE, "a", "b", "c", "d", "e", "f")
STRATA = st.lists(st.tuples(st.integers(1, 50_000), st.floats(0, 1)), min_size=1, max_size=7).flatmap(
    lambda drawn: st.sampled_from([NAMES, NAMES[1:] + NAMES[:1]]).map(
        lambda names: [Stratum(name, size, guess, ()) for name, (size, guess) in zip(names, drawn, strict=False)]
    )
)
SAMPLES = st.integers(50, 3000)


def test_strata_are_the_queue_and_what_held_a_mention_back_cut_by_probability():
    reasons = ("", *Suppression)
    strata = strata_of(
        [(reason, likely, 10, 0.5 if likely else 0.05) for reason in reasons for likely in (False, True)]
    )
    assert [(s.name, s.size, s.low, s.high) for s in strata] == [
        (IN_QUEUE, 20, 0, 2),
        ("below_threshold p<0.1", 10, 0, CUT), ("below_threshold p>=0.1", 10, CUT, 2),
        ("no_brand p<0.1", 10, 0, CUT), ("no_brand p>=0.1", 10, CUT, 2),
        ("noise p<0.1", 60, 0, CUT), ("noise p>=0.1", 60, CUT, 2),
        ("unjudged p<0.1", 10, 0, CUT), ("unjudged p>=0.1", 10, CUT, 2),
    ]  # fmt: skip
    covered = sorted(reason for s in strata[::2] for reason in s.reasons)
    assert covered == sorted({*reasons} - {Suppression.OWN_POST}), "own posts are no stratum, all others are in one"


def test_the_guess_of_a_stratum_is_the_mean_over_its_mentions():
    (stratum,) = strata_of([("repost", True, 30, 0.5), ("advert", True, 10, 0.9)])
    assert math.isclose(stratum.guess, 0.6) and stratum.reasons == ("advert", "repost")


@settings(deadline=None)
@given(STRATA, SAMPLES)
def test_the_sample_is_dealt_out_whole_within_what_is_there_and_above_the_floor(strata, sample):
    taken = allocate(strata, sample)
    assert sum(taken.values()) == min(sample, sum(s.size for s in strata))
    for s in strata:
        assert min(s.size, FLOOR) <= taken[s.name] <= s.size


@settings(deadline=None)
@given(STRATA, SAMPLES)
def test_a_fifth_goes_to_the_queue_unless_one_side_has_too_few(strata, sample):
    taken = allocate(strata, sample)
    for queue in (s for s in strata if s.name == IN_QUEUE):
        suppressed = sum(s.size for s in strata) - queue.size
        fifth = max(min(queue.size, sample // QUEUE_PART), min(queue.size, FLOOR))
        if suppressed >= sample - fifth >= sum(min(s.size, FLOOR) for s in strata if s is not queue):
            assert taken[IN_QUEUE] == fifth
        else:
            assert taken[IN_QUEUE] >= fifth


@settings(deadline=None)
@given(STRATA, SAMPLES)
def test_no_swap_of_a_post_would_lower_the_error(strata, sample):
    """Neyman's optimum in whole posts: the variance of the total, spread^2 / n summed, cannot be mended by one move."""
    taken = allocate(strata, sample)
    suppressed = [s for s in strata if s.name != IN_QUEUE]
    givers = [s for s in suppressed if taken[s.name] > min(s.size, FLOOR)]
    takers = [s for s in suppressed if taken[s.name] < s.size]
    for giver in givers:
        for taker in takers:
            lost = giver.spread**2 / (taken[giver.name] - 1) - giver.spread**2 / taken[giver.name]
            won = taker.spread**2 / taken[taker.name] - taker.spread**2 / (taken[taker.name] + 1)
            assert giver is taker or won <= lost * (1 + 1e-9)


@settings(deadline=None)
@given(STRATA, SAMPLES, st.integers(0, 500))
def test_a_larger_sample_holds_the_smaller(strata, sample, more):
    small, large = allocate(strata, sample), allocate(strata, sample + more)
    assert all(small[name] <= large[name] for name in small)


@settings(deadline=None)
@given(STRATA, SAMPLES, st.data())
def test_what_was_drawn_before_is_drawn_again_whatever_is_guessed_now(strata, sample, data):
    before = allocate(strata, sample)
    guesses = data.draw(st.lists(st.floats(0, 1), min_size=len(strata), max_size=len(strata)))
    anew = [Stratum(s.name, s.size, guess, ()) for s, guess in zip(strata, guesses, strict=True)]
    taken = allocate(anew, sample + 50, before)
    assert all(taken[name] >= before[name] for name in before)
    assert sum(taken.values()) == min(sample + 50, sum(s.size for s in strata))


def test_what_the_model_is_sure_of_is_looked_at_too():
    taken = allocate([Stratum("sure", 90_000, 0.0, ()), Stratum("unsure", 900, 0.5, ())], 200)
    assert taken["sure"] > 100
