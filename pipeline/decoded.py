"""Decode a batch: records in, mentions, deletions, dead letters and ledger entries out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from schemas.decode import decode, outcome
from schemas.formats.protocol import Format
from schemas.formats.registry import FORMATS
from schemas.mention import Mention
from schemas.record import Batch, Dead, Deletion, Ignored, Outcome, Record, Span

OUTSIDE = Ignored("outside_the_span")
"""What becomes of a mention that was not asked for."""

Place = tuple[str, int, int]
"""Source, partition and position of a record: the ledger's key."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one record: a row of the ledger."""

    record: Record
    outcome: Outcome
    mentions: int
    dead: Sequence[Dead]
    why: str = ""
    """Of an ignored record: the reason."""
    outside: bool = False
    """Whether a mention of the record was not asked for."""

    @property
    def place(self) -> Place:
        """Where the row stands."""
        return self.record.source, self.record.partition, self.record.position


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded batch; `entries` has one entry a record, in the batch's order."""

    entries: Sequence[Entry]
    mentions: Sequence[Mention]
    deletions: Sequence[Deletion]
    spans: Sequence[Span] = ()

    def positions(self) -> dict[tuple[str, int], int]:
        """The last position of every (source, partition)."""
        return {(e.record.source, e.record.partition): e.record.position for e in self.entries}


def joined(batches: Sequence[Decoded]) -> Decoded:
    """Several as one, in their order."""
    if len(batches) == 1:
        return batches[0]
    return Decoded(
        entries=[entry for each in batches for entry in each.entries],
        mentions=[mention for each in batches for mention in each.mentions],
        deletions=[deletion for each in batches for deletion in each.deletions],
        spans=[span for each in batches for span in each.spans],
    )


def decode_batch(
    batch: Batch,
    named: Mapping[str, str | None],
    max_bytes: int,
    *,
    formats: Mapping[str, Format] = FORMATS,
    keep: Callable[[Mention], bool] | None = None,
    keep_deleted: bool = False,
) -> Decoded:
    """`named` gives the configured format by source; a source that is not in it is told by header or shape. `formats`
    are all formats by name, with those of mapping files (pipeline/mappings.py). A mention that `keep` refuses is
    ignored. With `keep_deleted`, what a deletion brings of its mention is a mention, too."""
    entries: list[Entry] = []
    mentions: list[Mention] = []
    deletions: list[Deletion] = []
    for record in batch.records:
        items = decode(record, format_name=named.get(record.source), max_bytes=max_bytes, formats=formats)
        if keep_deleted:
            items = [*(item.mention for item in items if isinstance(item, Deletion) and item.mention), *items]
        if keep is not None:
            items = [OUTSIDE if isinstance(item, Mention) and not keep(item) else item for item in items]
        before = len(mentions)
        mentions += [item for item in items if isinstance(item, Mention)]
        deletions += [replace(item, mention=None) for item in items if isinstance(item, Deletion)]
        dead = [item for item in items if isinstance(item, Dead)]
        made = outcome(items)
        why = next((i.reason for i in items if isinstance(i, Ignored)), "") if made is Outcome.IGNORED else ""
        outside = keep is not None and any(item is OUTSIDE for item in items)
        entries.append(Entry(record, made, len(mentions) - before, dead, why, outside))
    return Decoded(entries, mentions, deletions, batch.spans)
