"""Rows of listening tools: tables of aliases, which post a row is about, and whatever may stand in a cell."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from schemas.decode import decode
from schemas.errors import Rejected
from schemas.formats.aliases import Aliases, folded
from schemas.formats.listening import platform_name
from schemas.formats.listening_posts import split_addresses
from schemas.formats.protocol import needs_zone
from schemas.formats.registry import FORMATS
from schemas.ids import opaque_cell
from schemas.mention import Mention, mention_id
from schemas.record import Dead, Deletion, Ignored, Reason, Record
from tests.schemas.golden import MAX_BYTES, cases, mention_of

TOOLS = ("brandwatch", "talkwalker", "meltwater", "sprinklr")
TWEET = "1900591234567890123"
URL = f"https://x.com/mika_b_muster/status/{TWEET}"
CANARY = "KANARIENVOGEL"
PETS = Aliases({"name": ("Pet Name", "Name"), "legs": ("Legs",), "id": ("Pet ID",)}, of_author="owner")


def test_the_same_tweet_through_every_tool_and_from_x_itself_is_one_mention() -> None:
    rows: dict[str, dict[str, Any]] = {
        "brandwatch": {"Date": "2025-03-14 17:12:53", "Full Text": "Sohle ab", "Url": URL, "Mention Id": "9"},
        "meltwater": {"Date": "14-Mar-2025 05:12PM", "Hit Sentence": "Sohle ab", "Source": "Twitter",
                      "URL": "https://t.co/AbCdEf", "Tweet Id": TWEET},
        "talkwalker": {"published": 1741972373000, "content": "Sohle ab", "external_provider": "twitter",
                       "external_id": TWEET},
        "sprinklr": {"CreatedTime": "2025-03-14 17:12:53", "Message": "Sohle ab",
                     "UniversalMessageId": f"TWITTER_5_{TWEET}"},
        "x_v2": {"id": TWEET, "text": "Sohle ab", "created_at": "2025-03-14T17:12:53.000Z"},
    }  # fmt: skip
    found = set()
    for name, row in rows.items():
        headers = {"echolot_zone": b"UTC"}
        found.add(mention_of(row, name, **headers).mention_id)
    assert found == {mention_id("x", TWEET)}
    assert rows.keys() > set(TOOLS)


def test_tables_of_tools_need_a_zone_and_nothing_else_does_by_default() -> None:
    assert {name for name, found in FORMATS.items() if needs_zone(found)} >= set(TOOLS)
    assert not any(needs_zone(FORMATS[name]) for name in ("canonical", "x_v2", "reddit", "mastodon"))


@pytest.mark.parametrize("column", ["Pet Name", "pet_name", "PETNAME", " pet  name ", "petName"])
def test_a_column_matches_whatever_its_case_spaces_and_underscores(column: str) -> None:
    assert PETS.row({column: "Rex"}).text("name") == "Rex"


def test_the_first_alias_that_holds_something_wins_and_the_other_is_left() -> None:
    row = PETS.row({"Name": "Rex", "Pet Name": " ", "Legs": "4"})
    assert (row.text("name"), row.column("name")) == ("Rex", "Name")
    row = PETS.row({"Name": "Rex", "Pet Name": "Bello", "Owner": "Mika", "Colour": "", "Legs": "many"})
    assert row.text("name") == "Bello" and row.count("legs") is None
    assert row.left() == ({"Name": "Rex", "Legs": "many"}, {"Owner": "Mika"})
    same = PETS.row({"Name": "Rex", "Pet Name": "Rex"})
    assert same.text("name") == "Rex" and same.left() == ({}, {})


def test_a_missing_column_is_named_as_the_table_prefers_it() -> None:
    for payload in ({}, {"Name": ""}, {"Name": None}):
        with pytest.raises(Rejected) as caught:
            PETS.row(payload).required("name")
        assert (caught.value.reason, caught.value.detail) == (Reason.MISSING_FIELD, "Pet Name: missing")


@pytest.mark.parametrize(
    ("cell", "count"),
    [("12", 12), (" 12 ", 12), ("12.0", 12), ("1,234", 1234), ("1,234,567", 1234567), (12, 12), (12.0, 12), ("0", 0),
     ("1.234", None), ("1.000", None), ("1,23", None), ("1.2E+06", None), ("3.5K", None), ("-1", None), (-1, None),
     (0.5, None), ("", None), ("nan", None), (["1"], None), (True, None), ("9" * 30, None)],
)  # fmt: skip
def test_counts_are_read_or_left_never_guessed(cell: Any, count: int | None) -> None:
    row = PETS.row({"Legs": cell})
    assert row.count("legs") == count
    assert ("Legs" in row.left()[0]) == (count is None and cell != "")


@pytest.mark.parametrize(
    "cell",
    [
        "1.2316E+18",
        "1,2316E+18",
        "1E+18",
        "1.2E18",
        "345012345678901000",
        "1820000000000000000",
        1.5e18,
        "178956956680045000",
        '"1.2316E+18"',
    ],
)
def test_an_id_that_a_spreadsheet_destroyed_is_none_for_a_person_and_an_error_for_a_post(cell: Any) -> None:
    with pytest.raises(PydanticCustomError, match="digits"):
        opaque_cell(cell)
    row = PETS.row({"Pet ID": cell})
    assert row.person_id("id") is None and row.left()[0] == {"Pet ID": cell}
    with pytest.raises(Rejected) as caught:
        PETS.row({"Pet ID": cell}).post_id("id")
    assert (caught.value.reason, caught.value.detail.partition(":")[0]) == (Reason.ID_DESTROYED, "Pet ID")


@pytest.mark.parametrize(
    ("cell", "known"),
    [
        ("119237.0", "119237"),
        (" 42 ", "42"),
        (42, "42"),
        ("1e5", "1e5"),
        ("9f8e7d", "9f8e7d"),
        (TWEET, TWEET),
        (f'"{TWEET}"', TWEET),
        ("1789569566800450", "1789569566800450"),
        ("17895695668004550", "17895695668004550"),
    ],
)
def test_other_ids_stand(cell: Any, known: str) -> None:
    assert opaque_cell(cell) == known


MELTWATER = {"Date": "14-Mar-2025 05:12PM", "Hit Sentence": "Sohle ab", "Source": "Twitter", "URL": URL}


@pytest.mark.parametrize("cell", [TWEET, f'"{TWEET}"', f'="{TWEET}"', f"'{TWEET}", f" {TWEET} ", ""])
def test_an_id_that_is_whole_counts_as_no_repair_however_it_is_written(cell: str) -> None:
    item = mention_of(MELTWATER | {"Tweet Id": cell}, "meltwater", echolot_zone=b"UTC")
    assert (item.native_id, "id_repaired" in item.extra, "Tweet Id" in item.extra) == (TWEET, False, False)
    short = MELTWATER | {"Tweet Id": cell or TWEET, "URL": "https://t.co/AbCdEf"}
    assert mention_of(short, "meltwater", echolot_zone=b"UTC").native_id == TWEET


@pytest.mark.parametrize("cell", ["1.90059E+18", "1900591234567890000", "1900591234567890200", '"1,90059E+18"', 1.9e18])
def test_an_id_that_lost_digits_is_repaired_by_the_address(cell: Any) -> None:
    item = mention_of(MELTWATER | {"Tweet Id": cell}, "meltwater", echolot_zone=b"UTC")
    assert (item.native_id, item.extra["id_repaired"], "Tweet Id" in item.extra) == (TWEET, str(cell), False)


@pytest.mark.parametrize("cell", ["1900591234567890124", "20", "none"])
def test_an_id_that_is_whole_and_another_than_the_address_says_is_left_in_extra(cell: str) -> None:
    item = mention_of(MELTWATER | {"Tweet Id": cell}, "meltwater", echolot_zone=b"UTC")
    assert (item.native_id, item.extra["Tweet Id"], "id_repaired" in item.extra) == (TWEET, cell, False)


def test_addresses_of_a_cell_are_parted_where_one_begins() -> None:
    assert split_addresses("https://a/x;y?b=1,2;https://c/, http://d https://e?u=https://f;") == [
        "https://a/x;y?b=1,2", "https://c/", "http://d", "https://e?u=https://f",
    ]  # fmt: skip
    assert split_addresses(None) == split_addresses(" ; ") == []


def test_platforms_have_one_name_each() -> None:
    told = {"Twitter": "x", "X": "x", "facebook_public": "facebook", "Message Boards": "forum", "ONLINE NEWS": "news",
            "Google Play": "google_play", "日本": None, "": None, None: None, "a" * 99: "a" * 32}  # fmt: skip
    assert {name: platform_name(name) for name in told} == told


def test_names_fold_as_the_tables_do() -> None:
    assert folded("Sender Followers Count") == folded("SenderFollowersCount") == folded("sender_followers_count")


cells = st.sampled_from(
    ["", " ", "0", "1.2E+18", TWEET, URL, "2025-03-14 17:12:53", "03/04/2025", "1741972373000", "RT @a: b\u2026",
     "[removed]", "reply", "isComment", "TWITTER", "reddit", "\ud83d", "\0", CANARY, None, True, 1.5, 10**20, [], {},
     "https://www.reddit.com/r/a/comments/b/c/d", "https://bsky.app/profile/a.b/post/c", "did:plc:abc", "at://a"]
) | st.text(max_size=12)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_whatever_stands_in_the_cells_items_come_out(data: st.DataObject) -> None:
    """Golden payloads with a zone told; up to five cells hold anything."""
    golden = [case for case in cases() if case.format in TOOLS and case.is_json]
    case = golden[data.draw(st.integers(0, len(golden) - 1))]
    payload = copy.deepcopy(case.payload)
    for _ in range(data.draw(st.integers(1, 5))):
        payload[data.draw(st.sampled_from(sorted(payload)))] = data.draw(cells)
    record = Record("t", 0, 0, json.dumps(payload).encode(), headers=case.headers)
    for item in decode(record, format_name=case.format, max_bytes=MAX_BYTES):
        assert type(item) in (Mention, Deletion, Ignored, Dead)
        if isinstance(item, Mention):
            item.model_dump_json().encode()
            assert item.text.strip()
        if isinstance(item, Dead):
            assert item.reason is not Reason.FORMAT_BUG, item.detail
            assert CANARY not in item.detail
