"""Local times: every layout, the zone, the order of day and month, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Rejected
from schemas.local_times import DAY_FIRST_HEADER, NO_ORDER, NO_ZONE, ZONE_HEADER, local_times
from schemas.record import Reason

BERLIN = local_times({ZONE_HEADER: b"Europe/Berlin"})
SPAN = datetime(1971, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001
LAYOUTS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%d-%b-%Y %I:%M:%S %p",
    "%b %d, %Y %I:%M:%S %p",
)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-01-31 17:12:53", "2024-01-31T16:12:53"),
        ("2024-07-31 17:12:53.0", "2024-07-31T15:12:53"),
        ("2024-07-31T17:12:53Z", "2024-07-31T17:12:53"),
        ("2024-07-31T17:12:53+0000", "2024-07-31T17:12:53"),
        ("2024-07-31 17:12:53 UTC", "2024-07-31T17:12:53"),
        ("31.01.2024 17:12", "2024-01-31T16:12:00"),
        ("3.4.2024", "2024-04-02T22:00:00"),
        ("2024-01-31 5:12 PM", "2024-01-31T16:12:00"),
        ("2024-01-31 05:12:53.0 pm", "2024-01-31T16:12:53"),
        ("2024-01-31, 12:05 AM", "2024-01-30T23:05:00"),
        ("2024-01-31T5:12", "2024-01-31T04:12:00"),
        ("31-Jan-2024 05:12PM", "2024-01-31T16:12:00"),
        ("Jan 31, 2024 5:12:53 PM", "2024-01-31T16:12:53"),
        ("31 January 2024", "2024-01-30T23:00:00"),
    ],
)
def test_layouts(text, instant):
    assert BERLIN.read(text, "Date") == datetime.fromisoformat(instant).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "day_first", "instant"),
    [
        ("31/01/2024 17:12", b"true", "2024-01-31T16:12:00"),
        ("1/31/2024 5:12 PM", b"false", "2024-01-31T16:12:00"),
        ("01/31/2024 12:05 am", b"false", "2024-01-30T23:05:00"),
        ("01-31-2024 12:05 PM", b"false", "2024-01-31T11:05:00"),
    ],
)
def test_layouts_whose_order_is_told(text, day_first, instant):
    times = local_times({ZONE_HEADER: b"Europe/Berlin", DAY_FIRST_HEADER: day_first})
    assert times.read(text, "Date") == datetime.fromisoformat(instant).replace(tzinfo=UTC)


def test_day_or_month_first_is_told_and_never_guessed():
    for said, month in ((b"true", 4), (b"false", 3)):
        times = local_times({ZONE_HEADER: b"UTC", DAY_FIRST_HEADER: said})
        assert times.read("03/04/2024 10:00", "Date").month == month
    with pytest.raises(Rejected, match="contradicts the setting `day_first`"):
        local_times({ZONE_HEADER: b"UTC", DAY_FIRST_HEADER: b"true"}).read("01/31/2024", "Date")


@pytest.mark.parametrize("text", ["03/04/2024", "31/01/2024 17:12", "1-31-2024"])
def test_of_a_file_that_is_not_told_the_order_no_such_day_is_read(text):
    """Else it would be read from the 13th of each month on, and the first twelve days would be dead letters."""
    with pytest.raises(Rejected) as caught:
        BERLIN.read(text, "Date")
    assert caught.value.detail == f"Date: {NO_ORDER}"
    with pytest.raises(Rejected) as caught:
        local_times({}).read(text, "Date")
    assert caught.value.detail == f"Date: {NO_ORDER}; {NO_ZONE}"


def test_a_time_without_a_zone_is_refused_one_with_an_offset_is_not():
    none = local_times({})
    with pytest.raises(Rejected, match=f"Date: {NO_ZONE}"):
        none.read("2024-01-31 17:12:53", "Date")
    assert none.read("2024-01-31 17:12:53+01:00", "Date").hour == 16


@pytest.mark.parametrize(
    "text", ["", "yesterday", "31.13.2024", "31 Foo 2024", "2024", "2024-01-31 25:00:00", "31.1.2024 13:00 PM",
             "31.01.2024 5", "2024-01-31 13:00 PM", "2024-01-31 5", "2024-13-31 5:12", "31.01.1969 12:00",
             "9999-12-31 23:59:59", "0001-01-01", "1/1/24"]
)  # fmt: skip
def test_what_is_no_time_is_rejected(text):
    with pytest.raises(Rejected) as caught:
        BERLIN.read(text, "Date")
    assert caught.value.reason == Reason.BAD_TIME and caught.value.detail.startswith("Date: ")


def test_headers_that_say_nothing_useful_are_rejected():
    for headers in (
        {ZONE_HEADER: b"Berlin"},
        {ZONE_HEADER: b"\xff"},
        {ZONE_HEADER: b"../etc/passwd"},
        {DAY_FIRST_HEADER: b"yes"},
    ):
        with pytest.raises(Rejected, match="IANA zone"):
            local_times(headers)


def test_an_hour_that_comes_twice_is_the_first():
    assert BERLIN.read("2024-10-27 02:30:00", "Date") == datetime(2024, 10, 27, 0, 30, tzinfo=UTC)


@given(st.datetimes(*SPAN), st.sampled_from(LAYOUTS))
def test_what_a_layout_writes_is_read(moment, layout):
    times = local_times({ZONE_HEADER: b"UTC"})
    assert times.read(moment.strftime(layout), "Date") == moment.replace(microsecond=0, tzinfo=UTC)


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_rejected(text):
    try:
        assert BERLIN.read(text, "Date").utcoffset() == timedelta(0)
    except Rejected as error:
        assert error.reason == Reason.BAD_TIME
