"""The same tweet by archive, API v1.1 and API v2 is one mention: same id, and the same text and time where each has
them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.mention import Mention, Relation
from schemas.record import Deletion
from tests.schemas.golden import decoded, mention_of, only

ID, PARENT, EDIT = "1765014951190134857", "1765014068248182861", "1765019437427064931"
AUTHOR, BRAND = "2871130045", "39999078"
TEXT = "@DB_Bahn warum fällt der ICE 577 aus? R&amp;amp;D &lt;3"
ACCOUNT = {"echolot_account_id": AUTHOR.encode(), "echolot_account_handle": b"kundin"}
V1_TIME, V2_TIME = "Tue Mar 05 14:02:11 +0000 2024", "2024-03-05T14:02:11.000Z"
EDIT_V1_TIME, EDIT_V2_TIME = "Tue Mar 05 14:20:01 +0000 2024", "2024-03-05T14:20:01.000Z"
REPOSTED = "Wegen einer Störung fällt der Zug aus. Bitte prüfen Sie Ihre Verbindung."
LONG = "Drei Stunden am Bahnsteig. " * 20

ARCHIVED: dict[str, Any] = {
    "id": ID, "id_str": ID, "created_at": V1_TIME, "full_text": TEXT, "lang": "de",
    "in_reply_to_status_id": PARENT, "in_reply_to_status_id_str": PARENT, "in_reply_to_user_id_str": BRAND,
    "in_reply_to_screen_name": "DB_Bahn", "favorite_count": "3", "retweet_count": "1", "truncated": False,
}  # fmt: skip
STATUS = ARCHIVED | {
    "id": float(ID), "in_reply_to_status_id": float(PARENT), "favorite_count": 3, "retweet_count": 1,
    "user": {"id": int(AUTHOR), "id_str": AUTHOR, "screen_name": "kundin", "followers_count": 120},
}  # fmt: skip
FLAT: dict[str, Any] = {
    "id": ID, "text": TEXT, "created_at": V2_TIME, "lang": "de", "author_id": AUTHOR,
    "author": {"id": AUTHOR, "username": "kundin", "public_metrics": {"followers_count": 120}},
    "in_reply_to_user_id": BRAND, "in_reply_to_user": {"id": BRAND, "username": "DB_Bahn"},
    "referenced_tweets": [{"type": "replied_to", "id": PARENT}], "edit_history_tweet_ids": [ID],
    "public_metrics": {"like_count": 3, "retweet_count": 1, "reply_count": 0, "quote_count": 0},
}  # fmt: skip
ALONE = ("in_reply_to_status_id", "in_reply_to_status_id_str", "in_reply_to_user_id", "in_reply_to_user_id_str")
REPLY = {*ALONE, "in_reply_to_screen_name", "in_reply_to_user", "referenced_tweets"}


def changed(payload: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The payload as a post by itself, with other fields."""
    return {key: value for key, value in payload.items() if key not in REPLY} | fields


def archived(payload: dict[str, Any]) -> Mention:
    return mention_of({"tweet": payload}, "x_archive", **ACCOUNT)


def by_all(archive: dict[str, Any], status: dict[str, Any], flat: dict[str, Any]) -> list[Mention]:
    return [archived(archive), mention_of(status, "x_v1"), mention_of(flat, "x_v2")]


def same(mentions: list[Mention], *fields: str) -> None:
    for field in ("platform", "native_id", "mention_id", *fields):
        assert len({getattr(mention, field) for mention in mentions}) == 1, field


def test_a_reply_is_the_same_by_all_three() -> None:
    found = by_all(ARCHIVED, STATUS, FLAT)
    same(found, "text", "published_at", "edited_at", "language", "relation", "parent_id", "parent_author", "url")
    assert found[0].text == "@DB_Bahn warum fällt der ICE 577 aus? R&amp;D <3"
    assert (found[0].native_id, found[0].parent_id, found[0].relation) == (ID, PARENT, Relation.REPLY)
    assert {(m.author.id, m.author.handle, m.engagement.likes, m.engagement.reposts) for m in found} == {
        (AUTHOR, "kundin", 3, 1)
    }
    assert [m.author.followers for m in found] == [None, 120, 120]  # the archive does not say


def test_an_element_of_any_age_is_the_same() -> None:
    bare = mention_of(ARCHIVED, "x_archive", **ACCOUNT)
    same([archived(ARCHIVED), bare], "text", "published_at", "url")
    first = changed(STATUS, created_at="2024-03-05 14:02:11 +0000")
    assert mention_of(first, "x_archive", **ACCOUNT) == mention_of(first, "x_v1")
    same([mention_of(first, "x_v1"), mention_of(changed(FLAT), "x_v2")], "text", "published_at", "relation")


def test_a_retweet_meets_and_the_archive_has_but_its_beginning() -> None:
    cut = f"RT @DB_Bahn: {REPOSTED}"[:60] + "…"
    inner = {"id": 1, "id_str": PARENT, "full_text": REPOSTED, "user": {"id_str": BRAND, "screen_name": "DB_Bahn"}}
    reference = {"type": "retweeted", "id": PARENT, "text": REPOSTED, "author": {"username": "DB_Bahn"}}
    found = by_all(
        changed(ARCHIVED, full_text=cut),
        changed(STATUS, full_text=cut, retweeted_status=inner),
        changed(FLAT, text=cut, referenced_tweets=[reference]),
    )
    same(found, "published_at", "relation", "parent_author", "engagement")
    same(found[1:], "text", "parent_id", "root_id")
    assert [m.text for m in found] == [cut, REPOSTED, REPOSTED]
    assert [m.parent_id for m in found] == [None, PARENT, PARENT]
    assert [m.truncated for m in found] == [True, False, False]


def test_a_quote_is_the_same_by_both_interfaces() -> None:
    quoted = {"id": 1, "id_str": PARENT, "full_text": REPOSTED, "user": {"id_str": BRAND, "screen_name": "DB_Bahn"}}
    reference = {"type": "quoted", "id": PARENT, "text": REPOSTED, "author": {"username": "DB_Bahn"}}
    status = changed(STATUS, quoted_status_id=1, quoted_status_id_str=PARENT, quoted_status=quoted)
    found = [mention_of(status, "x_v1"), mention_of(changed(FLAT, referenced_tweets=[reference]), "x_v2")]
    same(found, "text", "relation", "parent_id", "root_id", "parent_author", "parent_text")
    assert (found[0].relation, found[0].parent_text) == (Relation.QUOTE, REPOSTED)


def test_a_long_post_is_whole_by_all_where_archive_and_note_are_paired() -> None:
    cut = LONG[:277] + "…"
    note = {"noteTweetId": "1765014951140786188", "createdAt": V2_TIME, "core": {"text": LONG}}
    pair = mention_of({"tweet": changed(ARCHIVED, full_text=cut), "noteTweet": note}, "x_archive", **ACCOUNT)
    flat = mention_of(changed(FLAT, text=cut, note_tweet={"text": LONG}), "x_v2")
    status = mention_of(changed(STATUS, text=cut, full_text=None, extended_tweet={"full_text": LONG}), "x_v1")
    same([pair, flat, status], "text", "published_at")
    alone = mention_of({"noteTweet": note}, "x_archive", **ACCOUNT)
    assert alone.text == pair.text
    assert alone.mention_id != pair.mention_id


@pytest.mark.parametrize("version", [ID, EDIT])
def test_an_edited_post_stands_under_its_first_id_by_all(version: str) -> None:
    history = [ID, EDIT]
    first = version == ID
    v1_time, v2_time = (V1_TIME, V2_TIME) if first else (EDIT_V1_TIME, EDIT_V2_TIME)
    info, control = {"editTweetIds": history}, {"edit_tweet_ids": history}
    edit_info = {"initial": info} if first else {"edit": {"editControlInitial": info}}
    edit_control = {"initial": control} if first else {"edit": {"edit_control_initial": control}}
    found = by_all(
        changed(ARCHIVED, id_str=version, created_at=v1_time, edit_info=edit_info),
        changed(STATUS, id_str=version, created_at=v1_time, ext_edit_control=edit_control),
        changed(FLAT, id=version, created_at=v2_time, edit_history_tweet_ids=history),
    )
    same(found, "text", "published_at", "edited_at", "url")
    assert found[0].native_id == ID
    assert found[0].edited_at == (None if first else datetime(2024, 3, 5, 14, 20, 1, 15_000, UTC))
    assert found[0].published_at.replace(microsecond=0) == datetime(2024, 3, 5, 14, 2, 11, 0, UTC)


def test_an_edit_wins_over_the_first_version_whichever_comes_last() -> None:
    history = {"edit_history_tweet_ids": [ID, EDIT]}
    first = mention_of(changed(FLAT, **history), "x_v2")
    edit = mention_of(changed(FLAT, id=EDIT, text="Der 579 auch.", created_at=EDIT_V2_TIME, **history), "x_v2")
    assert first.mention_id == edit.mention_id
    assert first.revision < edit.revision


def test_a_deletion_names_the_mention_that_the_others_made() -> None:
    notice = only(decoded(json.dumps({"delete": {"status": {"id_str": ID, "user_id_str": AUTHOR}}}).encode(), "x_v1"))
    gone = {
        "resource_type": "tweet",
        "resource_id": ID,
        "type": "https://api.twitter.com/2/problems/resource-not-found",
    }
    error = only(decoded(json.dumps({"errors": [gone]}).encode(), "x_v2"))
    edit = ARCHIVED | {"id_str": EDIT, "deleted_at": V2_TIME, "edit_info": {"initial": {"editTweetIds": [ID, EDIT]}}}
    own = only(decoded(json.dumps({"tweet": edit}).encode(), "x_archive"))
    for item in (notice, error, own):
        assert isinstance(item, Deletion)
        assert (item.platform, item.native_id) == ("x", ID)
