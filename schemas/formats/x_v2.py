"""x_v2: the X API v2, as a page {data, includes, errors, meta}, as one tweet that `twarc2 flatten` made of it, or as a
row of a table, twarc-csv's or a plainer one.

A page is flattened first, so both give the same mention. Odd: a long post has its whole text in `note_tweet` only; a
repost's text is cut at 140 characters, so it is taken from the reposted post where that is included, and its counters
are that post's, so they stay in `extra`; `created_at` is sent only on demand, but a snowflake id holds the time;
an edited post gets a new id, so all versions stand under the first's, and extra["version_id"] is the own one. Reply
and quote at once is a reply; the quoted id is in extra["quoted_id"]. Deletions: `errors` that say of a post that it is
not found, or not to be seen (its author protected or suspended), and `delete` of a compliance stream.
In a row (x_row.py) columns may be paths (`public_metrics.like_count`), and a blank cell is no field. Its id, where a
spreadsheet rounded it, is mended by `url`, `tweet_url`, `permalink` or `edit_history_tweet_ids`, else the row is a dead
letter; the id of another post or of a person is left in `extra` then.
Golden payloads: tests/golden/x_v2/. Of included posts only the text of the one replied to or quoted is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import orjson
from pydantic import Field

from schemas.errors import Rejected
from schemas.formats import x_page, x_row, x_tweet
from schemas.formats.cells import NO_CELLS, Cells, is_row
from schemas.formats.model import Counter, SourceModel, kind_of, mention, merged, validated_with_true_id
from schemas.formats.protocol import Item, Payload
from schemas.ids import DecimalId
from schemas.mention import Mention, Relation, Utc
from schemas.record import Dead, Ignored, Reason
from schemas.text import unescape

_TWEET = frozenset({"author_id", "edit_history_tweet_ids", "conversation_id", "public_metrics"})
_HISTORY = "edit_history_tweet_ids"
_ADDRESSES = ("url", "tweet_url", "permalink")


class _Note(SourceModel):
    text: str


class _UserMetrics(SourceModel):
    followers_count: Counter = None


class _User(SourceModel):
    id: DecimalId | None
    username: str | None = None
    name: str | None = None
    verified: bool | None = None
    public_metrics: _UserMetrics | None = None


class _Named(SourceModel):
    username: str | None = None


class _Reference(SourceModel):
    type: str
    id: DecimalId | None
    text: str | None = None
    note_tweet: _Note | None = None
    author_id: DecimalId | None = None
    author: _Named | None = None

    @property
    def whole_text(self) -> str | None:
        """None where the page does not include the post."""
        return self.note_tweet.text if self.note_tweet else self.text

    @property
    def native_id(self) -> str | None:
        """The first version's id, where the page includes the post; None where a row has lost it."""
        return None if self.id is None else x_tweet.first_version(self.id, self.unnamed.get(_HISTORY))


class _Metrics(SourceModel):
    like_count: Counter = None
    reply_count: Counter = None
    retweet_count: Counter = None
    quote_count: Counter = None
    impression_count: Counter = None


class _Twarc(SourceModel):
    retrieved_at: Utc | None = None


class _Tweet(SourceModel):
    id: DecimalId
    text: str
    note_tweet: _Note | None = None
    created_at: Utc | None = None
    author_id: DecimalId | None = None
    author: _User | None = None
    lang: str | None = None
    conversation_id: DecimalId | None = None
    in_reply_to_user_id: DecimalId | None = None
    in_reply_to_user: _Named | None = None
    referenced_tweets: list[_Reference] | None = None
    public_metrics: _Metrics | None = None
    twarc: Annotated[_Twarc | None, Field(alias="__twarc")] = None


_NO_METRICS, _NO_TWARC = _Metrics(), _Twarc()


class XV2:
    """Pages and flattened tweets of the X API v2."""

    name = "x_v2"
    columns: tuple[str, ...] | None = None

    def looks_like(self, payload: Payload) -> bool:
        """A page's keys, or id and text with a field that only this API has."""
        if type(payload) is not dict:
            return False
        is_post = "id" in payload and "text" in payload
        return x_page.is_page(payload) or (is_post and (not _TWEET.isdisjoint(payload) or x_row.has_columns(payload)))

    def items(self, payload: Payload, headers: Mapping[str, bytes]) -> Iterator[Item]:
        """The tweets of a page, each on its own feet, then what its errors say; or the one tweet."""
        if type(payload) is not dict:
            raise Rejected(Reason.WRONG_TYPE, f"payload: {kind_of(payload)} where an object is expected")
        if is_row(headers) or x_row.has_columns(payload):
            cells = x_row.flattened(payload, of_cells=is_row(headers))
            yield _mention(cells.values, cells=cells)
            return
        if not x_page.is_page(payload):
            yield _mention(payload)
            return
        event = x_page.compliance(payload)
        if event is not None:
            yield event
            return
        problems = x_page.problems(payload)
        empty = not problems
        for at, tweet in x_page.flattened(payload):
            empty = False
            try:
                yield _mention(tweet, at=at)
            except Rejected as error:
                yield Dead(Reason(error.reason), error.detail, orjson.dumps(tweet))
        yield from problems
        if empty:
            yield Ignored("empty_page")


def _mention(raw: Any, *, at: str = "", cells: Cells = NO_CELLS) -> Mention:
    if type(raw) is not dict:
        raise Rejected(Reason.WRONG_TYPE, f"{at}: {kind_of(raw)} where an object is expected")
    tweet, repaired = validated_with_true_id(_Tweet, raw, "id", _ADDRESSES, at=at)
    relation, reference, quoted = _relation(tweet)
    text, cut = _text(tweet, relation, reference)
    reposted = relation is Relation.REPOST
    native_id = x_tweet.first_version(tweet.id, tweet.unnamed.get(_HISTORY))
    published_at, edited_at, derived = x_tweet.moments(tweet.id, native_id, tweet.created_at, at=at)
    author, author_rest = _author(tweet)
    metrics = tweet.public_metrics or _NO_METRICS
    twarc = tweet.twarc or _NO_TWARC
    extra = merged(
        tweet.unnamed,
        {"quoted_id": quoted} if quoted else {},
        derived,
        repaired,
        cells.marks,
        author=author_rest | cells.persons,
        __twarc=twarc.unnamed,
        public_metrics=metrics.model_dump(exclude_unset=True) if reposted else metrics.unnamed,
    )
    return mention(
        platform="x",
        native_id=native_id,
        aliases=x_tweet.other_versions(tweet.id, native_id, tweet.unnamed.get(_HISTORY)),
        text=unescape(text),
        truncated=cut,
        author=author,
        published_at=published_at,
        edited_at=edited_at,
        observed_at=twarc.retrieved_at,
        language=tweet.lang,
        relation=relation,
        parent_id=reference.native_id if reference else None,
        root_id=_root(tweet, native_id, relation, reference),
        parent_author=_parent_author(tweet, relation, reference),
        parent_text=_parent_text(relation, reference),
        url=x_tweet.address(author.get("handle"), native_id),
        engagement={} if reposted else _engagement(metrics),
        extra=extra,
    )


def _relation(tweet: _Tweet) -> tuple[Relation, _Reference | None, str | None]:
    """Relation, the post it is to, and the quoted id where that is not it."""
    by_type = {reference.type: reference for reference in tweet.referenced_tweets or ()}
    quoted = by_type.get("quoted")
    if "retweeted" in by_type:
        return Relation.REPOST, by_type["retweeted"], None
    if "replied_to" in by_type:
        return Relation.REPLY, by_type["replied_to"], quoted.native_id if quoted else None
    if quoted:
        return Relation.QUOTE, quoted, None
    # A reply whose parent is gone has no reference left, only the account it spoke to.
    return (Relation.REPLY if tweet.in_reply_to_user_id else Relation.ORIGINAL), None, None


def _text(tweet: _Tweet, relation: Relation, reference: _Reference | None) -> tuple[str, bool]:
    """The longest text there is, and whether it is known to be cut."""
    own = tweet.note_tweet.text if tweet.note_tweet else tweet.text
    if relation is not Relation.REPOST or reference is None:
        return own, False
    whole = reference.whole_text
    return (own, own.endswith("\u2026")) if whole is None else (whole, False)


def _author(tweet: _Tweet) -> tuple[dict[str, Any], dict[str, Any]]:
    """The author, and what the source says of them beyond."""
    user = tweet.author
    if user is None:
        return {"id": tweet.author_id}, {}
    metrics = user.public_metrics
    author = {
        "id": user.id,
        "handle": user.username,
        "name": user.name,
        "followers": metrics.followers_count if metrics else None,
        "verified": bool(user.verified),
    }
    return author, merged(user.unnamed, public_metrics=metrics.unnamed if metrics else None)


def _root(tweet: _Tweet, native_id: str, relation: Relation, reference: _Reference | None) -> str | None:
    if relation is Relation.REPOST and reference is not None:
        return reference.native_id
    return tweet.conversation_id if tweet.conversation_id not in (tweet.id, native_id) else None


def _parent_author(tweet: _Tweet, relation: Relation, reference: _Reference | None) -> str | None:
    """Handle where the page says it, else the account's id."""
    if relation is Relation.REPLY:
        spoken_to = tweet.in_reply_to_user
        return (spoken_to.username if spoken_to else None) or tweet.in_reply_to_user_id
    if reference is None:
        return None
    return (reference.author.username if reference.author else None) or reference.author_id


def _parent_text(relation: Relation, reference: _Reference | None) -> str | None:
    """Of the post replied to or quoted; a repost has its own already."""
    if relation is Relation.REPOST or reference is None or reference.whole_text is None:
        return None
    return unescape(reference.whole_text)


def _engagement(metrics: _Metrics) -> dict[str, int | None]:
    return {
        "likes": metrics.like_count,
        "replies": metrics.reply_count,
        "reposts": metrics.retweet_count,
        "quotes": metrics.quote_count,
        "views": metrics.impression_count,
    }
