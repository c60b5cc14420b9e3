"""reddit: a comment or a submission as the API and the monthly dumps (RC_, RS_) hold it.

Odd: `created_utc` is an integer, a float or text; `edited` is false or a time; `parent_id` of some dumps is a number
(the id in base 10, null at the top); a deleted post stays, with "[deleted]" or "[removed]" for its text, and a later
dump says so in `_meta`; the score may be negative and is kept in `extra` then. `_meta.is_edited` is no time of an edit:
the text changed after the dump had read it, and a dump's second visit renews counters, not the text, which is the first
still (arctic_shift, file_content_explanations.md). Native ids are full names (t1_, t3_). Of a crosspost's original only
title and text are read. Golden payloads: tests/golden/reddit/."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from schemas.errors import Rejected
from schemas.formats.model import Counter, SourceModel, mention, merged, validated
from schemas.formats.protocol import Item, Payload
from schemas.ids import OpaqueId
from schemas.mention import Mention, Relation
from schemas.placeholders import why_gone
from schemas.record import Deletion
from schemas.text import unescape
from schemas.times import Epoch, from_epoch

_COMMENT = frozenset({"body", "link_id", "created_utc"})
_SUBMISSION = frozenset({"title", "created_utc", "subreddit"})
_ID36 = re.compile(r"(t[13]_)?[0-9a-z]{1,32}", re.IGNORECASE | re.ASCII)
_SITE = "https://www.reddit.com"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def _edited(value: Any) -> datetime | None:
    """False, or the time; true (before 2012) and null say no time."""
    return None if value is None or type(value) is bool else from_epoch(value)


def _id36(value: Any) -> Any:
    """A short id, with or without the kind before it. "1e5" is one: base 36."""
    if type(value) is not str or not _ID36.fullmatch(value):
        raise PydanticCustomError("id_type", "no id in base 36")
    return value


Id36 = Annotated[str, BeforeValidator(_id36)]
Edited = Annotated[datetime | None, BeforeValidator(_edited)]


class _Meta(SourceModel):
    """What the archive arctic_shift noted when it came by again."""

    retrieved_2nd_on: Epoch | None = None
    was_deleted_later: bool | None = None
    was_initially_deleted: bool | None = None
    removal_type: str | None = None


class _Thing(SourceModel):
    id: Id36
    created_utc: Epoch
    edited: Edited = None
    author: str | None = None
    author_fullname: str | None = None
    score: int | None = None
    score_hidden: bool | None = None
    permalink: str | None = None
    retrieved_on: Epoch | None = None
    removed_by_category: str | None = None
    meta: Annotated[_Meta | None, Field(alias="_meta")] = None


class _Comment(_Thing):
    body: str | None
    link_id: Id36
    parent_id: Any = None


class _Submission(_Thing):
    title: str
    selftext: str | None = None
    num_comments: Counter = None
    num_crossposts: Counter = None
    crosspost_parent: OpaqueId | None = None
    crosspost_parent_list: Any = None


_NO_META = _Meta()


class Reddit:
    """Comments and submissions."""

    name = "reddit"
    columns: tuple[str, ...] | None = None

    def looks_like(self, payload: Payload) -> bool:
        """A comment's or a submission's own keys."""
        return type(payload) is dict and (payload.keys() >= _COMMENT or payload.keys() >= _SUBMISSION)

    def items(self, payload: Payload, headers: Mapping[str, bytes]) -> Iterator[Item]:
        """One mention, or its deletion."""
        if type(payload) is dict and ("body" in payload or "link_id" in payload):
            comment = validated(_Comment, payload)
            yield _told(comment, _comment(comment))
            return
        submission = validated(_Submission, payload)
        yield _told(submission, _submission(submission))


def _told(raw: _Thing, post: Mention) -> Item:
    """The post; its deletion where the source says beside the text that it is gone."""
    reason = _gone(raw)
    if reason is None:
        return post
    return Deletion("reddit", post.native_id, None, reason, None if _is_emptied(raw, post) else post)


def _is_emptied(raw: _Thing, post: Mention) -> bool:
    """Its words may have been taken out: they would stand in place of the words first seen. A link has but a title."""
    if post.text.strip():
        return False
    return isinstance(raw, _Comment) or bool(raw.removed_by_category and raw.unnamed.get("is_self") is not False)


def _comment(raw: _Comment) -> Mention:
    name, link = _full("t1_", raw.id), _full("t3_", raw.link_id)
    return _mention(
        raw,
        native_id=name,
        text=unescape(raw.body or ""),
        relation=Relation.REPLY,
        parent_id=_parent(raw.parent_id, link),
        root_id=link,
        url=f"{_SITE}{raw.permalink or f'/comments/{link[3:]}/_/{name[3:]}/'}",
        engagement={"likes": _likes(raw)},
    )


def _submission(raw: _Submission) -> Mention:
    name = _full("t3_", raw.id)
    return _mention(
        raw,
        native_id=name,
        title=unescape(raw.title),
        text=unescape(raw.selftext or ""),
        relation=Relation.QUOTE if raw.crosspost_parent else Relation.ORIGINAL,
        parent_id=raw.crosspost_parent,
        parent_text=_crossposted(raw) if raw.crosspost_parent else None,
        url=f"{_SITE}{raw.permalink or f'/comments/{name[3:]}/'}",
        engagement={"likes": _likes(raw), "replies": raw.num_comments, "reposts": raw.num_crossposts},
    )


def _crossposted(raw: _Submission) -> str | None:
    """Title and text of the submission that this one passes on, where the source sends it along and it still stands."""
    parents = raw.crosspost_parent_list
    try:
        parent = validated(_Submission, parents[0] if type(parents) is list and parents else None)
    except Rejected:
        return None
    words = (parent.title, parent.selftext)
    return None if _gone(parent) or any(map(why_gone, words)) else unescape("\n\n".join(word for word in words if word))


def _mention(raw: _Thing, **fields: Any) -> Mention:
    """What comments and submissions have in common."""
    rest = {key: value for key, value in raw.unnamed.items() if not key.startswith("author_")}
    meta = raw.meta or _NO_META
    return mention(
        platform="reddit",
        author={"id": raw.author_fullname, "handle": None if why_gone(raw.author) else raw.author},
        published_at=raw.created_utc,
        edited_at=raw.edited,
        observed_at=meta.retrieved_2nd_on or raw.retrieved_on,
        extra=merged(
            rest,
            {"score": raw.score} if raw.score is not None and (raw.score < 0 or raw.score_hidden) else {},
            author={key: value for key, value in raw.unnamed.items() if key.startswith("author_")},
            _meta=meta.unnamed,
        ),
        **fields,
    )


def _full(kind: str, short: str) -> str:
    return short if short.startswith(kind) else kind + short


def _parent(parent: Any, link: str) -> str:
    """Full name of the parent. A number in a dump is a comment's id in base 10; null is the submission."""
    if parent is None or parent == "":
        return link
    if type(parent) is not int or parent < 0:
        short = validated(_Parent, {"parent_id": parent}).parent_id
        if short.startswith(("t1_", "t3_")):
            return short
    else:
        short = _base36(parent)
    return link if short == link[3:] else f"t1_{short}"


def _base36(number: int) -> str:
    short = _DIGITS[number % 36]
    while number := number // 36:
        short = _DIGITS[number % 36] + short
    return short


class _Parent(SourceModel):
    parent_id: Id36


def _likes(raw: _Thing) -> int | None:
    """A hidden score reads 1 whatever it is."""
    return None if raw.score is None or raw.score_hidden else max(0, raw.score)


def _gone(raw: _Thing) -> str | None:
    """What is said beside the text of why it is gone: "deleted" by its author, "removed" by others; None: nothing."""
    stands_again = raw.meta and raw.meta.was_initially_deleted and not raw.meta.was_deleted_later
    if raw.removed_by_category and not stands_again:
        return "deleted" if raw.removed_by_category in ("deleted", "author") else "removed"
    if raw.meta and not stands_again and (raw.meta.was_deleted_later or raw.meta.removal_type):
        return "deleted" if (raw.meta.removal_type or "deleted").lower() == "deleted" else "removed"
    if isinstance(raw, _Comment) and not (raw.body or "").strip() and why_gone(raw.author):
        return "deleted"  # nobody can write a comment without words
    return None
