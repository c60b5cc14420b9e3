"""instagram: media and comments of the Instagram Graph API, one or a page of them {data, paging}; and its webhooks.

Odd: media are numbered by the API and named by a short code in their address; the code, which is all that others see,
is the native id, and the API's number stays in extra["id"]: comments name it as their parent (ask for `permalink`).
Comments asked for together with their media, and replies with their comment, stand within them. A webhook of a comment
says no time of its own, so the time of sending stands for it; webhooks of mentions bring ids without words, and are
ignored. The account's id within `from` is another one in each application. Nothing tells of an edited caption.
Text that the personal data download broke is mended where that is certain (mojibake.py).
Golden payloads: tests/golden/instagram/."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from schemas.addresses import post_of
from schemas.errors import Rejected
from schemas.formats.meta_graph import Change, first_of_page, is_webhook, objects, webhook_parts
from schemas.formats.model import Counter, SourceModel, mention, merged, validated
from schemas.formats.parts import Part, made, mapping, nested
from schemas.formats.protocol import Item, Payload
from schemas.ids import OpaqueId
from schemas.mention import Mention, Relation, Utc
from schemas.mojibake import mended
from schemas.record import Ignored

_EDGES = ("comments", "replies")
_MEDIA = frozenset({"caption", "media_type", "media_product_type", "media_url", "permalink", "comments_count"})
_COMMENT = frozenset({"from", "media", "hidden"})
_FIELDS = frozenset({"comments", "live_comments"})


class _From(SourceModel):
    id: OpaqueId | None = None
    username: str | None = None


class _MediaReference(SourceModel):
    id: OpaqueId | None = None


class _Owner(SourceModel):
    id: OpaqueId | None = None


class _Media(SourceModel):
    id: OpaqueId
    timestamp: Utc
    caption: str | None = None
    username: str | None = None
    owner: _Owner | None = None
    permalink: str | None = None
    like_count: Counter = None
    comments_count: Counter = None

    @property
    def native_id(self) -> str:
        """The short code, where the address is there."""
        found = post_of(self.permalink) if self.permalink else None
        return found[1] if found and found[0] == "instagram" else self.id


class _Words(SourceModel):
    """What a comment of the API and one of a webhook have in common."""

    id: OpaqueId
    text: str | None = None
    author: Annotated[_From | None, Field(alias="from")] = None
    username: str | None = None
    user: Any = None
    media: _MediaReference | None = None
    parent_id: OpaqueId | None = None
    like_count: Counter = None


class _Comment(_Words):
    text: str
    timestamp: Utc


@dataclass(frozen=True, slots=True)
class _Above:
    """The media or comment that a comment stands within."""

    id: str
    root_id: str
    handle: str | None
    text: str | None


class Instagram:
    """Media and comments, and changes of an account's."""

    name = "instagram"
    columns: tuple[str, ...] | None = None

    def looks_like(self, payload: Payload) -> bool:
        """A webhook of Instagram's; media or a comment, or the first of a page of them, by a key that is theirs."""
        if type(payload) is not dict:
            return False
        first = first_of_page(payload)
        if first is not None:
            return type(first) is dict and {"id", "timestamp"} <= first.keys()
        own = not _MEDIA.isdisjoint(payload) or not _COMMENT.isdisjoint(payload)
        return is_webhook(payload, "instagram") or (own and {"id", "timestamp"} <= payload.keys())

    def items(self, payload: Payload, headers: Mapping[str, bytes]) -> Iterator[Item]:
        """All media and comments, those within others after them; or an item for each change of a webhook."""
        holder = mapping(payload, "")
        if "entry" in holder or holder.get("object") == "instagram":
            parts = list(webhook_parts(holder, "instagram", _change))
        else:
            parts = [part for at, raw in objects(holder) for part in _parts(raw, at, None)]
        yield from made(parts)
        if not parts:
            yield Ignored("empty_page")


def _parts(raw: Any, at: str, above: _Above | None) -> Iterator[Part]:
    yield Part(at, raw, partial(_object, raw, at, above))
    within = [entry for edge in _EDGES for entry in nested(raw, edge, "data", at)]
    if within:
        here = _above(raw, above)
        for path, comment in within:
            yield from _parts(comment, path, here)


def _is_media(raw: Mapping[str, Any], above: _Above | None) -> bool:
    return above is None and "text" not in raw and not _MEDIA.isdisjoint(raw)


def _above(raw: Any, above: _Above | None) -> _Above | None:
    """Of an object that is refused no more is known than what it stands within."""
    try:
        own, _ = _own(raw, "")
        if _is_media(own, above):
            media = validated(_Media, own)
            return _Above(media.native_id, media.native_id, media.username, media.caption or None)
        comment = validated(_Words, own)
    except Rejected:
        return above
    root_id = above.root_id if above else _media_id(comment)
    return _Above(comment.id, root_id or comment.id, _author(comment)["handle"], comment.text or None)


def _own(raw: Any, at: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The object without what stands within it, its text whole; and what to add to `extra`."""
    return mended({key: value for key, value in mapping(raw, at).items() if key not in _EDGES})


def _object(raw: Any, at: str, above: _Above | None) -> Item:
    own, mark = _own(raw, at)
    if _is_media(own, above):
        return _media(validated(_Media, own, at=at), mark)
    comment = validated(_Comment, own, at=at)
    return _reply(comment, above, mark, published_at=comment.timestamp)


def _media(media: _Media, mark: Mapping[str, Any]) -> Mention:
    native_id = media.native_id
    return mention(
        platform="instagram",
        native_id=native_id,
        text=media.caption or "",
        author={"id": media.owner.id if media.owner else None, "handle": media.username},
        published_at=media.timestamp,
        url=media.permalink,
        engagement={"likes": media.like_count, "replies": media.comments_count},
        extra=merged(
            media.unnamed,
            {"id": media.id} if media.id != native_id else {},
            mark,
            author=media.owner.unnamed if media.owner else None,
        ),
    )


def _reply(comment: _Words, above: _Above | None, *marks: Mapping[str, Any], **times: Any) -> Mention:
    media_id = above.root_id if above else _media_id(comment)
    parent_id = comment.parent_id or (above.id if above else media_id)
    author, parent = comment.author, above if above and above.id == parent_id else None
    return mention(
        platform="instagram",
        native_id=comment.id,
        text=comment.text or "",
        author=_author(comment),
        relation=Relation.REPLY,
        parent_id=parent_id,
        root_id=media_id,
        parent_author=parent.handle if parent else None,
        parent_text=parent.text if parent else None,
        engagement={"likes": comment.like_count},
        extra=merged(
            comment.unnamed,
            *marks,
            media=comment.media.unnamed if comment.media else None,
            author=merged(author.unnamed if author else {}, {} if comment.user is None else {"user": comment.user}),
        ),
        **times,
    )


def _media_id(comment: _Words) -> str | None:
    return comment.media.id if comment.media else None


def _author(comment: _Words) -> dict[str, str | None]:
    author = comment.author or _From()
    return {"id": author.id, "handle": author.username or comment.username}


def _change(change: Change) -> Item:
    """A comment as a webhook tells of it: without time and counters."""
    if change.field == "mentions":
        return Ignored("mention_without_text")
    if change.field not in _FIELDS:
        return Ignored("field")
    own, mark = mended(change.value)
    comment = validated(_Words, own, at=change.at)
    return _reply(comment, None, mark, {"published_at_from_delivery": True}, published_at=change.sent_at)
