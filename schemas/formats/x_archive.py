"""x_archive: one element of the archive that X makes of one's own account, from tweets.js or note-tweet.js.

An element is {"tweet": {...}}, in older archives the tweet alone, or {"noteTweet": {...}}; what reads the file takes
the JavaScript and the list around it off. Odd: the author is never in it, and is told by two record headers (from
account.js, pipeline/dumps/archive_owner.py); every number is text; a retweet is known by "RT @" alone, cut at 140
characters; deleted-tweets.js tells by `deleted_at` only; tweet-headers.js repeats ids and times of what tweets.js has,
and is ignored.
A long post is cut in tweets.js (known by its length and end alone) and whole in note-tweet.js, under an id that is not
the post's: by itself it becomes a mention of its own. What reads an archive pairs them (x_long_form.py) and gives both
as one {"tweet", "noteTweet"}.
Golden payloads: tests/golden/x_archive/."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from schemas.errors import Rejected
from schemas.formats import x_status
from schemas.formats.cells import NO_CELLS, is_row
from schemas.formats.model import SourceModel, kind_of, left, mention, merged, validated
from schemas.formats.protocol import Item, Payload
from schemas.formats.x_long_form import whole_text
from schemas.formats.x_tweet import TweetTime
from schemas.ids import DecimalId
from schemas.mention import Mention
from schemas.record import Ignored, Reason
from schemas.synthetic import MARK
from schemas.text import unescape

ACCOUNT_ID_HEADER = "echolot-account-id"
"""Record header: number of the account whose archive it is."""
ACCOUNT_HANDLE_HEADER = "echolot-account-handle"
"""Record header: the account's handle, with or without the @."""
NOTE_HEADER = "echolot-note"
"""Record header: "paired" on a long post that is sent together with its post, too."""

_ELEMENT = frozenset({"tweet", "noteTweet"})
_BARE = frozenset({"id_str", "created_at"})
_IDS = frozenset({"id_str", "id"})
_AUTHORED = frozenset({"user", "user_id_str"})  # the API's status, the website's
_NUMBER = re.compile(rb"\d{1,20}")
_HANDLE = re.compile(rb"@?(\w{1,20})")  # 15 today, 20 in the first years
OWNER_HEADERS = {ACCOUNT_ID_HEADER: _NUMBER, ACCOUNT_HANDLE_HEADER: _HANDLE}
"""What each of them takes, whole."""


class _Core(SourceModel):
    text: str


class _Note(SourceModel):
    noteTweetId: DecimalId
    createdAt: TweetTime
    core: _Core


class XArchive:
    """Elements of an account's own archive."""

    name = "x_archive"
    columns: tuple[str, ...] | None = None

    def looks_like(self, payload: Payload) -> bool:
        """The names that wrap an element, or a status without a user."""
        if type(payload) is not dict:
            return False
        if payload and payload.keys() <= _ELEMENT:
            return all(type(part) is dict for part in payload.values())
        bare = payload.keys() >= _BARE and _AUTHORED.isdisjoint(payload)
        return bare and ("text" in payload or "full_text" in payload)

    def items(self, payload: Payload, headers: Mapping[str, bytes]) -> Iterator[Item]:
        """Exactly one item."""
        if type(payload) is not dict:
            raise Rejected(Reason.WRONG_TYPE, f"payload: {kind_of(payload)} where an object is expected")
        owner = {
            "id": _told(headers, ACCOUNT_ID_HEADER, "a number"),
            "handle": _told(headers, ACCOUNT_HANDLE_HEADER, "a handle"),
        }
        if NOTE_HEADER in headers and payload.keys() == {"noteTweet"}:
            yield Ignored("long_text_of_a_post")
            return
        note = validated(_Note, payload["noteTweet"], at="noteTweet") if "noteTweet" in payload else None
        at = "tweet" if "tweet" in payload else ""
        if note is not None and not at:
            yield _long_form(note, owner)
            return
        if not at and "id" not in payload and "id_str" not in payload:
            raise Rejected(Reason.MISSING_FIELD, "tweet: missing")
        cells = x_status.status_row(payload) if is_row(headers) and not at else NO_CELLS
        tweet = payload["tweet"] if at else cells.values or payload
        if type(tweet) is dict and "tweet_id" in tweet and _IDS.isdisjoint(tweet):
            yield Ignored("header")
            return
        long_form = whole_text(tweet, note.core.text) if note else None
        make = partial(x_status.status_mention, tweet, at=at, owner=owner, long_form=long_form, cells=cells)
        if type(tweet) is dict and tweet.get("deleted_at") is not None:
            yield replace(x_status.status_deletion(tweet, at=at), mention=left(make))
            return
        yield make()


def _told(headers: Mapping[str, bytes], name: str, kind: str) -> str | None:
    """What a header says; None where it is missing or empty."""
    value = headers.get(name, b"").strip()
    match = OWNER_HEADERS[name].fullmatch(value)
    if value and match is None:
        raise Rejected(Reason.WRONG_TYPE, f"the header {name} takes {kind}; mend it, or leave it out")
    return match[match.lastindex or 0].decode() if match else None


def _long_form(note: _Note, owner: Mapping[str, str | None]) -> Mention:
    """A long post by itself: its text is whole, what it replies to is not known."""
    return mention(
        platform="x",
        native_id=f"note:{note.noteTweetId}",
        text=unescape(note.core.text),
        author=owner,
        published_at=note.createdAt,
        extra=merged(note.unnamed, {MARK: True}, core=note.core.unnamed),
    )
