"""Webhooks of Facebook pages: what a change of the feed says of a post or comment. Used by facebook.py, which shares
how authors and addresses are put."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from schemas.errors import Rejected
from schemas.formats.meta_graph import Change
from schemas.formats.model import SourceModel, mention, merged, validated
from schemas.formats.protocol import Item
from schemas.ids import OpaqueId
from schemas.mention import Relation, Utc
from schemas.mojibake import mended
from schemas.record import Deletion, Ignored, Reason

_SITE = "https://www.facebook.com"
_POSTS = frozenset({"post", "status", "photo", "video", "share", "link", "note"})
_EDITS = frozenset({"edited", "edit", "update"})
_FIELDS = frozenset({"feed", "mention"})


class From(SourceModel):
    """Who wrote it; missing where the application has no right to see it."""

    id: OpaqueId | None = None
    name: str | None = None


class _Value(SourceModel):
    """What a webhook says of a post or comment."""

    item: str
    verb: str
    post_id: OpaqueId | None = None
    comment_id: OpaqueId | None = None
    parent_id: OpaqueId | None = None
    message: str | None = None
    created_time: Utc | None = None
    published: bool | None = None
    author: Annotated[From | None, Field(alias="from")] = None
    sender_id: OpaqueId | None = None
    sender_name: str | None = None


def taken(change: Change) -> Item:
    """A change of a page's feed, or a mention of the page elsewhere."""
    item = change.value.get("item")
    if change.field not in _FIELDS:
        return Ignored("field")
    if type(item) is str and item != "comment" and item not in _POSTS:
        return Ignored("reaction" if item in ("reaction", "like") else "item")
    own, mark = mended(change.value)
    value = validated(_Value, own, at=change.at)
    key = "comment_id" if value.item == "comment" else "post_id"
    native_id = value.comment_id if key == "comment_id" else value.post_id
    if native_id is None:
        raise Rejected(Reason.MISSING_FIELD, f"{change.at}.{key}: missing")
    if value.verb == "remove":
        return Deletion("facebook", native_id, change.sent_at if change.is_timed else None, "remove")
    if value.verb != "add" and value.verb not in _EDITS:
        return Ignored("hide" if value.verb in ("hide", "unhide") else "verb")
    return Ignored("not_public") if value.published is False else _told(change, value, native_id, mark)


def _told(change: Change, value: _Value, native_id: str, mark: Mapping[str, Any]) -> Item:
    """The mention that a webhook tells of. Its counters are unknown."""
    is_comment = value.item == "comment"
    post_id = value.post_id if is_comment else None
    parent_id = value.parent_id or post_id if is_comment else None
    published_at, derived = _published_at(change, value)
    author = value.author or From(id=value.sender_id, name=value.sender_name)
    return mention(
        platform="facebook",
        native_id=native_id,
        text=value.message or "",
        author=author_of(author),
        published_at=published_at,
        edited_at=change.sent_at if value.verb in _EDITS else None,
        relation=Relation.REPLY if is_comment else Relation.ORIGINAL,
        parent_id=parent_id,
        root_id=post_id,
        url=address_of(native_id, is_comment, post_id, parent_id),
        extra=merged(value.unnamed, {"item": value.item, "verb": value.verb}, derived, mark, author=author.unnamed),
    )


def _published_at(change: Change, value: _Value) -> tuple[datetime, dict[str, Any]]:
    if value.created_time is not None:
        return value.created_time, {}
    if not change.is_timed:
        raise Rejected(Reason.MISSING_FIELD, f"{change.at}.created_time: missing")
    return change.sent_at, {"published_at_from_delivery": True}


def author_of(author: From | None) -> dict[str, Any]:
    """As Mention.author."""
    return {"id": author.id, "name": author.name or None} if author else {}


def address_of(native_id: str, is_comment: bool, root_id: str | None, parent_id: str | None) -> str | None:
    """Built from ids; None where the post is not known with its page."""
    page, _, post = (root_id or "" if is_comment else native_id).partition("_")
    if not post:
        return None
    comment, answered = native_id.rpartition("_")[2], (parent_id or "").rpartition("_")[2]
    if not is_comment:
        return f"{_SITE}/{page}/posts/{post}"
    if parent_id in (None, root_id):
        return f"{_SITE}/{page}/posts/{post}?comment_id={comment}"
    return f"{_SITE}/{page}/posts/{post}?comment_id={answered}&reply_comment_id={comment}"
