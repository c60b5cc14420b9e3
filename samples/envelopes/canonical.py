"""Canonical mentions, as a producer who maps his own source sends them: app reviews and guest feedback."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from samples.dice import Dice
from samples.envelopes.reddit import APPS
from samples.world import SEEN_AT, Post


def mention(dice: Dice, post: Post) -> dict[str, Any]:
    """One mention; a review's title is the app's name, since the text need not say what it is about."""
    app = APPS.get(str(post.row["source"]))
    payload: dict[str, Any] = {
        "platform": "app_reviews" if app else "guest_feedback",
        "native_id": native_id(dice, post),
        "text": post.text,
        "author": {
            "id": str(post.author.number),
            "handle": post.author.handle,
            "name": post.author.name,
            "followers": post.author.followers,
        },
        "published_at": post.at.isoformat(timespec="seconds"),
        "observed_at": SEEN_AT.isoformat(),
        "language": post.row["lang"],
        "engagement": {"likes": post.likes, "replies": 0},
    }
    return payload | ({"title": app} if app else {})


def edited(payload: dict[str, Any], at: datetime, more_likes: int) -> dict[str, Any]:
    """A later revision with the same words and newer counters."""
    likes = payload["engagement"]["likes"] + more_likes
    return payload | {
        "edited_at": at.isoformat(timespec="seconds"),
        "observed_at": (at + timedelta(minutes=5)).isoformat(timespec="seconds"),
        "engagement": payload["engagement"] | {"likes": likes},
    }


def native_id(dice: Dice, post: Post) -> str:
    """An id in the producer's own alphabet."""
    if "canonical" not in post.ids:
        post.ids["canonical"] = dice.base32(20, "canonical", post.row["id"])
    return post.ids["canonical"]
