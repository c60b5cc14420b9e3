import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.settings import BreakerSettings
from pipeline.breaker import Breaker, BreakerTripped
from pipeline.decoded import Entry
from schemas.record import Dead, Outcome, Reason, Record

SETTINGS = BreakerSettings(window=20, share=0.5, run=8)


def entries(pattern):
    """x is dead, . is good, i is ignored."""
    kinds = {"x": Outcome.DEAD, ".": Outcome.GOOD, "i": Outcome.IGNORED}
    dead = [Dead(Reason.NOT_JSON, "at byte 1", b"{")]
    return [
        Entry(Record("topic", 3, n, b""), kinds[c], 0, dead if c == "x" else []) for n, c in enumerate(pattern, 100)
    ]


@pytest.mark.parametrize(
    "pattern", ["." * 50, "x" * 7 + ".", ("x" * 7 + "." * 14) * 5, "x." * 9 + "..", "ix" * 9 + "ii"]
)
def test_below_both_limits_it_holds(pattern):
    Breaker(SETTINGS).feed(entries(pattern))


@pytest.mark.parametrize("pattern", ["x" * 8, "." * 100 + "x" * 8, "x." * 10, "." * 40 + "x." * 10])
def test_at_a_limit_it_trips(pattern):
    with pytest.raises(BreakerTripped):
        Breaker(SETTINGS).feed(entries(pattern))


def test_the_message_says_how_many_where_why_and_the_mend():
    with pytest.raises(BreakerTripped) as caught:
        Breaker(SETTINGS).feed(entries("..xxxxxxxx"))
    text = str(caught.value)
    for part in (
        "8 invalid records in a row",
        "topic partition 3 position 109",
        "not_json",
        "breaker.run (now 8)",
        "--resume",
    ):
        assert part in text


@given(st.text(alphabet="x.i", max_size=200), st.lists(st.integers(1, 40)))
def test_it_trips_at_the_same_record_however_the_batches_are_cut(pattern, cuts):
    def first_trip(pieces):
        breaker, seen = Breaker(SETTINGS), 0
        for piece in pieces:
            for entry in piece:
                try:
                    breaker.feed([entry])
                except BreakerTripped:
                    return seen
                seen += 1
        return None

    def oracle():
        run = 0
        for n, c in enumerate(pattern):
            run = run + 1 if c == "x" else 0
            window = pattern[max(0, n - 19) : n + 1]
            if run >= 8 or (len(window) == 20 and window.count("x") >= 10):
                return n
        return None

    everything, pieces = entries(pattern), []
    for cut in cuts:
        pieces.append(everything[:cut])
        everything = everything[cut:]
    assert first_trip([*pieces, everything]) == oracle()
