"""What the ledger knows of records from which a replay's time window left something out.

A row of the ledger is what is known of a record, under whatever generation it was read: a replay of last October into
another generation must not turn what was read before into `ignored`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from pipeline.decoded import Entry, Place
from sinks.store import Store

_KNOWN = """
    SELECT position, mentions, dead FROM ledger FINAL
    WHERE source = {source:String} AND partition = {partition:UInt32}
        AND position >= {first:UInt64} AND position <= {last:UInt64}"""


def settled(store: Store, entries: Sequence[Entry]) -> frozenset[Place]:
    """Places whose row stays as it is: the entry lacks what was left out, and the row has as many mentions and dead
    items as it, or more."""
    found: set[Place] = set()
    for (source, partition), group in groupby((e for e in entries if e.outside), key=lambda e: e.place[:2]):
        by_position = {e.record.position: e for e in group}
        asked = {"source": source, "partition": partition, "first": min(by_position), "last": max(by_position)}
        for position, mentions, dead in store.query(_KNOWN, asked).rows:
            entry = by_position.get(position)
            if entry is not None and mentions >= entry.mentions and dead >= len(entry.dead):
                found.add(entry.place)
    return frozenset(found)
