"""Rows for the tables, one dict a row with every column, and how they become blocks."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sinks.store import Block

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def mention(n: int) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_OID, str(n))


def post(n: int, revision: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "mention_id": mention(n), "revision": revision, "platform": "x", "native_id": str(n), "text": f"text {n}",
        "truncated": False, "title": "", "author_id": "a1", "author_handle": "", "author_followers": None,
        "author_verified": False, "published_at": NOON, "claimed_at": None, "edited_at": None,
        "declared_language": "de", "relation": "original", "parent_id": "", "root_id": "", "parent_author": "",
        "url": "", "rating": None, "extra": "{}",
    } | changes  # fmt: skip


def verdict(n: int, revision: int = 1, generation: str = "g1", **changes: Any) -> dict[str, Any]:
    return {
        "generation": generation, "mention_id": mention(n), "revision": revision, "platform": "x",
        "brands": ["bahn"], "language": "de", "published_at": NOON, "author_id": "a1", "author_followers": None,
        "author_is_brand": False, "relation": "original", "intents": ["complaint"],
        "intent_names": ["complaint", "praise"], "intent_probabilities": [0.75, 0.25],
        "needs_intervention": True, "needs_intervention_probability": 0.5, "severity": 2, "relevance_probability": 0.75,
        "sentiment": "negative", "sentiment_probabilities": [0.5, 0.25, 0.25], "noise": [], "sensitive": [],
        "fingerprint": n, "virality_probability": 0.25, "expected_reach": 10.0, "risk": 0.5,
        "queued": True, "suppressed_by": "", "reasons": ["intent:complaint"],
    } | changes  # fmt: skip


def deletion(
    n: int, version: int = 1, deleted_at: datetime | None = None, *, text_kept: bool = False
) -> dict[str, Any]:
    return {
        "mention_id": mention(n), "version": version, "platform": "x", "native_id": str(n),
        "deleted_at": deleted_at, "reason": "author", "text_kept": text_kept,
    }  # fmt: skip


def alias(n: int, of: int) -> dict[str, Any]:
    """The id of `n` is another one of `of`."""
    named = {"alias_id": mention(n), "mention_id": mention(of), "platform": "x", "alias": str(n)}
    return named | {"published_at": NOON}


def dead_letter(position: int, raw: bytes = b"{", **changes: Any) -> dict[str, Any]:
    return {
        "source": "topic", "partition": 0, "position": position, "item": 0, "reason": "not_json",
        "detail": "line 1", "raw": raw, "key": b"", "headers": "{}", "recorded_at": None,
    } | changes  # fmt: skip


def entry(position: int, outcome: str = "good", mentions: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "source": "topic", "partition": 0, "position": position, "outcome": outcome, "mentions": mentions,
        "dead": int(outcome == "dead"),
    } | changes  # fmt: skip


def generation(name: str, activation: int) -> dict[str, Any]:
    return {"name": name, "fingerprint": "f", "description": "", "activation": activation}


def mark(first: int, generation: str = "g1") -> dict[str, Any]:
    return {"generation": generation, "source": "dump", "first": first, "records": 1, "mentions": [first]}


def block(table: str, rows: Sequence[Mapping[str, Any]]) -> Block:
    return Block(table, {column: [row[column] for row in rows] for column in (rows[0] if rows else {})})
