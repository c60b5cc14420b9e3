"""bluesky: events of Jetstream (versions 1 and 2, see jetstream.py), the JSON form of the network's firehose.

Odd: `createdAt` is set by the client, to anything; `published_at` is held between the network's beginning and five
minutes after Jetstream saw the post, and the stated time is kept. A delete brings no record. Text is not escaped.
A deleted account takes all along that it had posted until then (pipeline/rows.py); what else becomes of accounts may
be taken back, and is ignored as likes and follows are. The content hashes of reply references are left out.
Golden payloads: tests/golden/bluesky/."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import Field
from pydantic_core import PydanticCustomError

from schemas.errors import Rejected
from schemas.formats import jetstream
from schemas.formats.jetstream import AccountGone, Change
from schemas.formats.model import SourceModel, kind_of, mention, merged, validated
from schemas.formats.parts import joined
from schemas.formats.protocol import Item, Payload
from schemas.local_times import Zoned
from schemas.mention import Mention, Relation
from schemas.record import Deletion, Ignored, Reason
from schemas.times import storable

_BEGINNING = datetime(2022, 11, 1, tzinfo=UTC)
"""The network's first posts are of that month."""
_AHEAD = timedelta(minutes=5)
"""How far a client's clock may run ahead."""
_POST, _REPOST = "app.bsky.feed.post", "app.bsky.feed.repost"
_TAKEN = frozenset({_POST, _REPOST})
_LONGEST_LANGUAGE = 35  # as Mention.language; RFC 5646 needs no more

Uri = Annotated[str, Field(pattern=r"^at://[^/\s]+/[^/\s]+/[^/\s]+$", max_length=512)]


class _Reference(SourceModel):
    uri: Uri


class _Reply(SourceModel):
    root: _Reference
    parent: _Reference


class _PostRecord(SourceModel):
    text: str
    created_at: Annotated[Zoned, Field(alias="createdAt")]
    langs: list[str] | None = None
    reply: _Reply | None = None


class _RepostRecord(SourceModel):
    subject: _Reference
    created_at: Annotated[Zoned, Field(alias="createdAt")]


class Bluesky:
    """Jetstream events."""

    name = "bluesky"
    columns: tuple[str, ...] | None = None

    def looks_like(self, payload: Payload) -> bool:
        """An event of either version."""
        return jetstream.looks_like(payload)

    def items(self, payload: Payload, headers: Mapping[str, bytes]) -> Iterator[Item]:
        """Exactly one item."""
        if type(payload) is not dict:
            raise Rejected(Reason.WRONG_TYPE, f"payload: {kind_of(payload)} where an object is expected")
        change = jetstream.change_of(payload, _TAKEN)
        if isinstance(change, AccountGone):
            yield Deletion("bluesky", change.did, change.seen_at, "account_deleted")
            return
        yield change if isinstance(change, Ignored) else _commit(change)


def _commit(change: Change) -> Item:
    path = f"at://{change.did}/{change.collection}/{change.rkey}"
    uri = validated(_Reference, {"uri": path}, at=change.at).uri
    if change.operation == "delete":
        return Deletion("bluesky", uri, change.seen_at, "delete")
    if change.operation not in ("create", "update"):
        where = joined(change.at, "operation")
        raise Rejected(Reason.WRONG_TYPE, f"{where}: string that is not create, update or delete")
    if not change.has_record:
        raise Rejected(Reason.MISSING_FIELD, f"{joined(change.at, 'record')}: missing")
    return _post(change, uri) if change.collection == _POST else _repost(change, uri)


def _post(change: Change, uri: str) -> Mention:
    post = validated(_PostRecord, change.record, at=joined(change.at, "record"))
    relation, parent, quoted = _relation(post)
    language, langs = _language(post.langs or [])
    return mention(
        native_id=uri,
        text=post.text,
        relation=relation,
        parent_id=parent,
        root_id=post.reply.root.uri if post.reply else None,
        parent_author=parent.split("/")[2] if parent else None,
        language=language,
        url=f"https://bsky.app/profile/{change.did}/post/{change.rkey}",
        **_common(change, post, post.created_at, _said(langs=langs, quoted_id=quoted)),
    )


def _repost(change: Change, uri: str) -> Mention:
    repost = validated(_RepostRecord, change.record, at=joined(change.at, "record"))
    subject = repost.subject.uri
    return mention(
        native_id=uri,
        text="",
        relation=Relation.REPOST,
        parent_id=subject,
        root_id=subject,
        parent_author=subject.split("/")[2],
        **_common(change, repost, repost.created_at),
    )


def _common(change: Change, record: SourceModel, stated: datetime, *rest: Mapping[str, Any]) -> dict[str, Any]:
    """Platform, author, times and `extra` of any record."""
    published_at = min(max(stated, _BEGINNING), max(_BEGINNING, change.seen_at + _AHEAD))
    claimed, unsaid = _claimed(change, stated) if published_at != stated else (None, {})
    return {
        "platform": "bluesky",
        "author": {"id": change.did},
        "published_at": published_at,
        "claimed_at": claimed,
        "edited_at": change.seen_at if change.operation == "update" else None,
        "extra": merged(record.unnamed, change.rest, unsaid, *rest),
    }


def _said(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _claimed(change: Change, stated: datetime) -> tuple[datetime | None, dict[str, Any]]:
    """The stated time; or, where it cannot be stored (year 1, year 9999), its text for `extra`."""
    try:
        return storable(stated), {}
    except PydanticCustomError:
        return None, {"createdAt": change.record["createdAt"]}


def _relation(post: _PostRecord) -> tuple[Relation, str | None, str | None]:
    """Relation, parent, and the quoted post's id where that is not the parent."""
    quoted = _quoted(post.unnamed.get("embed"))
    if post.reply:
        return Relation.REPLY, post.reply.parent.uri, quoted
    return (Relation.QUOTE, quoted, None) if quoted else (Relation.ORIGINAL, None, None)


def _quoted(embed: Any) -> str | None:
    """Id of the post that the embed shows; None for pictures, links, lists and feeds."""
    record = embed.get("record") if type(embed) is dict else None
    if type(record) is dict and type(record.get("record")) is dict:  # recordWithMedia wraps once more
        record = record["record"]
    uri = record.get("uri") if type(record) is dict else None
    return uri if type(uri) is str and f"/{_POST}/" in uri and len(uri) <= 512 else None


def _language(langs: list[str]) -> tuple[str | None, list[str]]:
    """The first language, and the whole list where it says more."""
    first = langs[0] if langs and len(langs[0]) <= _LONGEST_LANGUAGE else None
    return first, langs if len(langs) > 1 or (langs and first is None) else []
