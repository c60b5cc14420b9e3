"""Mastodon statuses: HTML content, an id local to the instance, a global uri."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from samples.dice import Dice
from samples.world import Author, Post

_INSTANCES = ("social.example", "mastodon.example", "toot.example")  # RFC 2606 keeps these names for examples
_PART = re.compile(r"(?P<url>https?://[^\s]+)|#(?P<tag>\w*[^\W\d]\w*)|(?P<newline>\n)")


def status(dice: Dice, post: Post) -> dict[str, Any]:
    """The status as the API of the author's instance gives it."""
    local_id = _local_id(dice, post)
    base = f"https://{_instance(post.author)}"
    parent = post.parent
    unseen = str((int(local_id) >> 16) - 3_600_000 << 16)
    return {
        "id": local_id,
        "uri": uri(dice, post),
        "url": f"{base}/@{post.author.handle}/{local_id}",
        "created_at": _time(post.at),
        "edited_at": None,
        "in_reply_to_id": _local_id(dice, parent) if parent else unseen if post.parent_unseen else None,
        "in_reply_to_account_id": str(parent.author.number) if parent else None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": None if dice.percent(15, "mastodon", "language", post.row["id"]) else post.row["lang"],
        "content": content(post.text, base),
        "replies_count": post.replies,
        "reblogs_count": post.reposts,
        "favourites_count": post.likes,
        "reblog": None,
        "account": _account(post.author),
        "media_attachments": [],
        "mentions": [],
        "tags": [{"name": tag.lower(), "url": f"{base}/tags/{tag.lower()}"} for tag in _tags(post.text)],
        "emojis": [],
        "card": None,
        "poll": None,
    }


def boost(dice: Dice, post: Post, by: Author, at: datetime) -> dict[str, Any]:
    """`by` passes `post` on: a status of its own without words."""
    local_id = str(_milliseconds(at) << 16 | dice.below(1 << 16, "boost", post.row["id"], by.number))
    uri = f"https://{_instance(by)}/users/{by.handle}/statuses/{local_id}/activity"
    return status(dice, post) | {
        "id": local_id,
        "uri": uri,
        "url": uri,
        "created_at": _time(at),
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "content": "",
        "tags": [],
        "reblog": status(dice, post),
        "account": _account(by),
    }


def edited(payload: dict[str, Any], at: datetime, more_likes: int) -> dict[str, Any]:
    """A later revision with the same words (an edit may touch a picture's description alone) and newer counters."""
    return payload | {"edited_at": _time(at), "favourites_count": payload["favourites_count"] + more_likes}


def uri(dice: Dice, post: Post) -> str:
    """The post's global id."""
    return f"https://{_instance(post.author)}/users/{post.author.handle}/statuses/{_local_id(dice, post)}"


def content(text: str, base: str) -> str:
    """HTML as Mastodon writes it: addresses in three spans, hashtags as links, line breaks as <br />."""
    parts, end = [], 0
    for match in _PART.finditer(text):
        parts += [html.escape(text[end : match.start()]), _markup(match, base)]
        end = match.end()
    return f"<p>{''.join(parts)}{html.escape(text[end:])}</p>"


def _markup(match: re.Match[str], base: str) -> str:
    if match["newline"]:
        return "<br />"
    if match["tag"]:
        link = f"{base}/tags/{match['tag'].lower()}"
        return f'<a href="{link}" class="mention hashtag" rel="tag">#<span>{match["tag"]}</span></a>'
    scheme, rest = match["url"].split("://", 1)
    shown, hidden = html.escape(rest[:30]), html.escape(rest[30:])
    return (
        f'<a href="{html.escape(match["url"])}" target="_blank" rel="nofollow noopener noreferrer" translate="no">'
        f'<span class="invisible">{scheme}://</span><span class="{"ellipsis" if hidden else ""}">{shown}</span>'
        f'<span class="invisible">{hidden}</span></a>'
    )


def _tags(text: str) -> list[str]:
    return [match["tag"] for match in _PART.finditer(text) if match["tag"]]


def _account(author: Author) -> dict[str, Any]:
    base = f"https://{_instance(author)}"
    return {
        "id": str(author.number),
        "username": author.handle,
        "acct": f"{author.handle}@{_instance(author)}",
        "display_name": author.name,
        "locked": False,
        "bot": False,
        "url": f"{base}/@{author.handle}",
        "followers_count": author.followers,
        "following_count": author.following,
        "statuses_count": author.posts,
    }


def _instance(author: Author) -> str:
    return _INSTANCES[author.number % len(_INSTANCES)]


def _local_id(dice: Dice, post: Post) -> str:
    if "mastodon" not in post.ids:
        post.ids["mastodon"] = str(_milliseconds(post.at) << 16 | dice.below(1 << 16, "mastodon", post.row["id"]))
    return post.ids["mastodon"]


def _milliseconds(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
