"""The contract of payload formats, walked over the registry."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.formats.registry import FORMATS
from schemas.local_times import NO_ZONE, ZONE_HEADER
from schemas.mention import Mention
from schemas.record import Dead, Reason
from tests.schemas.golden import ROOT, Case, cases, contract, dead_of, decoded, mention_of, only

BERLIN = b"Europe/Berlin"
CONTRACTS = {name: contract(name) for name in FORMATS}
SAMPLES = [(name, stem, set(paths)) for name in FORMATS for stem, paths in CONTRACTS[name]["required"].items()]


def case_of(name: str, stem: str) -> Case:
    return Case(name, ROOT / name / f"{stem}.json")


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every object key in the value, lists walked through."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        if isinstance(value, dict):
            yield (*at, key)
        yield from paths(child, (*at, key))


def without(payload: Any, path: tuple[Any, ...]) -> Any:
    changed = copy.deepcopy(payload)
    parent = changed
    for step in path[:-1]:
        parent = parent[step]
    del parent[path[-1]]
    return changed


@pytest.mark.parametrize(("name", "stem", "required"), SAMPLES, ids=lambda value: value if type(value) is str else "")
def test_each_field_left_out_is_named_or_not_needed(name: str, stem: str, required: set[str]) -> None:
    """Every field of the payload is left out once: the required ones and no others end in a dead letter naming them."""
    case = case_of(name, stem)
    named = set()
    for path in paths(case.payload):
        dotted = ".".join(map(str, path))
        item = only(decoded(json.dumps(without(case.payload, path)).encode(), name, **case.headers))
        if isinstance(item, Dead):
            assert (item.reason, item.detail) == (Reason.MISSING_FIELD, f"{dotted}: missing")
            named.add(dotted)
    assert named == required


def test_a_tweet_from_before_snowflakes_needs_its_time() -> None:
    """Later ids hold the time: see odd_time_only_in_the_id."""
    payload = case_of("x_v2", "bad_time_missing_before_snowflakes").payload
    assert dead_of(payload, "x_v2").detail == "created_at: missing"
    assert mention_of(payload | {"created_at": "2006-03-21T20:50:14.000Z"}, "x_v2").published_at.year == 2006


def test_every_format_has_a_payload_with_all_its_fields() -> None:
    assert {name for name, _, _ in SAMPLES} == set(FORMATS)


def test_no_golden_payload_is_recognised_by_a_foreign_format() -> None:
    """Exactly the own format, but for bad payloads, which may lack its marks."""
    covered = set()
    for case in cases():
        if not case.is_json or case.path.stem == "bad_inner_json":
            continue
        names = {name for name, candidate in FORMATS.items() if candidate.looks_like(case.payload)}
        assert names == {case.format} or (case.path.stem.startswith("bad_") and not names), case
        covered.add(case.format)
    assert covered == FORMATS.keys()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("payload", [None, True, 1, 1.5, "text", [], {}, [{}], {"": None}], ids=repr)
def test_a_payload_of_the_wrong_kind_is_refused_with_its_kind(name: str, payload: Any) -> None:
    assert not FORMATS[name].looks_like(payload)
    dead = only(decoded(json.dumps(payload).encode(), name, **case_of(name, "any").headers))
    assert isinstance(dead, Dead)
    assert dead.reason in (Reason.WRONG_TYPE, Reason.MISSING_FIELD, Reason.NOT_CSV)


def test_a_format_stands_under_its_own_name() -> None:
    assert all(name == candidate.name for name, candidate in FORMATS.items())


def test_a_page_and_its_flattened_tweets_give_the_same_mentions() -> None:
    page, flattened = (
        decoded(Case("x_v2", ROOT / "x_v2" / f"{stem}.json").raw) for stem in ("good_page", "good_flattened")
    )
    assert len(page) == 2
    assert page[0] == only(flattened)


def test_what_a_source_says_of_an_author_is_kept_under_one_key() -> None:
    """So that pseudonymisation can take it away: nothing of the author's profile stands elsewhere in `extra`."""
    canary, covered = "Kanarienvogel", set()
    for name in FORMATS:
        for stem, path in CONTRACTS[name]["author"].items():
            case = case_of(name, stem)
            parent = payload = case.payload
            for step in path[:-1]:
                parent = parent[int(step)] if isinstance(parent, list) else parent[step]
            parent[path[-1]] = canary
            mention = mention_of(payload, name, **case.headers)
            assert canary in str(mention.extra["author"])
            assert canary not in str({key: value for key, value in mention.extra.items() if key != "author"})
            covered.add(name)
    assert covered >= {"canonical", "x_v2", "mastodon", "reddit"}


def test_a_time_without_an_offset_is_read_in_the_zone_that_is_told_whatever_the_format() -> None:
    """Without one it is a dead letter that says how to tell it; a header of no zone is one, too."""
    covered = set()
    for case in cases():
        if not any(isinstance(item, Dead) and item.detail.endswith(NO_ZONE) for item in case.decode()):
            continue
        told = {
            zone: decoded(case.raw, case.format, **{**case.headers, ZONE_HEADER: zone}) for zone in (b"UTC", BERLIN)
        }
        (utc,), (berlin,) = told.values()
        assert isinstance(utc, Mention) and isinstance(berlin, Mention), case
        assert utc.published_at - berlin.published_at in (timedelta(hours=1), timedelta(hours=2)), case
        nowhere = only(decoded(case.raw, case.format, **{**case.headers, ZONE_HEADER: b"Berlin"}))
        assert isinstance(nowhere, Dead) and "take an IANA zone" in nowhere.detail, case
        covered.add(case.format)
    assert covered >= {"x_archive", "bluesky", "facebook", "instagram", "youtube", "app_store", "canonical"}
    assert covered >= {"brandwatch", "meltwater", "sprinklr", "google_play", "trustpilot"}


@pytest.mark.parametrize("name", ["x_v1", "x_v2"])
def test_a_tweet_without_an_offset_is_read_in_the_zone_that_is_told(name: str) -> None:
    """As data frames write them once their zone was taken off."""
    tweet = {"id": "20", "text": "Hallo", "created_at": "2024-03-05 15:02:11"}
    assert mention_of(tweet, name, echolot_zone=BERLIN).published_at == datetime(2024, 3, 5, 14, 2, 11, tzinfo=UTC)
    assert dead_of(tweet, name).detail == f"created_at: {NO_ZONE}"
