"""Events of Jetstream, the JSON form of Bluesky's firehose, versions 1 and 2 brought to one form. Used by bluesky.py.

Version 1 is {did, time_us, kind, commit: {...}}. Version 2 wraps {"$type": "message", "payload": {...}}: the payload
holds the commit's own fields beside `time`, as text, and `seq`; lexicon network.bsky.jetstream.subscribeEvents. It is
taken without the wrapper, too. A server's position (`time_us`, `cursor`, `seq`) and `witnessedAt` differ from server to
server and come again after a reconnect, so they are not kept: a post is the same mention from either version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from schemas.errors import Rejected
from schemas.formats.model import SourceModel, validated
from schemas.formats.parts import mapping
from schemas.mention import Utc
from schemas.record import Ignored, Reason
from schemas.times import Micros

_TYPE = "network.bsky.jetstream.subscribeEvents#"
_KINDS = frozenset({"commit", "identity", "account", "sync", "info"})
_POSITIONS = frozenset({"kind", "cursor", "seq", "witnessedAt", "$type"})

Did = Annotated[str, Field(pattern=r"^did:[a-z0-9]+:[A-Za-z0-9._:%-]+$", max_length=512)]


class _Commit(SourceModel):
    operation: str
    collection: str
    rkey: Annotated[str, Field(min_length=1)]
    record: Any = None


class _First(SourceModel):
    did: Did
    time_us: Micros
    commit: _Commit


class _Second(_Commit):
    did: Did
    time: Utc


@dataclass(frozen=True, slots=True)
class Change:
    """What one event did to one record."""

    did: str
    seen_at: datetime
    """When Jetstream saw it."""
    operation: str
    collection: str
    rkey: str
    has_record: bool
    record: Any
    rest: dict[str, Any]
    """What the event says beyond: rev, cid."""
    at: str
    """Path of the commit's fields within the payload."""


@dataclass(frozen=True, slots=True)
class AccountGone:
    """An account that its owner deleted: with it all of its records until then, of which not each need be told."""

    did: str
    seen_at: datetime
    """When Jetstream saw it."""


class _Account(SourceModel):
    active: bool | None = None
    status: str | None = None


class _FirstAccount(SourceModel):
    did: Did
    time_us: Micros
    account: _Account


class _SecondAccount(SourceModel):
    did: Did
    time: Utc
    account: _Account


def looks_like(payload: Any) -> bool:
    """The common keys of an event of version 1; of version 2 those of a wrapped message or error, or of a payload."""
    if type(payload) is not dict:
        return False
    if "$type" in payload:
        return "payload" in payload or "error" in payload or ("seq" in payload and "did" in payload)
    return "did" in payload and "kind" in payload and "time_us" in payload


def change_of(payload: dict[str, Any], collections: frozenset[str]) -> Change | AccountGone | Ignored:
    """The change to a record of one of the collections, or the end of an account. Raises Rejected."""
    if "$type" in payload or "payload" in payload:
        return _second(payload, collections)
    kind = payload.get("kind", "commit")
    if kind == "account" and _is_deleted(payload):
        account = validated(_FirstAccount, payload)
        return AccountGone(account.did, account.time_us)
    if kind != "commit":
        return _ignored(kind)
    if _is_other(payload.get("commit"), collections):
        return Ignored("collection")
    event = validated(_First, payload)
    rest = {key: value for key, value in event.unnamed.items() if key not in _POSITIONS}
    return _change(event.did, event.time_us, event.commit, {**rest, **event.commit.unnamed}, "commit")


def _second(payload: dict[str, Any], collections: frozenset[str]) -> Change | AccountGone | Ignored:
    if payload.get("$type") == "error":
        return Ignored("stream_error")
    body, at = (payload, "") if _is_body(payload) else (_unwrapped(payload), "payload")
    if body["$type"] == f"{_TYPE}account" and _is_deleted(body):
        account = validated(_SecondAccount, body, at=at)
        return AccountGone(account.did, account.time)
    if body["$type"] != f"{_TYPE}commit":
        kind = body["$type"]
        return _ignored(kind.removeprefix(_TYPE) if type(kind) is str else None)
    if _is_other(body, collections):
        return Ignored("collection")
    event = validated(_Second, body, at=at)
    rest = {key: value for key, value in event.unnamed.items() if key not in _POSITIONS}
    return _change(event.did, event.time, event, rest, at)


def _unwrapped(payload: dict[str, Any]) -> dict[str, Any]:
    body = mapping(payload["payload"], "payload") if "payload" in payload else None
    if body is None or "$type" not in body:
        raise Rejected(Reason.MISSING_FIELD, f"payload{'' if body is None else '.$type'}: missing")
    return body


def _is_body(payload: dict[str, Any]) -> bool:
    kind = payload.get("$type")
    return type(kind) is str and kind.startswith(_TYPE)


def _is_other(commit: Any, collections: frozenset[str]) -> bool:
    """Most of the firehose is likes and follows: they leave before anything is validated."""
    collection = commit.get("collection") if type(commit) is dict else None
    return type(collection) is str and collection not in collections


def _is_deleted(event: dict[str, Any]) -> bool:
    """An account that is deactivated, suspended or taken down is to come back with what it had posted."""
    account = event.get("account")
    return type(account) is dict and not account.get("active") and account.get("status") == "deleted"


def _ignored(kind: Any) -> Ignored:
    return Ignored(kind if type(kind) is str and kind in _KINDS else "event")


def _change(did: str, seen_at: datetime, commit: _Commit, rest: dict[str, Any], at: str) -> Change:
    return Change(
        did=did,
        seen_at=seen_at,
        operation=commit.operation,
        collection=commit.collection,
        rkey=commit.rkey,
        has_record="record" in commit.model_fields_set,
        record=commit.record,
        rest=rest,
        at=at,
    )
