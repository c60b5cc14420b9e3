"""A line of a sample file together with what it must become, and the tally of a file's lines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from samples.dice import Dice


@dataclass(frozen=True, slots=True)
class Fault:
    """A planted fault: the reason the decoder must give, and what was done to the record."""

    reason: str
    what: str


@dataclass(frozen=True, slots=True)
class Line:
    """One record. Mentions and deletions are named platform:native_id; `at` orders the lines of a file."""

    at: datetime
    data: bytes
    mentions: tuple[str, ...] = ()
    deletions: tuple[str, ...] = ()
    ignored: int = 0
    faults: tuple[Fault, ...] = ()
    kind: str = "post"


def dumped(payload: Any, *, ascii_only: bool = False) -> bytes:
    """Compact JSON on one line. `ascii_only` also lets lone surrogates through, as escapes."""
    return json.dumps(payload, ensure_ascii=ascii_only, separators=(",", ":")).encode()


def repeated(dice: Dice, place: str, lines: Sequence[Line], count: int) -> list[Line]:
    """`count` of the lines once more, byte for byte, up to half an hour later: what a retrying producer sends."""
    chosen = dice.shuffled(lines, place, "repeated")[:count]
    late = [line.at + timedelta(seconds=1 + dice.below(1800, place, "late", n)) for n, line in enumerate(chosen)]
    return [replace(line, at=at, kind="duplicate") for line, at in zip(chosen, late, strict=True)]


def in_order(lines: Iterable[Line]) -> list[Line]:
    """By time; lines of the same instant by content."""
    return sorted(lines, key=lambda line: (line.at, line.data))


def tally(lines: Sequence[Line], format_name: str | None) -> dict[str, Any]:
    """What a test may expect of a file; positions count from 1, as a reader of the file does."""
    kinds = Counter(line.kind for line in lines)
    return {
        "format": format_name,
        "records": len(lines),
        "mentions": sum(len(line.mentions) for line in lines),
        "distinct_mentions": len({name for line in lines for name in line.mentions}),
        "deletions": sum(len(line.deletions) for line in lines),
        "ignored": sum(line.ignored for line in lines),
        "duplicates": kinds["duplicate"],
        "revisions": kinds["revision"],
        "reposts": kinds["repost"],
        "dead": [
            {"position": n, "reason": fault.reason, "what": fault.what}
            for n, line in enumerate(lines, 1)
            for fault in line.faults
        ],
    }


def totals(files: Mapping[str, Sequence[Line]]) -> dict[str, Any]:
    """The same over all files, with every mention counted once however many files hold it."""
    lines = [line for each in files.values() for line in each]
    mentions = {name for line in lines for name in line.mentions}
    deleted = {name for line in lines for name in line.deletions}
    return {
        "records": len(lines),
        "mentions": sum(len(line.mentions) for line in lines),
        "distinct_mentions": len(mentions),
        "distinct_mentions_by_platform": dict(sorted(Counter(name.split(":", 1)[0] for name in mentions).items())),
        "distinct_deleted": len(deleted),
        "distinct_mentions_not_deleted": len(mentions - deleted),
        "ignored": sum(line.ignored for line in lines),
        "dead": sum(len(line.faults) for line in lines),
        "dead_by_reason": dict(sorted(Counter(f.reason for line in lines for f in line.faults).items())),
    }
