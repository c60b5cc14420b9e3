"""bluesky: events of Jetstream (version 1), the JSON form of the network's firehose.

Odd: `createdAt` is set by the client, to anything; `published_at` is held between the network's beginning and five
minutes after Jetstream saw the post, and the stated time is kept. `time_us` differs between Jetstream servers and comes
again after a reconnect, so it is no identity and not in `extra`. A delete brings no record. Text is not escaped. Likes,
follows and the rest are ignored, accounts too: a deleted account sends a delete for each of its posts or nothing.
The content hashes of reply references are left out. Golden payloads: tests/golden/bluesky/."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import AwareDatetime, Field
from pydantic_core import PydanticCustomError

from schemas.errors import Rejected
from schemas.formats.model import SourceModel, kind_of, mention, merged, validated
from schemas.formats.protocol import Item, Payload
from schemas.mention import Mention, Relation
from schemas.record import Deletion, Ignored, Reason
from schemas.times import Micros, storable

_BEGINNING = datetime(2022, 11, 1, tzinfo=UTC)
"""The network's first posts are of that month."""
_AHEAD = timedelta(minutes=5)
"""How far a client's clock may run ahead."""
_POST, _REPOST = "app.bsky.feed.post", "app.bsky.feed.repost"
_KINDS = frozenset({"commit", "identity", "account"})
_LONGEST_LANGUAGE = 35  # as Mention.language; RFC 5646 needs no more

Uri = Annotated[str, Field(pattern=r"^at://[^/\s]+/[^/\s]+/[^/\s]+$", max_length=512)]


class _Commit(SourceModel):
    operation: str
    collection: str
    rkey: Annotated[str, Field(min_length=1)]
    record: Any = None


class _Event(SourceModel):
    did: Annotated[str, Field(pattern=r"^did:[a-z0-9]+:[A-Za-z0-9._:%-]+$")]
    time_us: Micros
    commit: _Commit


class _Reference(SourceModel):
    uri: Uri


class _Reply(SourceModel):
    root: _Reference
    parent: _Reference


class _PostRecord(SourceModel):
    text: str
    created_at: Annotated[AwareDatetime, Field(alias="createdAt")]
    langs: list[str] | None = None
    reply: _Reply | None = None


class _RepostRecord(SourceModel):
    subject: _Reference
    created_at: Annotated[AwareDatetime, Field(alias="createdAt")]


class Bluesky:
    """Jetstream events."""

    name = "bluesky"
    columns: tuple[str, ...] | None = None

    def looks_like(self, payload: Payload) -> bool:
        """An event's three common keys."""
        return type(payload) is dict and "did" in payload and "kind" in payload and "time_us" in payload

    def items(self, payload: Payload, headers: Mapping[str, bytes]) -> Iterator[Item]:
        """Exactly one item."""
        if type(payload) is not dict:
            raise Rejected(Reason.WRONG_TYPE, f"payload: {kind_of(payload)} where an object is expected")
        kind, commit = payload.get("kind", "commit"), payload.get("commit")
        if kind != "commit":
            yield Ignored(kind if type(kind) is str and kind in _KINDS else "event")
            return
        collection = commit.get("collection") if type(commit) is dict else None
        # Most of the firehose is likes and follows: they leave before anything is validated.
        if type(collection) is str and collection not in (_POST, _REPOST):
            yield Ignored("collection")
            return
        yield _commit(validated(_Event, payload))


def _commit(event: _Event) -> Item:
    commit = event.commit
    uri = validated(_Reference, {"uri": f"at://{event.did}/{commit.collection}/{commit.rkey}"}, at="commit").uri
    if commit.operation == "delete":
        return Deletion("bluesky", uri, event.time_us, "delete")
    if commit.operation not in ("create", "update"):
        raise Rejected(Reason.WRONG_TYPE, "commit.operation: string that is not create, update or delete")
    if "record" not in commit.model_fields_set:
        raise Rejected(Reason.MISSING_FIELD, "commit.record: missing")
    return _post(event, uri) if commit.collection == _POST else _repost(event, uri)


def _post(event: _Event, uri: str) -> Mention:
    post = validated(_PostRecord, event.commit.record, at="commit.record")
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
        url=f"https://bsky.app/profile/{event.did}/post/{event.commit.rkey}",
        **_common(event, post, post.created_at, _said(langs=langs, quoted_id=quoted)),
    )


def _repost(event: _Event, uri: str) -> Mention:
    repost = validated(_RepostRecord, event.commit.record, at="commit.record")
    subject = repost.subject.uri
    return mention(
        native_id=uri,
        text="",
        relation=Relation.REPOST,
        parent_id=subject,
        root_id=subject,
        parent_author=subject.split("/")[2],
        **_common(event, repost, repost.created_at),
    )


def _common(event: _Event, record: SourceModel, stated: datetime, *rest: Mapping[str, Any]) -> dict[str, Any]:
    """Platform, author, times and `extra` of any record."""
    published_at = min(max(stated, _BEGINNING), max(_BEGINNING, event.time_us + _AHEAD))
    claimed, unsaid = _claimed(event, stated) if published_at != stated else (None, {})
    outside = {key: value for key, value in event.unnamed.items() if key != "kind"}
    return {
        "platform": "bluesky",
        "author": {"id": event.did},
        "published_at": published_at,
        "claimed_at": claimed,
        "edited_at": event.time_us if event.commit.operation == "update" else None,
        "extra": merged(outside, record.unnamed, event.commit.unnamed, unsaid, *rest),
    }


def _said(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _claimed(event: _Event, stated: datetime) -> tuple[datetime | None, dict[str, Any]]:
    """The stated time; or, where it cannot be stored (year 1, year 9999), its text for `extra`."""
    try:
        return storable(stated), {}
    except PydanticCustomError:
        return None, {"createdAt": event.commit.record["createdAt"]}


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
