"""Rows: a decoded and judged batch as blocks for the store. Pure; content and keys depend on the records alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import islice
from typing import Any

from pipeline.decoded import Decoded, Entry, Place
from schemas.jsontext import dumps
from schemas.mention import Mention, Relation, mention_id
from schemas.record import Deletion
from sinks.store import Block

_HASH_MASK = 2**22 - 1  # what stands below the milliseconds, see Mention.revision
_LAST_MILLIS = 2**42 - 1

_JUDGED = (
    "brands", "language", "author_is_brand", "intents", "intent_names", "intent_probabilities", "needs_intervention",
    "needs_intervention_probability", "severity", "relevance_probability", "sentiment", "sentiment_probabilities",
    "noise", "sensitive", "fingerprint", "virality_probability", "expected_reach", "risk", "queued", "suppressed_by",
    "reasons",
)  # fmt: skip


class RowMaker:
    """Makes blocks; holds what is the same for every batch."""

    def __init__(
        self,
        *,
        generation: str,
        pseudonym_key: str,
        keep_handles: bool,
        keep_deleted: bool = False,
        marks_batches: bool = False,
    ) -> None:
        """`marks_batches`: a row for each whole batch, by which a replay can be resumed."""
        self._generation = generation
        self._key = pseudonym_key.encode()[:64]
        self._keep_handles = keep_handles
        self._keep_deleted = keep_deleted
        self._marks_batches = marks_batches

    def blocks(
        self, decoded: Decoded, judged: Mapping[str, Sequence[Any]], settled: Collection[Place] = ()
    ) -> list[Block]:
        """Facts first, then dead letters, the ledger last: an offset in the ledger has all its rows. Behind it, of a
        replay, the marks of whole batches. `settled` places keep the row that the ledger has."""
        blocks = [
            *self.facts(decoded.mentions, judged),
            _deletions(decoded.deletions, self._keep_deleted),
            _dead_letters(decoded.entries),
            _ledger([e for e in decoded.entries if e.place not in settled] if settled else decoded.entries),
        ]
        return [*blocks, self._replays(decoded)] if self._marks_batches else blocks

    def _replays(self, decoded: Decoded) -> Block:
        """A row a span of the batch; spans and entries come in the same order."""
        ids = iter(m.mention_id.int >> 64 for m in decoded.mentions)
        entries = iter(decoded.entries)
        made = [[next(ids) for e in islice(entries, s.end - s.first) for _ in range(e.mentions)] for s in decoded.spans]
        return Block(
            "replays",
            {
                "generation": [self._generation] * len(made),
                "source": [s.source for s in decoded.spans],
                "first": [s.first for s in decoded.spans],
                "records": [s.end - s.first for s in decoded.spans],
                "mentions": made,
            },
        )

    def facts(self, mentions: Sequence[Mention], judged: Mapping[str, Sequence[Any]]) -> list[Block]:
        """Posts, verdicts, engagements, shares and aliases of judged mentions."""
        revisions = [m.revision for m in mentions]
        ids = [m.mention_id for m in mentions]
        authors = [self._pseudonym(m) for m in mentions]
        return [
            self._posts(mentions, ids, revisions, authors),
            self._verdicts(mentions, ids, revisions, authors, judged),
            _engagements(mentions, ids, revisions),
            _shares(mentions, ids, revisions, authors),
            _aliases(mentions, ids),
        ]

    def _pseudonym(self, mention: Mention) -> str:
        who = mention.author.id or mention.author.handle
        if not who:
            return ""
        return blake2b(f"{mention.platform}\0{who}".encode(), key=self._key, digest_size=16).hexdigest()

    def _extra(self, mention: Mention) -> str:
        """Unknown fields as JSON; those of the author (formats keep them under one key) go with the handles."""
        extra = mention.extra
        if not self._keep_handles and "author" in extra:
            extra = {name: value for name, value in extra.items() if name != "author"}
        return dumps(extra).decode() if extra else "{}"

    def _posts(self, mentions: Sequence[Mention], ids: list[Any], revisions: list[int], authors: list[str]) -> Block:
        columns = {
            "mention_id": ids,
            "revision": revisions,
            "platform": [m.platform for m in mentions],
            "native_id": [m.native_id for m in mentions],
            "text": [m.text for m in mentions],
            "truncated": [m.truncated for m in mentions],
            "title": [m.title or "" for m in mentions],
            "author_id": authors,
            "author_handle": [(m.author.handle or "") if self._keep_handles else "" for m in mentions],
            "author_followers": [m.author.followers for m in mentions],
            "author_verified": [m.author.verified for m in mentions],
            "published_at": [m.published_at for m in mentions],
            "claimed_at": [m.claimed_at for m in mentions],
            "edited_at": [m.edited_at for m in mentions],
            "declared_language": [m.language or "" for m in mentions],
            "relation": [m.relation.value for m in mentions],
            "parent_id": [m.parent_id or "" for m in mentions],
            "root_id": [m.root_id or "" for m in mentions],
            "parent_author": [(m.parent_author or "") if self._keep_handles else "" for m in mentions],
            "url": [m.url or "" for m in mentions],
            "rating": [m.rating for m in mentions],
            "extra": [self._extra(m) for m in mentions],
        }
        return Block("posts", columns)

    def _verdicts(
        self,
        mentions: Sequence[Mention],
        ids: list[Any],
        revisions: list[int],
        authors: list[str],
        judged: Mapping[str, Sequence[Any]],
    ) -> Block:
        columns: dict[str, Sequence[Any]] = {
            "generation": [self._generation] * len(mentions),
            "mention_id": ids,
            "revision": revisions,
            "platform": [m.platform for m in mentions],
            "published_at": [m.published_at for m in mentions],
            "author_id": authors,
            "author_followers": [m.author.followers for m in mentions],
            "relation": [m.relation.value for m in mentions],
        }
        return Block("verdicts", columns | {name: judged[name] for name in _JUDGED})


def _engagements(mentions: Sequence[Mention], ids: Sequence[Any], revisions: Sequence[int]) -> Block:
    counted = [
        (i, m, r)
        for i, m, r in zip(ids, mentions, revisions, strict=True)
        if any(value is not None for value in _counters(m))
    ]
    rows = [_counters(m) for _, m, _ in counted]
    columns: dict[str, Sequence[Any]] = {
        "mention_id": [i for i, _, _ in counted],
        "observed_at": [m.observed_at or m.edited_at or m.published_at for _, m, _ in counted],
        "version": [
            min(sum(v or 0 for v in row), _LAST_MILLIS) << 22 | r & _HASH_MASK
            for row, (_, _, r) in zip(rows, counted, strict=True)
        ],
    }
    for place, name in enumerate(("likes", "replies", "reposts", "quotes", "views")):
        columns[name] = [row[place] for row in rows]
    return Block("engagements", columns)


def _counters(mention: Mention) -> tuple[int | None, ...]:
    e = mention.engagement
    return e.likes, e.replies, e.reposts, e.quotes, e.views


def _shares(mentions: Sequence[Mention], ids: Sequence[Any], revisions: Sequence[int], authors: Sequence[str]) -> Block:
    shared = [
        (m, i, r, a)
        for m, i, r, a in zip(mentions, ids, revisions, authors, strict=True)
        if m.relation is Relation.REPOST and (m.root_id or m.parent_id)
    ]
    return Block(
        "shares",
        {
            "root_id": [mention_id(m.platform, m.root_id or m.parent_id or "") for m, _, _, _ in shared],
            "share_id": [i for _, i, _, _ in shared],
            "version": [r for _, _, r, _ in shared],
            "shared_at": [m.published_at for m, _, _, _ in shared],
            "author_id": [a for _, _, _, a in shared],
            "author_followers": [m.author.followers for m, _, _, _ in shared],
        },
    )


def _aliases(mentions: Sequence[Mention], ids: Sequence[Any]) -> Block:
    named = [(m, alias, i) for m, i in zip(mentions, ids, strict=True) for alias in (*m.aliases, *_account_of(m))]
    return Block(
        "aliases",
        {
            "alias_id": [mention_id(m.platform, alias) for m, alias, _ in named],
            "mention_id": [i for _, _, i in named],
            "platform": [m.platform for m, _, _ in named],
            "alias": [alias for _, alias, _ in named],
            "published_at": [m.published_at for m, _, _ in named],
        },
    )


def _account_of(mention: Mention) -> tuple[str, ...]:
    """A Bluesky account that is deleted takes its posts along; whatever source told of them, their ids name it."""
    is_bluesky = mention.platform == "bluesky" and mention.native_id.startswith("at://did:")
    return (mention.native_id.split("/")[2],) if is_bluesky else ()


def _deletions(deletions: Sequence[Deletion], text_kept: bool) -> Block:
    return Block(
        "deletions",
        {
            "mention_id": [mention_id(d.platform, d.native_id) for d in deletions],
            "version": [_deletion_version(d) for d in deletions],
            "platform": [d.platform for d in deletions],
            "native_id": [d.native_id for d in deletions],
            "deleted_at": [d.deleted_at for d in deletions],
            "reason": [d.reason for d in deletions],
            "text_kept": [text_kept] * len(deletions),
        },
    )


def _deletion_version(deletion: Deletion) -> int:
    """The latest time wins, then the larger hash of the reason, so that the order of arrival does not matter."""
    millis = round(deletion.deleted_at.timestamp() * 1000) if deletion.deleted_at else 0
    digest = blake2b(f"{deletion.reason}\0{deletion.deleted_at}".encode(), digest_size=4).digest()
    return min(max(millis, 0), _LAST_MILLIS) << 22 | int.from_bytes(digest, "big") & _HASH_MASK


def _dead_letters(entries: Sequence[Entry]) -> Block:
    dead = [(e.record, item, d) for e in entries for item, d in enumerate(e.dead)]
    return Block(
        "dead_letters",
        {
            "source": [r.source for r, _, _ in dead],
            "partition": [r.partition for r, _, _ in dead],
            "position": [r.position for r, _, _ in dead],
            "item": [item for _, item, _ in dead],
            "reason": [d.reason.value for _, _, d in dead],
            "detail": [d.detail for _, _, d in dead],
            "raw": [d.raw for _, _, d in dead],
            "key": [r.key or b"" for r, _, _ in dead],
            "headers": [_headers(r.headers) for r, _, _ in dead],
            "recorded_at": [_broker_time(r.timestamp) for r, _, _ in dead],
        },
    )


def _headers(headers: Mapping[str, bytes]) -> str:
    return dumps({k: (v or b"").decode("utf-8", "replace") for k, v in headers.items()}).decode()


def _broker_time(millis: int | None) -> datetime | None:
    if millis is None or not 0 <= millis <= _LAST_MILLIS:
        return None
    return datetime.fromtimestamp(millis / 1000, UTC)


def _ledger(entries: Sequence[Entry]) -> Block:
    return Block(
        "ledger",
        {
            "source": [e.record.source for e in entries],
            "partition": [e.record.partition for e in entries],
            "position": [e.record.position for e in entries],
            "outcome": [e.outcome.value for e in entries],
            "mentions": [e.mentions for e in entries],
            "dead": [len(e.dead) for e in entries],
        },
    )
