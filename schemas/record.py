"""What comes in (Record) and what one record can become (Mention, Deletion, Ignored, Dead)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.mention import Mention


class Reason(StrEnum):
    """Why an input became a dead letter. Stored, so a name never changes its meaning."""

    EMPTY = "empty"
    OVERSIZED = "oversized"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    NOT_CSV = "not_csv"
    TOO_DEEP = "too_deep"
    UNKNOWN_FORMAT = "unknown_format"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    BAD_TIME = "bad_time"
    ID_DESTROYED = "id_destroyed"
    FORMAT_BUG = "format_bug"


class Outcome(StrEnum):
    """What became of a record as a whole, for the ledger. A record with any dead item is dead."""

    GOOD = "good"
    DEAD = "dead"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a source, undecoded.

    `source` is the topic or the file's name; `partition` is 0 for files; `position` is the offset, or the number of the
    record in its file (1-based, without header and blank lines). `timestamp` is the broker's, in epoch ms; None for
    files, whose records carry the number of their first line in the header `echolot-line` instead."""

    source: str
    partition: int
    position: int
    value: bytes | None
    key: bytes | None = None
    headers: Mapping[str, bytes] = field(default_factory=dict)
    timestamp: int | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """The author or the platform took a mention away. `deleted_at` is None where the source does not say.

    `mention` is the mention, where the record that says so still holds it; `privacy.keep_deleted` has it stored."""

    platform: str
    native_id: str
    deleted_at: datetime | None
    reason: str
    mention: Mention | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """A record that is well formed and holds no mention (a like, a header line, an unknown event kind)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Dead:
    """An input that could not become a mention; `raw` is the whole record, or the one bad item of a page."""

    reason: Reason
    detail: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Span:
    """The positions `first` to `end` (not included) of a (source, partition), whether each holds a record or not."""

    source: str
    partition: int
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Batch:
    """The unit that flows: the records of one poll, in order of (source, partition, position).

    `spans` says what the records cover, where a reader knows: on topics with transactions or compaction some positions
    hold no record."""

    records: Sequence[Record]
    spans: Sequence[Span] = ()
