import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.decoded import Decoded, Entry
from pipeline.rows import RowMaker
from schemas.mention import Author, Engagement, Mention, Relation, mention_id
from schemas.record import Dead, Deletion, Outcome, Reason, Record

AT = datetime(2024, 3, 1, 12, tzinfo=UTC)
MIGRATIONS = Path(__file__).parents[2] / "sinks" / "migrations"
JUDGED = {
    "brands": [[]], "language": ["de"], "author_is_brand": [False], "intents": [[]], "intent_names": [[]],
    "intent_probabilities": [[]], "needs_intervention": [False], "needs_intervention_probability": [0.0],
    "severity": [0], "relevance_probability": [0.5], "sentiment": ["neutral"],
    "sentiment_probabilities": [[0.25, 0.5, 0.25]], "noise": [[]], "sensitive": [[]],
    "fingerprint": [0], "virality_probability": [0.0], "expected_reach": [0.0], "risk": [0.0],
    "queued": [False], "suppressed_by": ["no_brand"], "reasons": [[]],
}  # fmt: skip


def mention(**more):
    return Mention(**({"platform": "x", "native_id": "1", "text": "hallo", "published_at": AT} | more))


def rows(*, mentions=(), deletions=(), entries=(), key="k", keep=False):
    maker = RowMaker(generation="live", pseudonym_key=key, keep_handles=keep)
    judged = {name: values * len(mentions) for name, values in JUDGED.items()}
    blocks = maker.blocks(Decoded(list(entries), list(mentions), list(deletions)), judged)
    return {block.table: block for block in blocks}


def test_every_block_has_exactly_the_columns_of_its_table():
    declared = {}
    for path in sorted(MIGRATIONS.glob("*.sql")):
        for table, body in re.findall(r"CREATE TABLE IF NOT EXISTS (\w+) \((.*?)\n\) ENGINE", path.read_text(), re.S):
            declared[table] = [line.split()[0] for line in body.strip().splitlines()]
        for table, column in re.findall(r"ALTER TABLE (\w+) ADD COLUMN IF NOT EXISTS (\w+)", path.read_text()):
            declared[table].append(column)
    found = rows(mentions=[mention()])
    assert len(found) == 8
    assert {table: sorted(block.columns) for table, block in found.items()} == {
        table: sorted(declared[table]) for table in found
    }


def test_the_ledger_is_written_last_and_facts_first():
    assert list(rows(mentions=[mention()])) == [
        "posts", "verdicts", "engagements", "shares", "aliases", "deletions", "dead_letters", "ledger",
    ]  # fmt: skip


def test_an_author_is_a_pseudonym_that_key_and_platform_change():
    def pseudonym(key="k", **more):
        return rows(mentions=[mention(author=Author(id="7", handle="anna"), **more)], key=key)["posts"].columns

    one = pseudonym()
    assert one["author_id"] == pseudonym()["author_id"] and re.fullmatch(r"[0-9a-f]{32}", one["author_id"][0])
    assert one["author_id"] != pseudonym(key="other")["author_id"] != pseudonym(platform="reddit")["author_id"]
    assert one["author_handle"] == [""]
    assert rows(mentions=[mention(author=Author(handle="anna"))], keep=True)["posts"].columns["author_handle"] == [
        "anna"
    ]
    assert rows(mentions=[mention()])["posts"].columns["author_id"] == [""]


def test_an_authors_profile_is_kept_only_with_the_handles():
    extra = {"author": {"location": "Bonn"}, "lists": 3}
    assert rows(mentions=[mention(extra=extra)])["posts"].columns["extra"] == ['{"lists":3}']
    kept = rows(mentions=[mention(extra=extra)], keep=True)["posts"].columns["extra"]
    assert kept == ['{"author":{"location":"Bonn"},"lists":3}']


def test_counters_make_an_engagement_and_none_make_none():
    seen = AT + timedelta(hours=1)
    found = rows(mentions=[mention(engagement=Engagement(likes=3), observed_at=seen), mention(native_id="2")])
    block = found["engagements"].columns
    assert block["mention_id"] == [mention_id("x", "1")] and block["observed_at"] == [seen]
    assert block["likes"] == [3] and block["views"] == [None]


def test_a_repost_is_a_share_of_its_root():
    found = rows(mentions=[mention(native_id="9", relation=Relation.REPOST, root_id="1"), mention()])["shares"].columns
    assert found["root_id"] == [mention_id("x", "1")] and found["share_id"] == [mention_id("x", "9")]


def test_an_alias_is_another_name_of_its_mention_and_no_content():
    found = rows(mentions=[mention(aliases=("2", "3")), mention(native_id="9")])["aliases"].columns
    assert found["alias_id"] == [mention_id("x", "2"), mention_id("x", "3")]
    assert found["mention_id"] == [mention_id("x", "1")] * 2
    assert (found["platform"], found["alias"]) == (["x"] * 2, ["2", "3"])
    account = rows(mentions=[mention(platform="bluesky", native_id="at://did:plc:a/app.bsky.feed.post/3k")])["aliases"]
    assert account.columns["alias"] == ["did:plc:a"] and account.columns["published_at"] == [AT]
    assert mention(aliases=("2",)).revision == mention().revision


def test_a_dead_letter_keeps_bytes_reason_and_place():
    record = Record("t", 2, 77, b"\xff{", key=b"k", headers={"h": b"v"}, timestamp=1_700_000_000_123)
    entry = Entry(record, Outcome.DEAD, 0, [Dead(Reason.NOT_UTF8, "at byte 0", b"\xff{")])
    found = {name: values[0] for name, values in rows(entries=[entry])["dead_letters"].columns.items()}
    assert (found["source"], found["partition"], found["position"], found["item"]) == ("t", 2, 77, 0)
    assert (found["reason"], found["raw"], found["key"], found["headers"]) == ("not_utf8", b"\xff{", b"k", '{"h":"v"}')
    assert found["recorded_at"] == datetime(2023, 11, 14, 22, 13, 20, 123000, tzinfo=UTC)


@pytest.mark.parametrize("millis", [None, -1, 2**63])
def test_a_broker_time_that_is_none_is_none(millis):
    entry = Entry(Record("t", 0, 0, b"{", timestamp=millis), Outcome.DEAD, 0, [Dead(Reason.NOT_JSON, "", b"{")])
    assert rows(entries=[entry])["dead_letters"].columns["recorded_at"] == [None]


def test_a_later_deletion_wins():
    early, late = (Deletion("x", "1", AT + timedelta(seconds=s), "author") for s in (0, 1))
    unknown = Deletion("x", "1", None, "author")
    first, second, third = rows(deletions=[unknown, early, late])["deletions"].columns["version"]
    assert first < second < third


times = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(times, times, st.text(max_size=20), st.text(max_size=20))
def test_a_later_edit_wins_whatever_its_text(first, second, one, other):
    a, b = mention(edited_at=first, text=one), mention(edited_at=second, text=other)
    apart = abs((first - second).total_seconds()) >= 0.001
    if apart:
        assert (a.revision < b.revision) == (first < second)
    assert 0 <= a.revision < 2**64


def test_the_order_of_unknown_fields_does_not_change_a_revision():
    assert mention(extra={"a": 1, "b": 2}).revision == mention(extra={"b": 2, "a": 1}).revision
    assert mention(extra={"a": 1}).revision != mention(extra={"a": 2}).revision


def test_what_was_hashed_before_the_parents_text_was_known_of_is_hashed_alike():
    assert b"parent_text" not in mention().canonical_json()
    assert b'"parent_text":"p"' in mention(parent_text="p").canonical_json()


@given(st.integers(0, 2**40), st.integers(0, 2**40), st.text(max_size=20))
def test_of_two_observations_the_one_that_knows_the_parent_wins(likes, other_likes, parent_text):
    """Whatever else differs: else chance or order of arrival would say whether a reply is about a brand."""
    knows = mention(engagement=Engagement(likes=likes), parent_text=parent_text)
    assert knows.revision > mention(engagement=Engagement(likes=other_likes)).revision
    assert knows.revision < mention(edited_at=AT + timedelta(milliseconds=1)).revision, "an edit is later all the same"


def test_two_texts_of_one_parent_are_two_revisions():
    assert mention(parent_text="a").revision != mention(parent_text="b").revision


def test_the_parents_text_is_not_stored():
    found = rows(mentions=[mention(relation=Relation.REPLY, parent_id="7", parent_text="geheim")], keep=True)
    assert "geheim" not in repr([(block.table, block.columns) for block in found.values()])


def test_what_json_refuses_in_unknown_fields_is_stored_all_the_same():
    found = rows(mentions=[mention(extra={"big": 2**70, "half": "\ud83d"})])["posts"].columns["extra"][0]
    assert found == '{"big":1180591620717411303424,"half":"\\ud83d"}'
