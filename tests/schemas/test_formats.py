"""The contract of payload formats, walked over the registry."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from schemas.formats.registry import FORMATS
from schemas.mention import Mention
from schemas.record import Dead, Reason
from tests.schemas.golden import ROOT, Case, cases, dead_of, decoded, mention_of, only

# Format -> (golden payload with every field that we use, the fields it cannot do without).
REQUIRED: dict[str, list[tuple[str, set[str]]]] = {
    "canonical": [("good_full", {"platform", "native_id", "text", "published_at"})],
    "x_v2": [
        # The id holds the time too, so that a tweet can do without created_at: see odd_time_only_in_the_id.
        ("good_flattened", {"id", "text", "author.id", "referenced_tweets.0.id", "referenced_tweets.0.type"}),
        ("bad_time_missing_before_snowflakes", {"created_at"}),
    ],
    "twcs": [("odd_row_as_object", {"tweet_id", "author_id", "inbound", "created_at", "text"})],
    "mastodon": [("good_status", {"uri", "content", "created_at", "account"})],
    "reddit": [
        ("good_comment", {"id", "body", "created_utc", "link_id"}),
        ("good_submission", {"id", "title", "created_utc"}),
    ],
    "bluesky": [
        (
            "good_reply",
            {
                *("did", "time_us", "commit", "commit.operation", "commit.collection", "commit.rkey", "commit.record"),
                *("commit.record.text", "commit.record.createdAt"),
                *("commit.record.reply.root", "commit.record.reply.root.uri"),
                *("commit.record.reply.parent", "commit.record.reply.parent.uri"),
            },
        ),
    ],
}
SAMPLES = [(name, stem, required) for name, samples in REQUIRED.items() for stem, required in samples]


def payload_of(name: str, stem: str) -> Any:
    payload = Case(name, ROOT / name / f"{stem}.json").payload
    if stem == "bad_time_missing_before_snowflakes":
        payload["created_at"] = "2006-03-21T20:50:14.000Z"
    return payload


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
    payload = payload_of(name, stem)
    named = set()
    for path in paths(payload):
        dotted = ".".join(map(str, path))
        item = only(decoded_json(without(payload, path), name))
        if isinstance(item, Dead):
            assert (item.reason, item.detail) == (Reason.MISSING_FIELD, f"{dotted}: missing")
            named.add(dotted)
    if stem != "bad_time_missing_before_snowflakes":
        assert named == required
    assert named >= required


def decoded_json(payload: Any, name: str) -> Any:
    return decoded(json.dumps(payload).encode(), name)


def test_no_format_escaped_the_left_out_suite() -> None:
    assert REQUIRED.keys() == FORMATS.keys()


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
    dead = dead_of(payload, name)
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
    canary = "Kanarienvogel"
    for name, stem, path in (
        ("x_v2", "good_flattened", ("author", "location")),
        ("mastodon", "good_status", ("account", "fields")),
        ("reddit", "good_comment", ("author_flair_css_class",)),
        ("canonical", "good_full", ("author", "city")),
    ):
        payload = payload_of(name, stem)
        parent = payload
        for step in path[:-1]:
            parent = parent[step]
        parent[path[-1]] = canary
        mention = mention_of(payload, name)
        assert isinstance(mention, Mention)
        assert canary in str(mention.extra["author"])
        assert canary not in str({key: value for key, value in mention.extra.items() if key != "author"})
