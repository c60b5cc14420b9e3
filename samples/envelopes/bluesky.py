"""Bluesky events as Jetstream (version 1) sends them: did, commit, record. Follower counts are not part of it.

A record key is a TID: 53 bits of microseconds and 10 of a clock id, in a base 32 that sorts (AT Protocol, TID)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from samples.dice import Dice
from samples.world import Author, Post

_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"
_POST = "app.bsky.feed.post"


def post_event(dice: Dice, post: Post) -> dict[str, Any]:
    """The creation of a post."""
    record: dict[str, Any] = {"$type": _POST, "createdAt": _time(post.at), "text": post.text}
    if not dice.percent(10, "langs", post.row["id"]):
        record["langs"] = [post.row["lang"]]
    if post.parent is not None:
        record["reply"] = {"root": _reference(dice, post.root), "parent": _reference(dice, post.parent)}
    elif post.parent_unseen:
        unseen = _unseen(dice, post)
        record["reply"] = {"root": unseen, "parent": unseen}
    elif post.quoted is not None:
        record["embed"] = {"$type": "app.bsky.embed.record", "record": _reference(dice, post.quoted)}
    return _commit(dice, post.author, _POST, rkey(dice, post), post.at, record, cid=_cid(dice, post))


def deletion(dice: Dice, post: Post, at: datetime) -> dict[str, Any]:
    """The author takes the post away: no record, only its key."""
    return _commit(dice, post.author, _POST, rkey(dice, post), at, None)


def subject_event(dice: Dice, kind: str, post: Post, by: Author, at: datetime) -> dict[str, Any]:
    """A repost or a like (`kind`) of `post`: a record of its own, in a collection of its own."""
    collection = f"app.bsky.feed.{kind}"
    record = {"$type": collection, "createdAt": _time(at), "subject": _reference(dice, post)}
    key = _tid(at, dice.below(1024, kind, post.row["id"], by.number))
    cid = "bafyrei" + dice.base32(52, kind, post.row["id"], by.number)
    return _commit(dice, by, collection, key, at, record, cid=cid)


def identity(dice: Dice, author: Author, at: datetime) -> dict[str, Any]:
    """An account changed its handle."""
    did = _did(dice, author)
    inner = {"did": did, "handle": f"{author.handle}.example", "seq": _micros(at) // 1000, "time": _time(at)}
    return {"did": did, "time_us": _micros(at), "kind": "identity", "identity": inner}


def account(dice: Dice, author: Author, at: datetime) -> dict[str, Any]:
    """An account became active."""
    did = _did(dice, author)
    inner = {"active": True, "did": did, "seq": _micros(at) // 1000, "time": _time(at)}
    return {"did": did, "time_us": _micros(at), "kind": "account", "account": inner}


def uri(dice: Dice, post: Post) -> str:
    """The post's at:// address."""
    return f"at://{_did(dice, post.author)}/{_POST}/{rkey(dice, post)}"


def rkey(dice: Dice, post: Post) -> str:
    """The post's record key."""
    return _tid(post.at, dice.below(1024, "clock", post.row["id"]))


def _commit(
    dice: Dice,
    author: Author,
    collection: str,
    key: str,
    at: datetime,
    record: dict[str, Any] | None,
    *,
    cid: str | None = None,
) -> dict[str, Any]:
    operation = "create" if record else "delete"
    commit: dict[str, Any] = {"rev": _tid(at, 0), "operation": operation, "collection": collection, "rkey": key}
    if record:
        commit |= {"record": record, "cid": cid}
    seen = _micros(at) + 150_000 + dice.below(400_000, "delay", collection, key)
    return {"did": _did(dice, author), "time_us": seen, "kind": "commit", "commit": commit}


def _reference(dice: Dice, post: Post) -> dict[str, str]:
    return {"cid": _cid(dice, post), "uri": uri(dice, post)}


def _unseen(dice: Dice, post: Post) -> dict[str, str]:
    did = "did:plc:" + dice.base32(24, "unseen", post.row["id"])
    key = _tid(post.at - timedelta(hours=1), 0)
    return {"cid": "bafyrei" + dice.base32(52, "unseen", post.row["id"]), "uri": f"at://{did}/{_POST}/{key}"}


def _did(dice: Dice, author: Author) -> str:
    return "did:plc:" + dice.base32(24, "did", author.number)


def _cid(dice: Dice, post: Post) -> str:
    return "bafyrei" + dice.base32(52, "cid", post.row["id"])


def _tid(at: datetime, clock: int) -> str:
    number, digits = _micros(at) << 10 | clock, ""
    for _ in range(13):
        number, digit = divmod(number, 32)
        digits = _SORTABLE[digit] + digits
    return digits


def _micros(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
