"""Do the tables hold what the oracle says? Reads raw tables in pieces and folds them by SQL that both engines know."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Protocol

from tests.chaos.oracle import DEAD, DELETION, IGNORED, MENTION, REASONS, Oracle, index_of, name_of, poison, text_of
from tests.chaos.workload import Workload

_NAMES = 40_000  # native ids of one query: 120,000 mentions
_OFFSETS = 100_000  # of one query
_ENTRIES = {MENTION: ("good", 1, 0), DELETION: ("good", 0, 0), IGNORED: ("ignored", 0, 0)}
_DEAD_ENTRY = ("dead", 0, 1)

# A mention's id, platform, native id, latest text and whether it is deleted, as the view must show it.
_FOLD = """SELECT mention_id AS key, any(toString(platform)) AS p, any(native_id) AS n, argMax(text, revision) AS t,
mention_id IN (SELECT mention_id FROM deleted) AS gone FROM posts GROUP BY mention_id"""


class Readable(Protocol):
    """What is needed of a store."""

    def query(self, sql: str) -> Any:
        """Answer one SELECT."""
        ...


def check(store: Readable, workload: Workload, source: str, *, most: int = 20) -> None:
    """Raises AssertionError with the first `most` differences of every table, and where the records stand."""
    oracle = workload.oracle
    found: list[str] = []
    suspects: set[int] = set()
    for told in (
        _mentions(store, oracle, suspects),
        _deletions(store, oracle),
        _verdicts(store),
        _view(store, oracle),
        _strangers(store, oracle, source),
        _ledger(store, oracle, source),
        _dead_letters(store, oracle, source),
    ):
        lines = list(islice(told, most + 1))
        found += [*lines[:most], f"... more than {most} of this kind"] if len(lines) > most else lines
    if found:
        for index, places in sorted(workload.places(set(islice(sorted(suspects), most))).items()):
            found.append(f"{_named(index)} was sent as {', '.join(places) or 'nothing'}")
        raise AssertionError("the store differs from the oracle:\n  " + "\n  ".join(found))


def _named(index: int) -> str:
    return "mention {}:{}".format(*name_of(index))


def _mentions(store: Readable, oracle: Oracle, suspects: set[int]) -> Iterator[str]:
    """Each mention once, with its latest revision's text, and no other."""
    last = len(oracle.latest) // 3 + 1
    for start in range(0, last, _NAMES):
        end = "" if start + _NAMES >= last else f"AND toUInt64OrZero(native_id) < {start + _NAMES}"
        rows = store.query(
            "SELECT toString(platform), native_id, argMax(text, revision), uniqExact(mention_id), "
            "uniqExact(revision), uniqExact(revision, text) FROM posts "
            f"WHERE toUInt64OrZero(native_id) >= {start} {end} GROUP BY platform, native_id"
        ).rows
        seen = set()
        for platform, native_id, text, ids, revisions, contents in rows:
            index = index_of(platform, native_id)
            expected = None if index is None else oracle.mention(index)
            if index is None or expected is None:
                yield f"mention {platform}:{native_id} is there and was never sent; its text is {text!r}"
                continue
            seen.add(index)
            for line in _one(index, expected[0], text, ids, (revisions, contents)):
                suspects.add(index)
                yield line
        for index in range(start * 3, len(oracle.latest) if not end else (start + _NAMES) * 3):
            if index not in seen and oracle.mention(index) is not None:
                suspects.add(index)
                yield f"{_named(index)} is missing"


def _one(index: int, revision: int, text: Any, ids: int, versions: tuple[int, int]) -> Iterator[str]:
    if text != text_of(index, revision):
        shown = next((r for r in range(10) if text == text_of(index, r)), None)
        what = f"shows {text!r}" if shown is None else f"shows revision {shown}"
        yield f"{_named(index)} {what} where revision {revision} must have won"
    if ids != 1:
        yield f"{_named(index)} is there {ids} times, under different mention_ids"
    if versions[0] != versions[1]:
        yield f"{_named(index)} has {versions[1]} contents in {versions[0]} revisions"


def _deletions(store: Readable, oracle: Oracle) -> Iterator[str]:
    found = {
        (platform, native_id): ids
        for platform, native_id, ids in store.query(
            "SELECT toString(platform) AS p, native_id, uniqExact(mention_id) FROM deletions GROUP BY p, native_id"
        ).rows
    }
    expected = {name_of(index) for index in oracle.deletions()}
    yield from (f"the deletion of {p}:{n} is missing" for p, n in sorted(expected - found.keys()))
    yield from (f"the deletion of {p}:{n} was never sent" for p, n in sorted(found.keys() - expected))
    yield from (f"the deletion of {p}:{n} stands {ids} times" for (p, n), ids in sorted(found.items()) if ids != 1)


def _verdicts(store: Readable) -> Iterator[str]:
    """Every post was judged at the revision that won, and nothing else was."""
    newest = "SELECT mention_id AS key, max(revision) AS newest FROM {} GROUP BY mention_id"
    sums = [
        store.query(f"SELECT count(), sum(cityHash64(toString(key), newest)) FROM ({newest.format(table)})").rows[0]
        for table in ("posts", "verdicts")
    ]
    if sums[0] == sums[1]:
        return
    yield f"verdicts are not those of the posts: {sums[0][0]} posts, {sums[1][0]} verdicts"
    for one, other, what in (
        ("posts", "verdicts", "is not judged"),
        ("verdicts", "posts", "judged is no post"),
    ):
        rows = store.query(
            f"SELECT DISTINCT toString(mention_id) FROM {one} "
            f"WHERE mention_id NOT IN (SELECT mention_id FROM {other}) LIMIT 3"
        ).rows
        yield from (f"mention_id {row[0]} {what}" for row in rows)


def _view(store: Readable, oracle: Oracle) -> Iterator[str]:
    """The view `mentions` shows the fold of the raw rows, which `_mentions` compared."""
    shown = store.query(
        "SELECT count(), uniqExact(platform, native_id), sum(is_deleted), "
        "sum(cityHash64(toString(platform), native_id, text)) FROM mentions"
    ).rows[0]
    folded = store.query(
        f"SELECT count(), uniqExact(p, n), sum(gone), sum(cityHash64(p, n, if(gone, '', t))) FROM ({_FOLD})"
    ).rows[0]
    if shown != folded:
        yield f"the view mentions shows (rows, names, deleted, hash) {shown} where the raw rows give {folded}"
    kept = [oracle.mention(index) for index in oracle.mentions()]
    expected = (len(kept), len(kept), sum(one is not None and one[1] for one in kept))
    if shown[:3] != expected:
        yield f"the view mentions shows (rows, names, deleted) {shown[:3]} where {expected} are due"


def _strangers(store: Readable, oracle: Oracle, source: str) -> Iterator[str]:
    """Rows of a source or partition that nothing was sent to."""
    for table in ("ledger", "dead_letters"):
        rows = store.query(
            f"SELECT toString(source) AS s, partition, min(position), max(position) FROM {table} GROUP BY s, partition"
        ).rows
        for where, partition, first, last in rows:
            known = where == source and partition < oracle.partitions
            if not known or last >= len(oracle.outcomes[partition]):
                yield f"{table} has rows of {where} partition {partition}, offsets {first} to {last}, never sent"


def _ranges(oracle: Oracle) -> Iterator[tuple[int, int, bytearray]]:
    """(partition, first offset, outcomes from there) in pieces."""
    for partition, outcomes in enumerate(oracle.outcomes):
        for start in range(0, len(outcomes), _OFFSETS):
            yield partition, start, outcomes[start : start + _OFFSETS]


def _ledger(store: Readable, oracle: Oracle, source: str) -> Iterator[str]:
    """One entry an offset, with the right outcome."""
    for partition, start, outcomes in _ranges(oracle):
        rows = store.query(
            "SELECT position, any(toString(outcome)), any(mentions), any(dead), uniqExact(outcome, mentions, dead) "
            f"FROM ledger WHERE source = '{source}' AND partition = {partition} AND position >= {start} "
            f"AND position < {start + len(outcomes)} GROUP BY position"
        ).rows
        found = {position: (entry, kinds) for position, *entry, kinds in rows}
        for offset, code in enumerate(outcomes, start):
            entry, kinds = found.get(offset, (None, 1))
            expected = _ENTRIES.get(code, _DEAD_ENTRY)
            where = f"ledger partition {partition} offset {offset}"
            if entry is None:
                yield f"{where} is missing; {expected} is due"
            elif kinds != 1:
                yield f"{where} stands with {kinds} outcomes"
            elif tuple(entry) != expected:
                yield f"{where} says {tuple(entry)} where {expected} is due"


def _dead_letters(store: Readable, oracle: Oracle, source: str) -> Iterator[str]:
    """Each poisoned record once, with its bytes and its reason, and no other."""
    for partition, start, outcomes in _ranges(oracle):
        rows = store.query(
            "SELECT position, item, toString(reason), raw FROM dead_letters "
            f"WHERE source = '{source}' AND partition = {partition} AND position >= {start} "
            f"AND position < {start + len(outcomes)}"
        ).rows
        found: dict[int, set[tuple[Any, ...]]] = {}
        for position, *letter in rows:
            found.setdefault(position, set()).add(tuple(letter))
        for offset, code in enumerate(outcomes, start):
            letters = found.pop(offset, set())
            where = f"dead letter partition {partition} offset {offset}"
            if code < DEAD:
                yield from (f"{where} is there, but the record is good: {one}" for one in sorted(letters, key=str))
            elif len(letters) != 1:
                yield f"{where} is missing" if not letters else f"{where} stands {len(letters)} times"
            else:
                yield from _letter(where, letters.pop(), code - DEAD, poison(code - DEAD, partition, offset))


def _letter(where: str, letter: tuple[Any, ...], kind: int, raw: bytes) -> Iterator[str]:
    item, reason, kept = letter
    if (kept.encode() if isinstance(kept, str) else kept) != raw:
        yield f"{where} holds {kept[:60]!r} where {raw[:60]!r} was sent"
    if (item, reason) != (0, REASONS[kind]):
        yield f"{where} is item {item} for {reason} where item 0 for {REASONS[kind]} is due"
