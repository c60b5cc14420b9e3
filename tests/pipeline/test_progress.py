"""Lag and watermark age, by what was read, written and is known of the end."""

from __future__ import annotations

import math

import pytest

from pipeline.metrics import Progress, kinds
from schemas.record import Record

PLACE = ("t", 0)


class Latest:
    """A recorder that keeps the last value of every series."""

    def __init__(self):
        self.values = {}

    def add(self, metric, amount, labels):
        key = (metric.name, *map(str, labels.values()))
        self.values[key] = self.values.get(key, 0) + amount

    def observe(self, metric, values, labels):
        self.values[(metric.name, *map(str, labels.values()))] = list(values)

    def set(self, metric, value, labels):
        self.values[(metric.name, *map(str, labels.values()))] = value


@pytest.fixture
def shown():
    latest = Latest()
    kinds.record_with(latest)
    yield lambda: tuple(
        latest.values.get((f"echolot_{name}", "t", "0")) for name in ("lag_records", "watermark_age_seconds")
    )
    kinds.record_with(None)


def records(*positions, at=1000):
    """Record n was made at second `at` + n."""
    return [Record("t", 0, n, b"x", timestamp=(at + n) * 1000) for n in positions]


def test_what_is_read_and_not_written_waits_since_the_oldest_of_it(shown):
    progress = Progress()
    progress.read(PLACE, records(5, 6), next_position=7, end=10)
    assert shown() == (5, 1005)
    progress.read(PLACE, records(7, 8, 9), next_position=10, end=10)
    assert shown() == (5, 1005)
    progress.written({PLACE: 6})
    assert shown() == (3, 1007)
    progress.written({PLACE: 9})
    assert shown() == (0, 0)


def test_an_idle_partition_is_not_late_and_a_record_after_an_hour_waits_since_it_came(shown):
    progress = Progress()
    progress.read(PLACE, records(0), next_position=1, end=1)
    progress.written({PLACE: 0})
    progress.read(PLACE, (), next_position=1, end=1)
    assert shown() == (0, 0)
    progress.read(PLACE, records(1, at=4600), next_position=2, end=2)
    assert shown() == (1, 4601)


def test_what_is_known_to_be_there_and_not_read_waits_since_the_last_written_at_the_most(shown):
    progress = Progress()
    progress.read(PLACE, records(0, 1), next_position=2, end=1000)
    progress.written({PLACE: 1})
    assert shown() == (998, 1001)


def test_marks_and_compacted_records_at_the_end_are_no_lag(shown):
    """After record 3 the consumer stands at 9: 4 to 8 are transaction marks or compacted away."""
    progress = Progress()
    progress.read(PLACE, records(3), next_position=9, end=9)
    progress.written({PLACE: 3})
    assert shown() == (0, 0)


def test_a_batch_written_in_part_waits_with_its_rest(shown):
    progress = Progress()
    progress.read(PLACE, records(0, 1, 2, 3), next_position=4, end=4)
    progress.written({PLACE: 1})
    assert shown()[0] == 2


def test_records_read_again_after_a_failure_count_once(shown):
    progress = Progress()
    progress.read(PLACE, records(0, 1), next_position=2, end=4)
    progress.read(PLACE, records(2, 3), next_position=4, end=4)
    progress.read(PLACE, records(0, 1, 2, 3), next_position=4, end=4)
    assert shown() == (4, 1000)
    progress.written({PLACE: 3})
    assert shown() == (0, 0)


def test_a_reader_sent_back_waits_since_where_it_was_sent(shown):
    progress = Progress()
    progress.read(PLACE, records(4, 5), next_position=6, end=6)
    progress.read(PLACE, records(0, 1, 2), next_position=3, end=6)
    assert shown() == (6, 1000)


def test_an_unknown_end_shows_no_lag_but_what_waits(shown):
    progress = Progress()
    progress.read(PLACE, records(5))
    assert shown() == (None, 1005)
    progress.written({PLACE: 5})
    assert shown() == (None, 0)


def test_records_without_a_timestamp_show_lag_alone(shown):
    progress = Progress()
    progress.read(PLACE, [Record("t", 0, 0, b"x")], next_position=1, end=1)
    assert shown() == (1, None)


def test_a_partition_that_went_to_another_member_shows_nothing(shown):
    progress = Progress()
    progress.read(PLACE, records(0), next_position=1, end=5)
    progress.keep([PLACE])
    assert shown() == (5, 1000)
    progress.keep([])
    assert all(math.isnan(v) for v in shown())
    progress.written({PLACE: 0})
    assert all(math.isnan(v) for v in shown()), "an acknowledgement that comes late brings nothing back"
