"""mastodon: a status of the Mastodon API, bare or in an envelope of its streaming API {event, payload}.

Odd: `id` counts on one instance only, so `uri` is the native id; but `in_reply_to_id` and the streamed `delete` name
nothing but that local id: they come out as they are, and it is an alias of the status. Two instances hardly ever give
the same id, for it is a time and a random number (docs/design.md). A short one was counted, as before Mastodon 2.0 and
by some of its relatives: it is no alias, since any instance has it.
The text is HTML. The envelope's payload is JSON within a JSON string. A boost is a status of its own, without words:
it gets the boosted text, and its counters stay in `extra`. Statuses for followers alone are ignored.
Golden payloads: tests/golden/mastodon/."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic_core import PydanticCustomError

from schemas import ids
from schemas.errors import Rejected
from schemas.formats.model import Counter, SourceModel, mention, merged, validated
from schemas.formats.protocol import Item, Payload
from schemas.ids import OpaqueId
from schemas.mention import Mention, Relation, Utc
from schemas.payload import parse_json
from schemas.record import Deletion, Ignored
from schemas.text import plain

_STATUS = frozenset({"uri", "content", "account"})
_COUNTERS = ("favourites_count", "replies_count", "reblogs_count", "quotes_count")
_DRAWN = re.compile(r"[\w-]{16,64}", re.ASCII)
_PUBLIC = frozenset({None, "public", "unlisted"})


class _Account(SourceModel):
    id: OpaqueId | None = None
    acct: str | None = None
    display_name: str | None = None
    followers_count: Counter = None


class _Inner(SourceModel):
    """A boosted or quoted status, as far as the outer one needs it."""

    uri: OpaqueId
    content: str
    spoiler_text: str | None = None
    language: str | None = None
    account: _Account
    quote: Any = None


class _Status(SourceModel):
    uri: OpaqueId
    content: str
    created_at: Utc
    account: _Account
    edited_at: Utc | None = None
    spoiler_text: str | None = None
    language: str | None = None
    url: str | None = None
    visibility: str | None = None
    in_reply_to_id: OpaqueId | None = None
    in_reply_to_account_id: OpaqueId | None = None
    reblog: _Inner | None = None
    quote: Any = None
    favourites_count: Counter = None
    replies_count: Counter = None
    reblogs_count: Counter = None
    quotes_count: Counter = None


class Mastodon:
    """Statuses and streamed events."""

    name = "mastodon"
    columns: tuple[str, ...] | None = None

    def looks_like(self, payload: Payload) -> bool:
        """A status by three of its keys, an envelope by its two."""
        if type(payload) is not dict:
            return False
        return payload.keys() >= _STATUS or _is_event(payload)

    def items(self, payload: Payload, headers: Mapping[str, bytes]) -> Iterator[Item]:
        """Exactly one item."""
        if type(payload) is dict and _is_event(payload):
            yield _event(payload["event"], payload.get("payload"))
            return
        yield _status(payload)


def _is_event(payload: dict[str, Any]) -> bool:
    return "event" in payload and ("payload" in payload or "stream" in payload)


def _event(event: Any, payload: Any) -> Item:
    if event == "delete":
        gone = validated(_Gone, payload if type(payload) is dict else {"uri": payload}, at="payload")
        return Deletion("mastodon", gone.uri, None, "delete")
    if event not in ("update", "status.update"):
        return Ignored("event")
    return _status(parse_json(payload.encode()) if type(payload) is str else payload, at="payload")


class _Gone(SourceModel):
    uri: OpaqueId


def _status(payload: Any, *, at: str = "") -> Mention | Ignored:
    status = validated(_Status, payload, at=at)
    if status.visibility not in _PUBLIC:
        return Ignored("not_public")
    shown = status.reblog or status
    relation, parent_id, parent_author, quoted = _relation(status)
    counters = {name: getattr(status, name) for name in _COUNTERS if name in status.model_fields_set}
    boost = relation is Relation.REPOST
    account = status.account
    return mention(
        platform="mastodon",
        native_id=status.uri,
        aliases=_aliases(status.unnamed.get("id")),
        text=plain(shown.content, quote_line=_quoted(shown.quote) is None),
        title=shown.spoiler_text or None,
        author={
            "id": account.id,
            "handle": account.acct,
            "name": account.display_name or None,
            "followers": account.followers_count,
        },
        published_at=status.created_at,
        edited_at=status.edited_at,
        language=shown.language,
        relation=relation,
        parent_id=parent_id,
        root_id=parent_id if boost else None,
        parent_author=parent_author,
        parent_text=_quoted_text(status.quote) if relation is Relation.QUOTE else None,
        url=status.url,
        engagement={} if boost else _engagement(status),
        extra=merged(
            status.unnamed,
            {"visibility": status.visibility} if status.visibility else {},
            {"quoted_id": quoted} if quoted else {},
            counters if boost else {},
            author=account.unnamed,
            quote=_quote_state(status.quote),
        ),
    )


def _aliases(local_id: Any) -> tuple[str, ...]:
    try:
        named = ids.opaque(local_id)
    except PydanticCustomError:
        return ()
    return (named,) if _DRAWN.fullmatch(named) else ()


def _relation(status: _Status) -> tuple[Relation, str | None, str | None, str | None]:
    """Relation, parent, the parent's author, and the quoted post's id where that is not the parent."""
    if status.reblog:
        return Relation.REPOST, status.reblog.uri, status.reblog.account.acct, None
    quoted = _quoted(status.quote)
    if status.in_reply_to_id:
        return Relation.REPLY, status.in_reply_to_id, _spoken_to(status), quoted.uri if quoted else None
    if quoted:
        return Relation.QUOTE, quoted.uri, quoted.account.acct, None
    return Relation.ORIGINAL, None, None, None


def _quoted(quote: Any) -> _Inner | None:
    """The quoted status: Mastodon wraps it with a state, its forks do not. None where it is hidden or gone."""
    if type(quote) is not dict:
        return None
    inner = quote.get("quoted_status", quote)
    try:
        return validated(_Inner, inner, at="quote")
    except Rejected:
        return None


def _quoted_text(quote: Any) -> str | None:
    """A status brings the one it quotes, never the one it replies to."""
    quoted = _quoted(quote)
    return plain(quoted.content, quote_line=_quoted(quoted.quote) is None) if quoted else None


def _quote_state(quote: Any) -> dict[str, Any]:
    """What the wrapper says beside the quoted status: accepted, pending, revoked."""
    if type(quote) is not dict or "content" in quote:
        return {}
    return {key: value for key, value in quote.items() if key != "quoted_status"}


def _spoken_to(status: _Status) -> str | None:
    """Handle of the parent's author, who is among those mentioned, else the account's local id."""
    mentions = status.unnamed.get("mentions")
    for mentioned in mentions if type(mentions) is list else ():
        if type(mentioned) is dict and str(mentioned.get("id")) == status.in_reply_to_account_id:
            acct = mentioned.get("acct")
            return acct if type(acct) is str else None
    if status.in_reply_to_account_id == status.account.id:
        return status.account.acct
    return status.in_reply_to_account_id


def _engagement(status: _Status) -> dict[str, int | None]:
    return {
        "likes": status.favourites_count,
        "replies": status.replies_count,
        "reposts": status.reblogs_count,
        "quotes": status.quotes_count,
    }
