"""X API v2: flattened objects as twarc2 writes them, and pages of data with includes.

Ids are snowflakes: 41 bits of milliseconds since 2010-11-04T01:42:54.657Z, then 22 bits of machine and sequence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from samples.dice import Dice
from samples.envelopes.text import escaped
from samples.world import SEEN_AT, Author, Post

_EPOCH_MS = 1_288_834_974_657


def snowflake(dice: Dice, at: datetime, *label: object) -> str:
    """An id of that moment, as text: it does not fit a double."""
    milliseconds = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1) - _EPOCH_MS
    return str(milliseconds << 22 | dice.below(1 << 22, "snowflake", *label))


def flat(dice: Dice, post: Post) -> dict[str, Any]:
    """One post with its author and the posts it refers to inside."""
    payload = tweet(dice, post) | {"author": user(post.author), "__twarc": _twarc()}
    other = post.parent or post.quoted
    if other is not None:
        reference = payload["referenced_tweets"][0] | tweet(dice, other) | {"author": user(other.author)}
        payload["referenced_tweets"] = [reference]
    if post.parent is not None:
        payload["in_reply_to_user"] = user(post.parent.author)
    return payload


def page(dice: Dice, members: list[Post]) -> dict[str, Any]:
    """One answer of a search, newest first: posts in `data`, authors and the posts referred to in `includes`."""
    data = [tweet(dice, post) for post in sorted(members, key=lambda post: post.at, reverse=True)]
    others = {tweet_id(dice, other): other for post in members if (other := post.parent or post.quoted)}
    people = {post.author.number: post.author for post in [*members, *others.values()]}
    return {
        "data": data,
        "includes": {
            "users": [user(people[number]) for number in sorted(people)],
            "tweets": [tweet(dice, others[other]) for other in sorted(others)],
        },
        "meta": {"newest_id": data[0]["id"], "oldest_id": data[-1]["id"], "result_count": len(data)},
        "__twarc": _twarc(),
    }


def retweet(dice: Dice, post: Post, by: Author, at: datetime) -> dict[str, Any]:
    """`by` passes `post` on: the text cut to 140 characters, the whole one in the referenced post."""
    share_id = snowflake(dice, at, "retweet", post.row["id"], by.number)
    text = f"RT @{post.author.handle}: {escaped(post.text)}"
    return {
        "id": share_id,
        "text": text if len(text) <= 140 else text[:139] + "…",
        "created_at": _time(at),
        "author_id": str(by.number),
        "lang": post.row["lang"],
        "conversation_id": share_id,
        "edit_history_tweet_ids": [share_id],
        "referenced_tweets": [
            {"type": "retweeted", "id": tweet_id(dice, post)} | tweet(dice, post) | {"author": user(post.author)}
        ],
        "public_metrics": _metrics(0, 0, post.reposts, 0, 0),
        "author": user(by),
        "__twarc": _twarc(),
    }


def gone(native_id: str) -> dict[str, Any]:
    """A look-up that found nothing: the post was deleted."""
    return {
        "errors": [
            {
                "value": native_id,
                "detail": f"Could not find tweet with ids: [{native_id}].",
                "title": "Not Found Error",
                "resource_type": "tweet",
                "parameter": "ids",
                "resource_id": native_id,
                "type": "https://api.twitter.com/2/problems/resource-not-found",
            }
        ]
    }


def tweet(dice: Dice, post: Post) -> dict[str, Any]:
    """The post itself, as in `data`."""
    own_id = tweet_id(dice, post)
    payload: dict[str, Any] = {
        "id": own_id,
        "text": escaped(post.text),
        "created_at": _time(post.at),
        "author_id": str(post.author.number),
        "lang": "und" if dice.percent(3, "und", post.row["id"]) else post.row["lang"],
        "conversation_id": tweet_id(dice, post.root) if post.parent else own_id,
        "edit_history_tweet_ids": [own_id],
        "possibly_sensitive": False,
        "reply_settings": "everyone",
        "public_metrics": _metrics(post.likes, post.replies, post.reposts, post.quotes, post.views),
    }
    if post.parent is not None:
        payload["in_reply_to_user_id"] = str(post.parent.author.number)
        payload["referenced_tweets"] = [{"type": "replied_to", "id": tweet_id(dice, post.parent)}]
    elif post.parent_unseen:
        unseen = snowflake(dice, post.at.replace(minute=0, second=0, microsecond=0), "unseen", post.row["id"])
        payload["conversation_id"] = unseen
        payload["in_reply_to_user_id"] = str(dice.below(10**9, "unseen", post.row["id"]) + 10**9)
        payload["referenced_tweets"] = [{"type": "replied_to", "id": unseen}]
    elif post.quoted is not None:
        payload["referenced_tweets"] = [{"type": "quoted", "id": tweet_id(dice, post.quoted)}]
    return payload


def tweet_id(dice: Dice, post: Post) -> str:
    """The post's snowflake."""
    if "x" not in post.ids:
        post.ids["x"] = snowflake(dice, post.at, post.row["id"])
    return post.ids["x"]


def user(author: Author) -> dict[str, Any]:
    """An account, as in `includes.users`."""
    return {
        "id": str(author.number),
        "username": author.handle,
        "name": author.name,
        "verified": author.followers > 100_000,
        "public_metrics": {
            "followers_count": author.followers,
            "following_count": author.following,
            "tweet_count": author.posts,
            "listed_count": author.followers // 200,
        },
    }


def _metrics(likes: int, replies: int, reposts: int, quotes: int, views: int) -> dict[str, int]:
    return {
        "retweet_count": reposts,
        "reply_count": replies,
        "like_count": likes,
        "quote_count": quotes,
        "bookmark_count": likes // 15,
        "impression_count": views,
    }


def _twarc() -> dict[str, str]:
    return {
        "url": "https://api.twitter.com/2/tweets/search/all",
        "version": "2.14.0",
        "retrieved_at": SEEN_AT.isoformat(),
    }


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
