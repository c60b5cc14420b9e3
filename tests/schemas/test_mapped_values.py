"""How mapped exports write numbers, texts and times, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.formats.mapped_spec import Place
from schemas.formats.mapped_values import TimeLayout
from schemas.formats.protocol import needs_zone
from schemas.local_times import NO_ORDER, NO_ZONE
from schemas.record import Reason
from tests.schemas.mapped import CANARY, ROW, fault_of, mapped, mention_of


@pytest.mark.parametrize(
    ("given", "taken"),
    [(12, 12), ("12", 12), ("12.0", 12), (12.0, 12), ("1,234,567", 1234567), ("0", 0)]
    + [(word, None) for word in ("1.2K", "1.234", "1,23", "-1", "x", "9" * 19, -1, 1.5, 1e300, True, [1])],
)
def test_a_count_is_read_or_left(given: Any, taken: int | None) -> None:
    item = mention_of(ROW | {"Likes": given}, mapped(fields={"engagement.likes": Place(("Likes",))}))
    assert item.engagement.likes == taken
    assert item.extra == ({"Likes": given} if taken is None else {})


@pytest.mark.parametrize(
    ("given", "rating"), [("7", 3.5), (10, 5.0), ("0", 0.0), ("6,5", 3.25), ("6.5", 3.25), (1.0, 0.5)]
)
def test_a_rating_is_brought_to_five_stars(given: Any, rating: float) -> None:
    assert mention_of(ROW | {"R": given}, mapped(fields={"rating": Place(("R",))}, rating_scale=10)).rating == rating


@pytest.mark.parametrize(
    ("given", "fault"),
    [(11, "R: number beyond 0 to 10; mend `rating_scale`"), ("-1", "R: string where a number is expected")]
    + [(word, "R: string where a number is expected") for word in ("five", "nan", "1e1", CANARY)]
    + [(True, "R: boolean where a number is expected")],
)
def test_a_rating_that_cannot_be_read_is_refused(given: Any, fault: str) -> None:
    chosen = mapped(fields={"rating": Place(("R",))}, rating_scale=10)
    assert fault_of(ROW | {"R": given}, chosen) == (Reason.WRONG_TYPE, fault)


@pytest.mark.parametrize(
    ("given", "taken"), [(True, True), ("TRUE", True), ("1", True), ("no", False), (0, False), ("?", False)]
)
def test_verified_is_read_from_words(given: Any, taken: bool) -> None:
    item = mention_of(ROW | {"V": given}, mapped(fields={"author.verified": Place(("V",))}))
    assert item.author.verified is taken
    assert item.extra == ({"author": {"V": "?"}} if given == "?" else {})


def test_names_may_be_numbers_and_nothing_else_that_is_no_text() -> None:
    chosen = mapped(fields={"author.name": Place(("Name",))})
    assert mention_of(ROW | {"Name": 42}, chosen).author.name == "42"
    assert fault_of(ROW | {"Name": {"a": 1}}, chosen) == (Reason.WRONG_TYPE, "Name: object where text is expected")


def test_a_language_that_is_too_long_is_left() -> None:
    item = mention_of(ROW | {"Lang": "x" * 36}, mapped(fields={"language": Place(("Lang",))}))
    assert (item.language, item.extra) == (None, {"Lang": "x" * 36})


def test_texts_are_made_plain_or_unescaped_once_where_the_mapping_says_so() -> None:
    row = ROW | {"Body": "<p>a &amp;amp; b</p>", "T": "x &lt; y"}
    fields = {"title": Place(("T",))}
    expected = {"html": ("a &amp; b", "x < y"), "entities": ("<p>a &amp; b</p>", "x < y"), "": (row["Body"], row["T"])}
    for switch, texts in expected.items():
        item = mention_of(row, mapped(fields=fields, **({switch: True} if switch else {})))
        assert (item.text, item.title) == texts


# Times


@pytest.mark.parametrize(
    ("layout", "given", "instant"),
    [
        (TimeLayout(), "2024-05-01T12:00:00+02:00", "2024-05-01T10:00:00"),
        (TimeLayout(zone=ZoneInfo("Europe/Berlin")), "2024-05-01 12:00", "2024-05-01T10:00:00"),
        (TimeLayout("epoch"), "1714557600", "2024-05-01T10:00:00"),
        (TimeLayout("epoch"), 1714557600.5, "2024-05-01T10:00:00.500000"),
        (TimeLayout("epoch_ms"), 1714557600000, "2024-05-01T10:00:00"),
        (TimeLayout("local", ZoneInfo("UTC"), True), "01/05/2024 10:00", "2024-05-01T10:00:00"),
        (TimeLayout("local", ZoneInfo("UTC"), False), "01/05/2024 10:00", "2024-01-05T10:00:00"),
        (TimeLayout("%d.%m.%y, %H Uhr", ZoneInfo("Europe/Berlin")), "01.05.24, 12 Uhr", "2024-05-01T10:00:00"),
        (TimeLayout("%a %b %d %H:%M:%S %z %Y"), "Wed May 01 12:00:00 +0200 2024", "2024-05-01T10:00:00"),
    ],
)
def test_each_layout_is_read(layout: TimeLayout, given: Any, instant: str) -> None:
    item = mention_of(ROW | {"Date": given}, mapped(times=layout))
    assert item.published_at == datetime.fromisoformat(instant).replace(tzinfo=UTC)


def test_what_the_headers_say_goes_before_the_mapping() -> None:
    chosen = mapped(times=TimeLayout("local", ZoneInfo("UTC"), True))
    headers = {"echolot_zone": b"Europe/Berlin", "echolot_day_first": b"false"}
    item = mention_of(ROW | {"Date": "01/05/2024 10:00"}, chosen, **headers)
    assert item.published_at == datetime(2024, 1, 5, 9, tzinfo=UTC)
    naive = mapped(times=TimeLayout("%Y-%m-%d %H:%M"))
    assert mention_of(ROW | {"Date": "2024-05-01 12:00"}, naive, echolot_zone=b"Europe/Berlin").published_at.hour == 10


@pytest.mark.parametrize(
    ("layout", "given", "fault"),
    [
        (TimeLayout(), "2024-05-01T12:00:00", f"Date: {NO_ZONE}"),
        (TimeLayout("%Y-%m-%d"), "2024-05-01", f"Date: {NO_ZONE}"),
        (TimeLayout(), CANARY, "Date: no time in the layout iso"),
        (TimeLayout("%Y-%m-%d", ZoneInfo("UTC")), CANARY, "Date: no time in the layout %Y-%m-%d"),
        (
            TimeLayout("local", ZoneInfo("UTC")),
            "01/05/2024",
            f"Date: {NO_ORDER}",
        ),
        (TimeLayout("epoch"), CANARY, "Date: no time between 1970 and 2109"),
        (TimeLayout("epoch_ms"), "1e400", "Date: no time between 1970 and 2109"),
        (TimeLayout(), "0001-01-01T00:00:00+14:00", "Date: no time between 1970 and 2109"),
        (TimeLayout(), 1714557600, "Date: number where a time is expected"),
    ],
)
def test_a_time_that_cannot_be_read_is_refused_with_its_mend(layout: TimeLayout, given: Any, fault: str) -> None:
    assert fault_of(ROW | {"Date": given}, mapped(times=layout)) == (Reason.BAD_TIME, fault)


def test_a_blank_time_of_publication_is_missing_and_another_is_none() -> None:
    chosen = mapped(fields={"published_at": Place(("Date", "Day")), "edited_at": Place(("Edited",))})
    assert fault_of(ROW | {"Date": ""}, chosen) == (Reason.MISSING_FIELD, "Date or Day: missing")
    assert mention_of(ROW | {"Edited": ""}, chosen).edited_at is None


def test_a_constant_time_is_iso_whatever_the_layout() -> None:
    chosen = mapped(fields={"published_at": Place((), "2020-01-01T00:00:00Z")}, times=TimeLayout("epoch"))
    assert mention_of(ROW, chosen).published_at == datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("layout", "needed"),
    [
        (TimeLayout("local"), True),
        (TimeLayout("%Y-%m-%d"), True),
        (TimeLayout("%Y-%m-%d %z"), False),
        (TimeLayout("local", ZoneInfo("UTC")), False),
        (TimeLayout("epoch"), False),
    ],
)
def test_a_mapping_says_whether_an_import_must_name_the_zone(layout: TimeLayout, needed: bool) -> None:
    assert needs_zone(mapped(times=layout)) is needed
