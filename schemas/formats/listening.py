"""What the formats of listening tools' exports have in common: a row, once its columns are known, becomes a mention.

Their tables (aliases.py) share these fields: url, document (the tool's id), title, language, author_id, followers,
verified, likes, replies, reposts, quotes, views; each of the last eight also as field@platform, read for posts of that
platform alone, since older exports fill the columns of every network with 0.
A repost's counters are those of the post it repeats, so they stay in `extra`. So does a reply's title, which is the
thread's; where a network has no titles, the tool's is the author's name or the text's beginning, and stays with what
is said of the author. A row without any words is ignored: some networks forbid the export of their texts, and an empty
text must not stand for the post's. An author's id that a spreadsheet destroyed stays in `extra`; the row is taken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic_core import PydanticCustomError

from schemas.errors import Rejected
from schemas.formats.aliases import Row
from schemas.formats.listening_posts import identity, standing
from schemas.formats.model import mention, merged
from schemas.formats.protocol import Item
from schemas.local_times import local_times
from schemas.mention import Relation
from schemas.placeholders import why_gone
from schemas.record import Ignored, Reason
from schemas.text import plain, unescape
from schemas.times import from_epoch

_NAMES = {
    "twitter": "x",
    "x_twitter": "x",
    "facebook_public": "facebook",
    "instagram_public": "instagram",
    "online_news": "news",
    "onlinenews": "news",
    "newspaper": "print",
    "magazine": "print",
    "blogs": "blog",
    "forums": "forum",
    "message_board": "forum",
    "message_boards": "forum",
    "messageboard": "forum",
    "reviews": "review",
    "podcasts": "podcast",
    "videos": "video",
}
KNOWN = frozenset(_NAMES.values()) | {
    "bluesky", "youtube", "reddit", "tiktok", "threads", "mastodon", "linkedin", "tumblr", "pinterest", "twitch", "vk",
    "telegram", "trustpilot", "google_play", "app_store", "tv", "radio",
}  # fmt: skip
"""Platforms and kinds of media by our names, for columns that may hold an outlet's name as well."""
_NICKS = frozenset({"x", "bluesky", "instagram", "tiktok", "reddit", "threads", "tumblr", "pinterest", "twitch"})
_NO_HEADLINES = frozenset({"x", "bluesky", "facebook", "instagram", "tiktok", "threads", "mastodon"})
_JOINT = re.compile(r"[^a-z0-9]+")
_ELLIPSES = ("...", "\u2026")
_CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}", re.ASCII)
_MILLISECONDS = re.compile(r"\d{12,13}", re.ASCII)
_COUNTERS = ("likes", "replies", "reposts", "quotes", "views")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a format has read from its row, where tools differ."""

    published_at: datetime
    text: str | None
    """The words, plain (see `words`); None where the row has none."""
    is_excerpt: bool = False
    """The text comes from a column that holds excerpts: where it ends in an ellipsis, it is cut."""
    platform: str | None
    """As the tool tells it, by our name."""
    own_id: str = ""
    """The field with the platform's own id of the post, where it has a column of its own."""
    native_id: str | None = None
    """That id, where it is within another column."""
    did: str | None = None
    """The author's Bluesky account."""
    told: tuple[str | None, ...] = ()
    """What the tool calls the post: reply, retweet, ...; the first that says something counts."""
    parents: str | None = None
    """Addresses of the post replied to or repeated."""
    spoken_to: str | None = None
    """Handle of that post's author."""
    nick: str | None = None
    """The author as the tool calls them: a handle on networks, elsewhere a name."""
    name: str | None = None
    """The author's display name."""
    marks: Mapping[str, Any] = field(default_factory=dict)
    """More for `extra`."""


def item(tool: str, row: Row, facts: Facts) -> Item:
    """The row's mention, or Ignored. Raises Rejected."""
    if facts.text is None:
        return Ignored("no_text")
    words = (facts.nick, facts.name, facts.published_at.isoformat(), facts.text)
    post = identity(row, tool, facts.platform, own=facts.own_id, native_id=facts.native_id, did=facts.did, words=words)
    url = row.word("url")
    stands = standing(post, facts.text, url, told=facts.told, parents=facts.parents, spoken_to=facts.spoken_to)
    reposted = stands.relation is Relation.REPOST
    cut = facts.text.rstrip().endswith(_ELLIPSES) and (facts.is_excerpt or reposted)
    headlines = post.platform not in _NO_HEADLINES
    title = unescape(row.text("title") or "") if headlines and stands.relation is not Relation.REPLY else ""
    author = _author(row, post.platform, facts)
    language = _language(row)
    engagement = {} if reposted else {name: row.count(name, f"{name}@{post.platform}") for name in _COUNTERS}
    extra, persons = row.left(*(() if headlines else ("title",)))
    return mention(
        platform=post.platform,
        native_id=post.native_id,
        text=facts.text,
        truncated=cut,
        title=title if title not in ("", facts.text) else None,
        author=author,
        published_at=facts.published_at,
        language=language,
        relation=stands.relation,
        parent_id=stands.parent_id,
        root_id=stands.root_id,
        parent_author=stands.parent_author,
        url=url,
        engagement=engagement,
        extra=merged(extra, facts.marks, post.marks, author=persons),
    )


def words(row: Row, *fields: str, markup: str = "") -> tuple[str | None, str]:
    """The plain text of the first field that is not blank, and which field that is; `markup` is one that holds HTML.

    None where all are blank. Raises Rejected where the row has no column for any of them: then the file is not what it
    is taken for."""
    for name in fields:
        told = row.text(name) or ""
        text = plain(told) if name == markup else unescape(told)
        if text.strip():
            return text, name
    if not row.has(*fields):
        raise Rejected(Reason.MISSING_FIELD, f"{row.column(fields[0])}: missing")
    return None, fields[0]


def instant(row: Row, headers: Mapping[str, bytes]) -> datetime:
    """The field `published`: epoch milliseconds, or a local time of the file. Raises Rejected."""
    told, column = row.required("published"), row.column("published")
    if not _MILLISECONDS.fullmatch(told):
        return local_times(headers).read(told, column)
    try:
        return from_epoch(told, per_second=1000)
    except PydanticCustomError:
        raise Rejected(Reason.BAD_TIME, f"{column}: no time between 1970 and 2109") from None


def platform_name(told: str | None) -> str | None:
    """The tool's name of a platform or kind of medium as ours: lower case, joined by underscores."""
    name = _JOINT.sub("_", (told or "").casefold()).strip("_")[:32].strip("_")
    return _NAMES.get(name, name) or None


def _author(row: Row, platform: str, facts: Facts) -> dict[str, Any]:
    nick = None if why_gone(facts.nick) else facts.nick
    is_handle = nick is not None and (nick.startswith("@") or platform in _NICKS)
    return {
        "id": row.person_id("author_id", f"author_id@{platform}"),
        "handle": nick.removeprefix("@") if nick and is_handle else None,
        "name": facts.name or (None if is_handle else nick),
        "followers": row.count("followers", f"followers@{platform}"),
        "verified": row.flag("verified", f"verified@{platform}"),
    }


def _language(row: Row) -> str | None:
    """The language where the cell holds a code (BCP 47), and no name."""
    told = row.peek("language")
    return row.word("language") if told and _CODE.fullmatch(told) else None
