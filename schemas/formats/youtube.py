"""youtube: comments and comment threads of the YouTube Data API v3, as a page {kind, items} or one resource a record.

Odd: a thread holds its first comment and up to five replies, each a mention of its own; `textDisplay` is HTML, so
`textOriginal` goes before it; a comment of comments.list names no video, so it has no address; `updatedAt` differs
from `publishedAt` only after an edit; a display name with an @ is the handle. A comment is a reply, to another comment
or to the video. Comments held for review or rejected, and threads that are not public, are ignored: the channel can let
them through later. Golden payloads: tests/golden/youtube/."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from schemas.errors import Rejected
from schemas.formats.model import Counter, SourceModel, mention, merged, validated
from schemas.formats.parts import Part, joined, listed, made, mapping, nested
from schemas.formats.protocol import Item, Payload
from schemas.ids import OpaqueId
from schemas.mention import Relation, Utc
from schemas.record import Ignored, Reason
from schemas.text import plain

_THREAD = "youtube#commentThread"
_MARKS = frozenset({"topLevelComment", "textDisplay", "textOriginal"})
_PUBLIC = frozenset({None, "published"})


class _Channel(SourceModel):
    value: OpaqueId | None = None


class _CommentSnippet(SourceModel):
    original: Annotated[str | None, Field(alias="textOriginal")] = None
    display: Annotated[str | None, Field(alias="textDisplay")] = None
    published_at: Annotated[Utc, Field(alias="publishedAt")]
    updated_at: Annotated[Utc | None, Field(alias="updatedAt")] = None
    author_name: Annotated[str | None, Field(alias="authorDisplayName")] = None
    author_channel: Annotated[_Channel | None, Field(alias="authorChannelId")] = None
    channel_id: Annotated[OpaqueId | None, Field(alias="channelId")] = None
    video_id: Annotated[OpaqueId | None, Field(alias="videoId")] = None
    parent_id: Annotated[OpaqueId | None, Field(alias="parentId")] = None
    like_count: Annotated[Counter, Field(alias="likeCount")] = None
    moderation: Annotated[str | None, Field(alias="moderationStatus")] = None

    @property
    def text(self) -> str | None:
        """As typed, else the HTML made plain."""
        if self.original is not None:
            return self.original
        return None if self.display is None else plain(self.display)


class _Comment(SourceModel):
    id: OpaqueId
    snippet: _CommentSnippet

    @property
    def author(self) -> dict[str, Any]:
        """As Mention.author: since 2022 the display name is the handle."""
        name, channel = self.snippet.author_name or None, self.snippet.author_channel
        handle = name[1:] or None if name and name.startswith("@") else None
        return {"id": channel.value if channel else None, "handle": handle, "name": None if handle else name}


class _ThreadSnippet(SourceModel):
    top: Annotated[_Comment, Field(alias="topLevelComment")]
    channel_id: Annotated[OpaqueId | None, Field(alias="channelId")] = None
    video_id: Annotated[OpaqueId | None, Field(alias="videoId")] = None
    reply_count: Annotated[Counter, Field(alias="totalReplyCount")] = None
    is_public: Annotated[bool | None, Field(alias="isPublic")] = None


class _Replies(SourceModel):
    comments: list[Any] | None = None


class _Thread(SourceModel):
    snippet: _ThreadSnippet
    replies: _Replies | None = None


class YouTube:
    """Comments and their threads."""

    name = "youtube"
    columns: tuple[str, ...] | None = None

    def looks_like(self, payload: Payload) -> bool:
        """A page or resource by its kind; a resource without one by the keys of its snippet."""
        if type(payload) is not dict:
            return False
        kind, snippet = payload.get("kind"), payload.get("snippet")
        if type(kind) is str and kind.startswith("youtube#comment"):
            return "items" in payload or "snippet" in payload
        return type(snippet) is dict and not _MARKS.isdisjoint(snippet)

    def items(self, payload: Payload, headers: Mapping[str, bytes]) -> Iterator[Item]:
        """The comments of the page, thread by thread; or of the one resource."""
        resource = mapping(payload, "")
        found = listed(resource, "items") if "items" in resource else [("", resource)]
        for at, item in found:
            yield from made(_parts(item, at))
        if not found:
            yield Ignored("empty_page")


def _parts(raw: Any, at: str) -> Iterator[Part]:
    if not _is_thread(raw):
        yield Part(at, raw, partial(_comment, raw, at))
        return
    yield Part(at, raw, partial(_top, raw, at))
    for path, reply in nested(raw, "replies", "comments", at):
        yield Part(path, reply, partial(_comment, reply, path, raw))


def _is_thread(raw: Any) -> bool:
    if type(raw) is not dict:
        return False
    snippet = raw.get("snippet")
    return raw.get("kind") == _THREAD or (type(snippet) is dict and "topLevelComment" in snippet)


def _top(raw: Any, at: str) -> Item:
    """The first comment of a thread, with what the thread says of it."""
    thread = validated(_Thread, raw, at=at)
    around = {key: value for key, value in thread.unnamed.items() if key != "id"} | thread.snippet.unnamed
    return _mention(thread.snippet.top, thread, joined(at, "snippet.topLevelComment"), around)


def _comment(raw: Any, at: str, thread: Any = None) -> Item:
    """A comment by itself, or a reply within the thread."""
    comment = validated(_Comment, raw, at=at)
    return _mention(comment, _readable(thread), at, {})


def _readable(thread: Any) -> _Thread | None:
    """None where the thread's first comment is refused, which is said elsewhere."""
    try:
        return validated(_Thread, thread) if thread else None
    except Rejected:
        return None


def _mention(comment: _Comment, thread: _Thread | None, at: str, around: Mapping[str, Any]) -> Item:
    said = comment.snippet
    if said.moderation not in _PUBLIC or (thread and thread.snippet.is_public is False):
        return Ignored("not_public")
    if said.text is None:
        raise Rejected(Reason.MISSING_FIELD, f"{joined(at, 'snippet.textDisplay')}: missing")
    top = thread.snippet if thread else None
    parent = top.top if top and top.top.id == said.parent_id else None
    video_id = said.video_id or (top.video_id if top else None)
    about_author, rest = _split(said.unnamed)
    return mention(
        platform="youtube",
        native_id=comment.id,
        text=said.text,
        author=comment.author,
        published_at=said.published_at,
        edited_at=said.updated_at if said.updated_at and said.updated_at > said.published_at else None,
        relation=Relation.REPLY,
        parent_id=said.parent_id or video_id,
        root_id=video_id,
        parent_author=_parent_author(said, top, parent),
        parent_text=parent.snippet.text if parent else None,
        url=f"https://www.youtube.com/watch?v={video_id}&lc={comment.id}" if video_id else None,
        engagement={
            "likes": said.like_count,
            "replies": top.reply_count if top and top.top.id == comment.id else None,
        },
        extra=merged(
            comment.unnamed,
            rest,
            {"channelId": said.channel_id} if said.channel_id else {},
            {"moderationStatus": said.moderation} if said.moderation else {},
            author=merged(about_author, authorChannelId=said.author_channel.unnamed if said.author_channel else None),
            thread=around,
        ),
    )


def _parent_author(said: _CommentSnippet, top: _ThreadSnippet | None, parent: _Comment | None) -> str | None:
    """Of a reply the first comment's author, else the video's channel."""
    if said.parent_id:
        author = parent.author if parent else {}
        return author.get("handle") or author.get("id")
    return said.channel_id or (top.channel_id if top else None)


def _split(unnamed: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the snippet says of the author, and the rest."""
    about = {key: value for key, value in unnamed.items() if key.startswith("author")}
    return about, {key: value for key, value in unnamed.items() if key not in about}
