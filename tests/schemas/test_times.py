"""Laws of times: aware UTC, within 1970 to 2109, read without looking at a clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from schemas.times import END, EPOCH, from_epoch, from_micros, from_twitter, storable
from tests.schemas.golden import dead_of, mention_of


def wall(year: int, month: int, day: int) -> datetime:
    """Midnight on the wall: Hypothesis adds the zones itself."""
    return datetime(year, month, day, tzinfo=UTC).replace(tzinfo=None)


OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSIDE = st.datetimes(wall(1970, 1, 2), wall(2109, 12, 30), timezones=OFFSETS)
BEFORE, BEYOND = (
    st.datetimes(max_value=wall(1969, 12, 30), timezones=OFFSETS),
    st.datetimes(wall(2110, 1, 2), timezones=OFFSETS),
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
BASE: dict[str, Any] = {"platform": "play", "native_id": "1", "text": ""}


def refused(call: Any, value: Any) -> bool:
    with pytest.raises(PydanticCustomError) as caught:
        call(value)
    return bool(caught.value.type == "bad_time")


@given(INSIDE)
def test_a_time_within_the_span_is_the_same_instant_in_utc(value: datetime) -> None:
    moved = storable(value)
    assert moved == value
    assert moved.tzinfo is UTC


@given(BEFORE | BEYOND)
def test_a_time_beyond_the_span_is_refused(value: datetime) -> None:
    assert refused(storable, value)


@pytest.mark.parametrize("minutes", [-840, 0, 840])
def test_the_ends_of_the_calendar_do_not_overflow(minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    assert refused(storable, datetime.min.replace(tzinfo=zone))
    assert refused(storable, datetime.max.replace(tzinfo=zone))


def test_the_span_has_its_first_instant_and_not_its_end() -> None:
    assert storable(EPOCH) == EPOCH
    assert storable(END - timedelta(microseconds=1)) < END
    assert refused(storable, END)
    assert refused(storable, EPOCH - timedelta(microseconds=1))


@given(st.integers(0, 4_417_977_599))
def test_epoch_seconds_are_the_same_as_integer_float_and_text(seconds: int) -> None:
    expected = EPOCH + timedelta(seconds=seconds)
    for form in (seconds, float(seconds), str(seconds), f"{seconds}.0"):
        assert from_epoch(form) == expected


@given(st.integers(0, 4_417_977_599_999_999))
def test_epoch_microseconds_are_exact(micros: int) -> None:
    assert (from_micros(micros) - EPOCH) // timedelta(microseconds=1) == micros


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "",
        "soon",
        "nan",
        "inf",
        "1.70965E+09",
        float("nan"),
        float("inf"),
        -1,
        1e300,
        10**40,
        "9" * 5_000,
        [],
    ],
)
def test_what_is_no_epoch_time_is_refused(value: Any) -> None:
    assert refused(from_epoch, value)


@given(st.datetimes(wall(2006, 1, 1), wall(2030, 1, 1)), OFFSETS)
def test_the_old_api_s_form_is_read_in_any_zone(local: datetime, zone: timezone) -> None:
    local = local.replace(microsecond=0, tzinfo=zone)
    text = f"Tue {MONTHS[local.month - 1]} {local:%d %H:%M:%S %z %Y}"
    assert from_twitter(text) == local
    assert from_twitter(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        *(None, 5, ""),
        "Tue Oct 31 22:10:47 2017",
        "Tue Okt 31 22:10:47 +0000 2017",
        "Tue Feb 30 22:10:47 +0000 2017",
        "Tue Oct 31 24:10:47 +0000 2017",
        "Tue Oct 31 22:10:47 +0000 2117",
        "Tue Jan 01 00:00:00 +1400 0001",
        "Di Oct 31 22:10:47 +0000 2017",
    ],
)
def test_what_is_not_the_old_api_s_form_is_refused(text: Any) -> None:
    assert refused(from_twitter, text)


@given(INSIDE)
def test_a_mention_s_times_are_utc_whatever_offset_they_came_with(value: datetime) -> None:
    mention = mention_of({**BASE, "published_at": value.isoformat(), "edited_at": value.isoformat()}, "canonical")
    assert mention.published_at == mention.edited_at == value
    assert mention.published_at.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        "2024-01-01",
        "2024-01-01T00:00:00",
        "gestern",
        True,
        None,
        {},
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
@pytest.mark.parametrize("field", ["published_at", "edited_at"])
def test_a_bad_time_is_refused_by_the_field_s_name(field: str, value: Any) -> None:
    if field == "edited_at" and value is None:
        return  # no time is a first revision's time
    dead = dead_of({**BASE, "published_at": "2024-01-01T00:00:00Z", field: value}, "canonical")
    assert dead.reason == "bad_time"
    assert dead.detail.startswith(f"{field}: ")
