"""The workload: the same for a seed however it is cut, and an oracle that a second, plain reading agrees with."""

from __future__ import annotations

import json
import time
import tracemalloc
from collections import Counter

import pytest

from schemas.decode import decode, outcome
from schemas.record import Dead, Record
from tests.chaos.oracle import DEAD, DELETION, IGNORED, MOST_BYTES, REASONS, index_of, name_of, text_of
from tests.chaos.workload import Message, Workload

RECORDS = 20_000


def made(seed: int = 1, partitions: int = 3, sizes: tuple[int, ...] = (RECORDS,)) -> tuple[list[Message], Workload]:
    workload = Workload(seed=seed, partitions=partitions)
    return [message for size in sizes for message in workload.take(size)], workload


def test_a_seed_makes_the_same_records_however_they_are_taken():
    whole, one = made()
    pieces, other = made(sizes=(1, 999, 9000, 10_000))
    assert whole == pieces and one.oracle == other.oracle
    assert made(seed=2)[0] != whole


def test_everything_that_happens_in_life_is_in_it():
    messages, workload = made()
    codes = Counter(code for outcomes in workload.oracle.outcomes for code in outcomes)
    assert all(codes[DEAD + kind] > 30 for kind in range(len(REASONS)))
    assert 0.04 < sum(codes[DEAD + kind] for kind in range(len(REASONS))) / RECORDS < 0.06
    assert codes[DELETION] > 400 and codes[IGNORED] > 400
    values = Counter(message.value for message in messages if message.value)
    assert sum(count - 1 for count in values.values()) > 0.12 * RECORDS, "exact duplicates"
    sizes = [len(outcomes) for outcomes in workload.oracle.outcomes]
    assert sum(sizes) == RECORDS and min(sizes) > 0.28 * RECORDS, "spread over the partitions"
    homes: dict[bytes, set[int]] = {}
    for message in messages:
        homes.setdefault(message.key, set()).add(message.partition)
    assert sum(len(found) > 1 for found in homes.values()) > 300, "some revisions overtake each other"
    gone = [index for index in workload.oracle.deletions() if workload.oracle.mention(index) is None]
    assert gone, "a deletion of a mention that never came"


def test_the_oracle_equals_a_plain_fold_of_the_records():
    messages, workload = made(seed=5)
    latest: dict[tuple[str, str], tuple[str, str]] = {}
    deleted = set()
    for message in messages:
        if message.value is None:
            if not message.key.startswith(b"compacted"):
                deleted.add(tuple(message.key.decode().split(":")))
        elif message.key != b"poison":
            value = json.loads(message.value)
            name = (value["platform"], value["native_id"])
            latest[name] = max(latest.get(name, ("", "")), (value.get("edited_at", ""), value["text"]))
    oracle = workload.oracle
    assert {name_of(index) for index in oracle.mentions()} == latest.keys()
    assert {name_of(index) for index in oracle.deletions()} == deleted
    for name, (_, text) in latest.items():
        index = index_of(*name)
        assert index is not None and oracle.mention(index) is not None
        revision, gone = oracle.mention(index)
        assert text_of(index, revision) == text and gone == (name in deleted)


def test_the_decoder_agrees_about_every_record():
    """Outcome, reason and text, where the oracle knows them from the record's kind alone."""
    workload = Workload(seed=3, partitions=2)
    for message in workload.take(RECORDS):
        offset = len(workload.oracle.outcomes[message.partition]) - 1
        code = workload.oracle.outcomes[message.partition][offset]
        record = Record("t", message.partition, offset, message.value, message.key, dict(message.headers))
        items = decode(record, format_name=None, max_bytes=MOST_BYTES)
        assert outcome(items) == ("dead" if code >= DEAD else "ignored" if code == IGNORED else "good")
        if code >= DEAD:
            assert isinstance(items[0], Dead) and items[0].reason == REASONS[code - DEAD]


@pytest.mark.parametrize("name", [("x", "007"), ("x", "²"), ("x", ""), ("bluesky", "7"), ("x", "-1"), ("x", "7 ")])
def test_a_name_that_no_workload_has_is_no_index(name):
    assert index_of(*name) is None


def test_places_tell_where_the_records_of_a_mention_stand():
    messages, workload = made(seed=4, sizes=(3000,))
    counts = [0] * 3
    expected: dict[int, list[str]] = {}
    for message in messages:
        where = f"partition {message.partition} offset {counts[message.partition]}"
        counts[message.partition] += 1
        name = message.key.decode().split(":")
        if len(name) == 2:
            revision = (json.loads(message.value).get("edited_at", "")[17:19] if message.value else "").lstrip("0")
            what = "deletion" if message.value is None else f"revision {revision}" if revision else "mention"
            expected.setdefault(index_of(*name), []).append(f"{what} at {where}")
    busiest = sorted(expected, key=lambda index: -len(expected[index]))[:20]
    assert workload.places(set(busiest)) == {index: expected[index] for index in busiest}


def test_two_million_records_stream_in_little_memory():
    """Measured on 100,000: 170,000 records/s, 2.7 bytes a record kept; the bounds leave room for a busy machine."""
    workload = Workload(seed=1, partitions=8)
    began = time.process_time()
    for _ in workload.take(100_000):
        pass
    assert time.process_time() - began < 3
    tracemalloc.start()
    try:
        for _ in workload.take(30_000):
            pass
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000 and kept < 1_000_000
