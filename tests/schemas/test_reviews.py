"""Reviews by all their ways: what is the same review is one mention, what it is about is known, nothing is a reply."""

from __future__ import annotations

import json
from typing import Any

import pytest

from classifiers.brands import BrandMatch
from configs.brands import Brand, Brands
from schemas.mention import Mention, Relation
from schemas.record import Dead, Ignored
from tests.schemas.golden import ROOT, Case, cases, decoded, mention_of, only

REVIEWS = ("app_store", "google_play", "trustpilot")
NAMES = ("de.falkenbahn.navigator", "id900555111", "www.falkenbahn.example")
BRANDS = BrandMatch(Brands(brands=(Brand(id="falkenbahn", name="Falkenbahn", handles=NAMES),)))


def golden(name: str, stem: str, suffix: str = "json") -> Mention:
    item = only(Case(name, ROOT / name / f"{stem}.{suffix}").decode())
    assert isinstance(item, Mention)
    return item


def all_reviews() -> list[Mention]:
    items = [item for case in cases() if case.format in REVIEWS for item in case.decode()]
    return [item for item in items if isinstance(item, Mention)]


def test_a_review_is_about_the_brand_whose_handles_hold_what_is_reviewed() -> None:
    """None of the texts names the brand. Only where nothing says the app (four of the mentions) it stays unknown."""
    reviews = all_reviews()
    found = BRANDS.classify(reviews, {})
    about = [mention.parent_author is not None for mention in reviews]
    assert found["brands"] == [["falkenbahn"] if known else [] for known in about]
    assert about.count(False) == 4 and len(about) > 40
    assert not any(found["author_is_brand"])


def test_no_review_is_a_reply() -> None:
    assert {(m.relation, m.parent_id, m.root_id) for m in all_reviews()} == {(Relation.ORIGINAL, None, None)}


def test_a_reviewer_who_takes_the_apps_name_is_not_the_brand() -> None:
    payload = json.loads((ROOT / "app_store" / "good_entry.json").read_bytes())
    payload["author"]["name"]["label"] = "id900555111"
    assert BRANDS.classify([mention_of(payload)], {})["author_is_brand"] == [False]


def test_what_is_reviewed_is_told_without_handles_too() -> None:
    assert all(m.extra.get("reviewed") == m.parent_author for m in all_reviews())


@pytest.mark.parametrize(
    "ways",
    [
        [
            ("google_play", "good_row", "csv"),
            ("google_play", "good_python", "json"),
            ("google_play", "good_node", "json"),
        ],
        [("google_play", stem, "csv") for stem in ("trap_id_in_base64", "trap_id_percent_encoded")],
        [("app_store", "good_entry", "json"), ("app_store", "good_web", "json")],
        [("trustpilot", "good_api", "json"), ("trustpilot", "good_site", "json")],
    ],
    ids=["play", "play links", "app store", "trustpilot"],
)
def test_the_same_review_by_several_ways_is_one_mention(ways: list[tuple[str, str, str]]) -> None:
    reviews = [golden(*way) for way in ways]
    for field in ("mention_id", "text", "title", "rating", "parent_author"):
        assert len({getattr(review, field) for review in reviews}) == 1, field
    assert len({review.published_at.replace(microsecond=0) for review in reviews}) == 1


@pytest.mark.parametrize(
    ("name", "first", "edited"),
    [
        ("google_play", "good_row.csv", "odd_edited.csv"),
        ("app_store", "good_web.json", "odd_edited_on_the_website.json"),
        ("trustpilot", "good_site.json", "odd_edited.json"),
    ],
)
def test_an_edited_review_is_a_later_version_of_the_same(name: str, first: str, edited: str) -> None:
    before, after = (golden(name, *stem.split(".")) for stem in (first, edited))
    assert before.mention_id == after.mention_id
    assert before.revision < after.revision
    assert before.text != after.text


ROW: dict[str, Any] = json.loads((ROOT / "google_play" / "good_row_as_object.json").read_bytes())
STARS = ROW | {"Review Text": "", "Review Link": ""}
SUBMITTED = "Review Submit Millis Since Epoch"


def test_stars_without_words_are_told_apart_by_package_milliseconds_and_device() -> None:
    """And by nothing that changes when they are given anew."""
    changed: list[dict[str, Any]] = [
        {},
        {"Package Name": "de.falkenbahn.other"},
        {SUBMITTED: 1709647331543},
        {"Device": "pixel8"},
        {"Star Rating": 5, "App Version Name": "21.5.0", "Review Last Update Millis Since Epoch": 1710007200907},
        {SUBMITTED: "1709647331542.0"},  # a data frame's
    ]
    ids = [mention_of(STARS | fields).native_id for fields in changed]
    assert len(set(ids)) == 4
    assert ids[0] == ids[4] == ids[5]


def test_an_edit_within_the_second_that_is_known_is_none() -> None:
    """The submission is known by its text, the update by its milliseconds."""
    assert mention_of(ROW | {SUBMITTED: "1.70965E+12"}).edited_at is None
    assert mention_of(ROW | {SUBMITTED: ""}).published_at.microsecond == 0


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2024-03-05 15:02:11", "2024-03-05T14:02:11+00:00"),
        ("2024-03-05T15:02:11+01:00", "2024-03-05T14:02:11+00:00"),
        (1709647331, "2024-03-05T14:02:11+00:00"),
        (1709647331542, "2024-03-05T14:02:11.542000+00:00"),
        ("1709647331542", "2024-03-05T14:02:11.542000+00:00"),
        ("3/25/2024 15:02", "2024-03-25T14:02:00+00:00"),
        ("March 5, 2024", "2024-03-04T23:00:00+00:00"),
    ],
)
def test_a_scrapers_times_are_read_as_people_save_them(at: Any, expected: str) -> None:
    payload = json.loads((ROOT / "google_play" / "good_python.json").read_bytes()) | {"at": at}
    told = {"echolot_zone": b"Europe/Berlin", "echolot_day_first": b"false"}
    assert mention_of(payload, **told).published_at.isoformat() == expected


@pytest.mark.parametrize("at", [None, True, "", "yesterday", -1, 1e300, "03/04/2024 10:00"])
def test_a_time_that_cannot_be_read_is_a_dead_letter(at: Any) -> None:
    payload = json.loads((ROOT / "google_play" / "good_python.json").read_bytes()) | {"at": at}
    item = only(decoded(json.dumps(payload).encode(), "google_play", echolot_zone=b"UTC"))
    assert isinstance(item, Dead) and item.detail.startswith("at: ")


@pytest.mark.parametrize(
    ("name", "stem"),
    [(name, "bad_page_with_one_bad_review") for name in REVIEWS],
)
def test_a_bad_review_of_a_page_is_read_by_itself_once_mended(name: str, stem: str) -> None:
    """What the page says of the app or company goes with it."""
    good, dead, _ = Case(name, ROOT / name / f"{stem}.json").decode()
    assert isinstance(dead, Dead) and isinstance(good, Mention)
    mended = dead.raw.replace(b'"score":0', b'"score":2').replace(b'"rating":null', b'"rating":2')
    mended = mended.replace(b'"id":null', b'"id":"65e72b53a4f0c1d2e3b4c5d9"')
    item = only(decoded(mended))
    assert isinstance(item, Mention)
    assert item.parent_author == good.parent_author


def test_an_app_alone_and_a_foreign_resource_are_ignored() -> None:
    feed = json.loads((ROOT / "app_store" / "odd_feed_begins_with_the_app.json").read_bytes())
    assert only(decoded(json.dumps(feed["feed"]["entry"][0]).encode())) == Ignored("app")
    foreign = {"id": "1", "type": "apps"}
    assert only(decoded(json.dumps(foreign).encode(), "app_store")) == Ignored("type")


def test_a_resource_without_its_type_is_known_by_its_names() -> None:
    for stem in ("good_web", "good_connect"):
        payload = json.loads((ROOT / "app_store" / f"{stem}.json").read_bytes())
        del payload["type"]
        assert mention_of(payload, "app_store").text == golden("app_store", stem).text
