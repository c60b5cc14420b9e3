"""A status of the Twitter API v1.1 as a mention: what x_v1.py and x_archive.py have in common.

An archive's element is such a status without its user, with counters written as text, and with no mark of a retweet but
its first words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AliasChoices, Field, model_validator

from schemas.errors import Rejected
from schemas.formats import x_tweet
from schemas.formats.cells import NO_CELLS, Cells, filled, with_true_ids
from schemas.formats.model import Counter, SourceModel, kind_of, mention, merged, validated, validated_with_true_id
from schemas.formats.x_tweet import TweetTime
from schemas.ids import DecimalId
from schemas.mention import Mention, Relation
from schemas.record import Deletion, Reason
from schemas.text import unescape

_ADDRESSES = ("url", "tweet_url", "permalink")
_OTHER_IDS = ("conversation_id", "in_reply_to_status_id", "in_reply_to_user_id", "quoted_status_id")
_COUNTERS = ("favorite_count", "retweet_count", "reply_count", "quote_count")
_RETWEET = re.compile(r"RT @(\w{1,20}): ", re.ASCII)
_RETWEET_CUT_AT = 140
# An archive says nowhere that a long post is cut, but the cut text is as long as a short one may be and ends so.
_LONG_CUT = re.compile(r".{240,}\u2026\s*https?://t\.co/\w+", re.DOTALL)
# Where the ids of an edited post's versions stand: in v1.1, in the enterprise API, in an archive.
_HISTORIES = (
    ("ext_edit_control", "initial", "edit_tweet_ids"),
    ("ext_edit_control", "edit", "edit_control_initial", "edit_tweet_ids"),
    ("edit_history", "edit_tweet_ids"),
    ("edit_info", "initial", "editTweetIds"),
    ("edit_info", "edit", "editControlInitial", "editTweetIds"),
)


def either(name: str, other: str) -> Any:
    """A model's field that has two names; with Twins only one of them is left."""
    return Field(validation_alias=AliasChoices(name, other))


class Twins(SourceModel):
    """An object with fields in two forms: `x_str` beside `x`, `full_text` beside `text`. The first form wins."""

    @model_validator(mode="before")
    @classmethod
    def _one_of_each(cls, data: Any) -> Any:
        if type(data) is not dict:
            return data
        pairs = [("full_text", "text"), *((key, key.removesuffix("_str")) for key in data if key.endswith("_str"))]
        lost = {(other if data[key] is not None else key) for key, other in pairs if key in data and other in data}
        return {key: value for key, value in data.items() if key not in lost} if lost else data


class _User(Twins):
    id: Annotated[DecimalId | None, either("id_str", "id")] = None
    screen_name: str | None = None
    name: str | None = None
    followers_count: Counter = None
    verified: bool | None = None


class _Extended(SourceModel):
    full_text: str


class _Versioned(Twins):
    """What a status, a retweeted and a quoted one have in common."""

    user: _User | None = None
    truncated: bool | None = None
    extended_tweet: _Extended | None = None

    @property
    def handle(self) -> str | None:
        return (self.user.screen_name or self.user.id) if self.user else None

    @property
    def history(self) -> Any:
        """Ids of its versions, as found."""
        histories = (_at(self.unnamed, path) for path in _HISTORIES)
        return next((found for found in histories if found), None)

    def native_id(self, own_id: str) -> str:
        return x_tweet.first_version(own_id, self.history)


class _Other(_Versioned):
    """A retweeted or quoted status, as far as the outer one needs it."""

    id: Annotated[DecimalId | None, either("id_str", "id")] = None
    text: Annotated[str | None, either("full_text", "text")] = None


class _Status(_Versioned):
    id: Annotated[DecimalId, either("id_str", "id")]
    text: Annotated[str, either("full_text", "text")]
    created_at: TweetTime | None = None
    lang: str | None = None
    conversation_id: Annotated[DecimalId | None, either("conversation_id_str", "conversation_id")] = None
    in_reply_to_status_id: Annotated[DecimalId | None, either("in_reply_to_status_id_str", "in_reply_to_status_id")] = (
        None
    )
    in_reply_to_user_id: Annotated[DecimalId | None, either("in_reply_to_user_id_str", "in_reply_to_user_id")] = None
    in_reply_to_screen_name: str | None = None
    quoted_status_id: Annotated[DecimalId | None, either("quoted_status_id_str", "quoted_status_id")] = None
    retweeted_status: _Other | None = None
    quoted_status: _Other | None = None
    favorite_count: Counter = None
    retweet_count: Counter = None
    reply_count: Counter = None
    quote_count: Counter = None


class _Deleted(_Versioned):
    id: Annotated[DecimalId, either("id_str", "id")]
    deleted_at: TweetTime


def status_row(row: Mapping[str, Any]) -> Cells:
    """A row of a table as a status: blank cells are no fields, and ids that lost digits none. Raises Rejected."""
    values = filled(row)
    own = _written(values, "id")
    others = [_written(values, name) for name in _OTHER_IDS]
    return with_true_ids(values, own=own, others=others, addresses=_ADDRESSES)


def status_mention(
    raw: Any,
    *,
    at: str = "",
    owner: Mapping[str, str | None] | None = None,
    long_form: str | None = None,
    cells: Cells = NO_CELLS,
) -> Mention:
    """The mention; `at` is the path of the status within the record. Raises Rejected.

    `owner` is an archive's: the author where the status names none, and "RT @handle: " makes a repost.
    `long_form` is the whole text, where it stands elsewhere; `cells` are those of a row."""
    if type(raw) is not dict:
        raise Rejected(Reason.WRONG_TYPE, f"{at or 'payload'}: {kind_of(raw)} where an object is expected")
    status, repaired = validated_with_true_id(_Status, raw, _written(raw, "id"), _ADDRESSES, at=at)
    relation, parent_id, parent_author, quoted_id = _relation(
        status, {name.removesuffix("_str") for name in cells.lost}
    )
    text, cut = _text(status) if long_form is None else (long_form, False)
    text = unescape(text)
    if owner is not None and long_form is None:
        cut = cut or _LONG_CUT.fullmatch(text) is not None
    by_text = _RETWEET.match(text) if owner is not None and relation is Relation.ORIGINAL else None
    if by_text:
        relation, parent_author = Relation.REPOST, by_text[1]
        cut = cut or text.endswith("\u2026") or (len(text) >= _RETWEET_CUT_AT and text.endswith("..."))
    native_id = status.native_id(status.id)
    published_at, edited_at, derived = x_tweet.moments(status.id, native_id, status.created_at, at=at)
    author, author_rest = _author(status.user, owner or {})
    counters = {name: getattr(status, name) for name in _COUNTERS if name in status.model_fields_set}
    reposted = relation is Relation.REPOST
    return mention(
        platform="x",
        native_id=native_id,
        aliases=x_tweet.other_versions(status.id, native_id, status.history),
        text=text,
        truncated=cut,
        author=author,
        published_at=published_at,
        edited_at=edited_at,
        language=status.lang,
        relation=relation,
        parent_id=parent_id,
        root_id=parent_id if reposted else _root(status, native_id),
        parent_author=parent_author,
        parent_text=_parent_text(status, relation),
        url=x_tweet.address(author.get("handle"), native_id),
        engagement={} if reposted else _engagement(counters),
        extra=merged(
            status.unnamed,
            {"quoted_id": quoted_id} if quoted_id else {},
            {"repost_by_text": True} if by_text else {},
            counters if reposted else {},
            derived,
            repaired,
            cells.marks,
            author=author_rest | cells.persons,
            extended_tweet=status.extended_tweet.unnamed if status.extended_tweet else None,
        ),
    )


def status_deletion(raw: Any, *, at: str = "") -> Deletion:
    """Of a status with `deleted_at`. To delete one version of a post is to delete them all."""
    status = validated(_Deleted, raw, at=at)
    return Deletion("x", status.native_id(status.id), status.deleted_at, "delete")


def _written(status: Mapping[str, Any], name: str) -> str:
    """Which of an id's two forms counts."""
    return name if status.get(f"{name}_str") is None else f"{name}_str"


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        value = value.get(step) if type(value) is dict else None
    return value


def _relation(status: _Status, lost: set[str]) -> tuple[Relation, str | None, str | None, str | None]:
    """Relation, parent, the parent's author, and the quoted post's id where that is not the parent.

    Where an id is lost, the relation still is told."""
    retweeted, quoted = status.retweeted_status, status.quoted_status
    if retweeted:
        return Relation.REPOST, retweeted.native_id(retweeted.id) if retweeted.id else None, retweeted.handle, None
    quoted_id = status.quoted_status_id or (quoted.id if quoted else None)
    if quoted and quoted_id:
        quoted_id = quoted.native_id(quoted_id)
    spoken_to = status.in_reply_to_screen_name or status.in_reply_to_user_id
    if status.in_reply_to_status_id or "in_reply_to_status_id" in lost:
        return Relation.REPLY, status.in_reply_to_status_id, spoken_to, quoted_id
    if quoted_id or "quoted_status_id" in lost:
        return Relation.QUOTE, quoted_id, quoted.handle if quoted else None, None
    is_reply = spoken_to or "in_reply_to_user_id" in lost
    return (Relation.REPLY if is_reply else Relation.ORIGINAL), None, spoken_to, None


def _text(status: _Status) -> tuple[str, bool]:
    """The longest text there is, and whether it is known to be cut."""
    if status.retweeted_status is None:
        return _whole(status) or "", _is_cut(status)
    whole = _whole(status.retweeted_status)
    return (status.text, status.text.endswith("\u2026")) if whole is None else (whole, _is_cut(status.retweeted_status))


def _whole(part: _Status | _Other) -> str | None:
    return part.extended_tweet.full_text if part.extended_tweet else part.text


def _is_cut(part: _Versioned) -> bool:
    return bool(part.truncated) and part.extended_tweet is None


def _parent_text(status: _Status, relation: Relation) -> str | None:
    """That of a quoted post; the text of one replied to is never sent along."""
    whole = _whole(status.quoted_status) if relation is Relation.QUOTE and status.quoted_status else None
    return None if whole is None else unescape(whole)


def _author(user: _User | None, owner: Mapping[str, str | None]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The author, and what the source says of them beyond."""
    if user is None:
        return dict(owner), {}
    author = {
        "id": user.id,
        "handle": user.screen_name,
        "name": user.name,
        "followers": user.followers_count,
        "verified": bool(user.verified),
    }
    return author, dict(user.unnamed)


def _root(status: _Status, native_id: str) -> str | None:
    return status.conversation_id if status.conversation_id not in (status.id, native_id) else None


def _engagement(counters: Mapping[str, int | None]) -> dict[str, int | None]:
    return {
        "likes": counters.get("favorite_count"),
        "replies": counters.get("reply_count"),
        "reposts": counters.get("retweet_count"),
        "quotes": counters.get("quote_count"),
    }
