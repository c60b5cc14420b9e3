"""Reddit comments and submissions as in the monthly dumps: base-36 ids, created_utc in whole seconds.

Over the years the dumps wrote created_utc as integer, float and text; all three occur here. Subreddits are invented."""

from __future__ import annotations

from typing import Any

from samples.dice import Dice
from samples.envelopes.text import escaped
from samples.world import Post

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
APPS = {"minibar-Garmin_Connect": "Garmin Connect", "minibar-Huawei_Health": "Huawei Health"}
"""The app that a review is about; the review itself need not name it."""


def thing(dice: Dice, post: Post) -> dict[str, Any]:
    """Reviews of apps are submissions under the app's name, everything else is a comment."""
    return _submission(dice, post) if post.row["source"] in APPS else _comment(dice, post)


def rescanned(payload: dict[str, Any], more: int, **changed: Any) -> dict[str, Any]:
    """The same thing seen a day and a half later, when its score had settled."""
    return payload | {"score": payload["score"] + more, "retrieved_on": payload["retrieved_on"] + 129_600} | changed


def removed(payload: dict[str, Any]) -> dict[str, Any]:
    """The same thing seen after its author deleted it: text and author are gone."""
    text = "selftext" if "selftext" in payload else "body"
    return rescanned(payload, 0, author="[deleted]") | {text: "[deleted]"}


def _submission(dice: Dice, post: Post) -> dict[str, Any]:
    own_id = _id(dice, post)
    subreddit = "demo_wearables"
    path = f"/r/{subreddit}/comments/{own_id}/{APPS[str(post.row['source'])].lower().replace(' ', '_')}/"
    return _common(dice, post, subreddit) | {
        "id": own_id,
        "name": f"t3_{own_id}",
        "title": APPS[str(post.row["source"])],
        "selftext": escaped(post.text),
        "permalink": path,
        "url": f"https://www.reddit.com{path}",
        "num_comments": post.replies,
        "upvote_ratio": 0.9,
        "is_self": True,
        "over_18": False,
    }


def _comment(dice: Dice, post: Post) -> dict[str, Any]:
    own_id = _id(dice, post)
    subreddit = f"demo_reisen_{post.row['lang']}"
    link_id = _base36(dice.below(36**6, "link", subreddit, dice.below(6, "link", post.row["id"])) + 36**6)
    parent = f"t1_{_id(dice, post.parent)}" if post.parent else f"t3_{link_id}"
    return _common(dice, post, subreddit) | {
        "id": own_id,
        "name": f"t1_{own_id}",
        "body": escaped(post.text),
        "link_id": f"t3_{link_id}",
        "parent_id": parent,
        "permalink": f"/r/{subreddit}/comments/{link_id}/_/{own_id}/",
        "controversiality": 0,
    }


def _common(dice: Dice, post: Post, subreddit: str) -> dict[str, Any]:
    seconds = int(post.at.timestamp())
    written: list[int | float | str] = [seconds, seconds, float(seconds), str(seconds)]
    return {
        "author": post.author.handle,
        "author_fullname": f"t2_{_base36(post.author.number)}",
        "subreddit": subreddit,
        "created_utc": dice.one_of(written, "created_utc", post.row["id"]),
        "retrieved_on": seconds + 15,
        "edited": False,
        "score": max(post.likes, 1),
        "ups": max(post.likes, 1),
    }


def _id(dice: Dice, post: Post) -> str:
    if "reddit" not in post.ids:
        post.ids["reddit"] = _base36(dice.below(36**6, "reddit", post.row["id"]) + 36**6)
    return post.ids["reddit"]


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
