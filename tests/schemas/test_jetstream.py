"""Bluesky's Jetstream: its two versions, and what a server adds of its own, make no difference to a mention."""

from __future__ import annotations

import json
from typing import Any

import pytest

from schemas.formats.bluesky import Bluesky
from schemas.mention import Mention
from schemas.record import Deletion
from tests.schemas.golden import ROOT, decoded, mention_of, only

EVENTS = json.loads((ROOT / "bluesky" / "good_reply.json").read_bytes())
BODY = json.loads((ROOT / "bluesky" / "good_v2_reply.json").read_bytes())["payload"]


def wrapped(**changes: Any) -> dict[str, Any]:
    return {"$type": "message", "payload": BODY | changes}


def test_both_versions_give_the_same_mention_and_revision() -> None:
    first, second = mention_of(EVENTS), mention_of(wrapped())
    assert first == second
    assert first.revision == second.revision


@pytest.mark.parametrize(
    "change",
    [{"seq": 1}, {"seq": 2**62}, {"witnessedAt": "2026-08-01T00:00:00Z"}, {"time": "2024-09-09T19:50:00.000001Z"}],
)
def test_where_and_when_a_server_saw_it_makes_no_other_revision(change: dict[str, Any]) -> None:
    assert mention_of(wrapped(**change)).revision == mention_of(wrapped()).revision


def test_a_v2_server_s_cursor_in_version_1_makes_no_other_revision() -> None:
    assert mention_of(EVENTS | {"cursor": 24664288881}).revision == mention_of(EVENTS).revision


def test_the_last_update_wins_by_the_event_s_time() -> None:
    earlier, later = (
        mention_of(
            wrapped(operation="update", time=f"2024-09-09T20:0{minute}:00Z", record=BODY["record"] | {"text": text})
        )
        for minute, text in ((1, "zweite"), (2, "dritte"))
    )
    assert mention_of(wrapped()).revision < earlier.revision < later.revision
    assert (earlier.text, later.text) == ("zweite", "dritte")


def test_a_delete_of_either_version_names_the_same_post() -> None:
    gone = {key: value for key, value in BODY.items() if key not in ("record", "cid")} | {"operation": "delete"}
    item = only(decoded(json.dumps({"$type": "message", "payload": gone}).encode()))
    assert isinstance(item, Deletion)
    assert item.native_id == mention_of(EVENTS).native_id


@pytest.mark.parametrize(
    "payload", [{"$type": "message"}, {"payload": {}}, {"$type": "app.bsky.feed.post", "text": "a"}]
)
def test_other_records_of_the_network_are_not_taken_for_events(payload: dict[str, Any]) -> None:
    assert not Bluesky().looks_like(payload)
    assert not any(isinstance(item, Mention) for item in decoded(json.dumps(payload).encode(), "bluesky"))
