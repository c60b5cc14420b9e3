"""What a time window leaves out does not overwrite what the ledger knows of a record."""

from __future__ import annotations

import pytest

from pipeline import ledger
from pipeline.decoded import Entry
from schemas.record import Dead, Outcome, Reason, Record
from tests.sinks.rows import block, entry

DEAD = Dead(Reason.NOT_JSON, "", b"{")


def left_out(position, mentions=0, dead=0, *, source="topic", outside=True):
    """An entry of a record from which a window left something out."""
    outcome = Outcome.DEAD if dead else Outcome.GOOD if mentions else Outcome.IGNORED
    return Entry(Record(source, 0, position, b""), outcome, mentions, [DEAD] * dead, outside=outside)


@pytest.mark.parametrize(
    ("known", "now", "stays"),
    [
        (entry(7, "good", 1), left_out(7), True),
        (entry(7, "good", 20), left_out(7, 5), True),
        (entry(7, "ignored", 0), left_out(7, 5), False),
        (entry(7, "ignored", 0), left_out(7), True),
        (entry(7, "dead", 0), left_out(7), True),
        (entry(7, "dead", 0), left_out(7, 1), False),
        (entry(7, "dead", 19), left_out(7, 5, 1), True),
        (entry(7, "good", 20), left_out(7, 5, 1), False),
        (entry(7, "good", 1), left_out(7, outside=False), False),
        (entry(8, "good", 1), left_out(7), False),
        (entry(7, "good", 1), left_out(7, source="other"), False),
    ],
)
def test_a_row_stays_that_knows_as_much(store, known, now, stays):
    store.write([block("ledger", [known])])
    assert ledger.settled(store, [now]) == ({now.place} if stays else set())


def test_the_latest_row_counts_and_every_source_is_asked(store):
    store.write([block("ledger", [entry(n, "ignored", 0) for n in range(9)])])
    store.write([block("ledger", [entry(3, "good", 2), entry(4, "good", 2, source="other")])])
    now = [left_out(3, 1), left_out(5, 1), left_out(4, 1, source="other"), left_out(5, 0, source="other")]
    assert ledger.settled(store, now) == {("topic", 0, 3), ("other", 0, 4)}
    assert ledger.settled(store, []) == frozenset()
