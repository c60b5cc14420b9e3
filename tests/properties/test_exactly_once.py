"""Claim 1 on the real graph, the real runner and the real embedded engine: whatever is sent, in whatever order, cut
into whatever batches, with crashes between any two steps, the views equal an oracle that knows nothing of our code."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from configs.settings import BreakerSettings, JobSettings, KafkaSource, Topic
from pipeline import resources
from pipeline.engines import local
from schemas.record import Record
from tests.fakes import Crash, CrashingStore, Log, LogSource, Steps

BASE = datetime(2024, 3, 1, tzinfo=UTC)
POISON = [b"", b"{", b"\xff\xfe", b'{"platform":"x"}', b'["a"]', b"null", b'{"platform":"x","native_id":"1","text":5}']


def mention(native_id, revision, text):
    at = BASE + timedelta(seconds=revision)
    value = {"platform": "x", "native_id": native_id, "text": text, "published_at": BASE.isoformat()}
    return json.dumps(value | ({"edited_at": at.isoformat()} if revision else {})).encode()


mentions = st.builds(
    lambda n, revision: ("mention", f"id{n}", revision, f"Die Bahn {n} ist kaputt, Fassung {revision}"),
    st.integers(0, 8),
    st.integers(0, 4),
)
specs = st.one_of(
    mentions,
    mentions,
    st.builds(lambda p: ("poison", p), st.sampled_from(POISON)),
    st.builds(lambda n: ("deletion", f"id{n}"), st.integers(7, 10)),
    st.just(("tombstone",)),
)


def to_record(spec, source, partition, position, platform):
    match spec:
        case ("mention", native_id, revision, text):
            value = mention(native_id, revision, text).replace(b'"x"', f'"{platform}"'.encode())
            return Record(source, partition, position, value)
        case ("poison", raw):
            return Record(source, partition, position, raw)
        case ("deletion", native_id):
            return Record(source, partition, position, None, key=f"{platform}:{native_id}".encode())
        case _:
            return Record(source, partition, position, None, key=b"compacted away")


def oracle(partitions):
    """What must stand in the views, from the specs alone."""
    latest, deleted, dead, seen = {}, set(), set(), set()
    for partition, specs in partitions.items():
        for position, spec in enumerate(specs):
            kind = {"poison": "dead", "tombstone": "ignored"}.get(spec[0], "good")
            seen.add((partition, position, kind))
            if spec[0] == "mention":
                latest[spec[1]] = max(latest.get(spec[1], (-1, "")), (spec[2], spec[3]))
            if spec[0] == "deletion":
                deleted.add(spec[1])
            if spec[0] == "poison":
                dead.add((partition, position, spec[1].hex()))
    shown = {i: "" if i in deleted else text for i, (_, text) in latest.items()}
    return shown, dead, seen


def in_views(store, source, platform):
    shown = store.query("SELECT native_id, text FROM mentions WHERE platform = {p:String}", {"p": platform}).rows
    dead = store.query(
        "SELECT partition, position, lower(hex(raw)) FROM dead_letters FINAL WHERE source = {s:String}", {"s": source}
    ).rows
    seen = store.query(
        "SELECT partition, position, outcome FROM ledger FINAL WHERE source = {s:String}", {"s": source}
    ).rows
    return shown, dead, seen


def accounts(store, source):
    """Of each partition: seen, good, dead, ignored, missing; and how many dead letters the summary counts."""
    rows = store.query(
        "SELECT partition, seen, good, dead, ignored, missing FROM ingest_accounting WHERE source = {s:String}",
        {"s": source},
    ).rows
    dead = store.query("SELECT sum(count) FROM dead_letter_summary WHERE source = {s:String}", {"s": source}).rows
    return sorted(rows), dead[0][0]


def counted(seen):
    """What `accounts` must be."""
    rows = []
    for partition in sorted({each[0] for each in seen}):
        kinds = [kind for number, _, kind in seen if number == partition]
        rows.append((partition, len(kinds), *map(kinds.count, ("good", "dead", "ignored")), 0))
    return rows, sum(kind == "dead" for _, _, kind in seen)


def dealt(store, platform):
    """Native ids in the queue or suppressed, deleted ones apart; and posts whose shown version nobody judged."""
    seen = [
        native_id
        for view in ("queue WHERE true", "suppressed WHERE NOT is_deleted")
        for (native_id,) in store.query(
            f"SELECT native_id FROM posts FINAL WHERE platform = {{p:String}} AND mention_id IN "
            f"(SELECT mention_id FROM {view} AND platform = {{p:String}})",
            {"p": platform},
        ).rows
    ]
    unjudged = store.query(
        "SELECT native_id FROM posts FINAL WHERE platform = {p:String} AND (mention_id, revision) NOT IN "
        "(SELECT mention_id, revision FROM verdicts FINAL)",
        {"p": platform},
    ).rows
    return sorted(seen), unjudged


numbers = iter(range(10**9))


@settings(
    max_examples=60,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    partitions=st.dictionaries(st.integers(0, 2), st.lists(specs, max_size=25), min_size=1),
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=6),
    crashes=st.sets(st.integers(1, 120), max_size=6),
)
def test_views_equal_the_oracle_whatever_crashes(store, judge, partitions, sizes, crashes):
    number = next(numbers)
    source, platform = f"topic{number}", f"p{number}"
    job = JobSettings(
        source=KafkaSource(topics=(Topic(name=source, format="canonical"),)),
        breaker=BreakerSettings(window=10_000, run=10_000),
    )
    log = Log(
        {
            (source, p): [to_record(s, source, p, n, platform) for n, s in enumerate(specs)]
            for p, specs in partitions.items()
        }
    )
    steps = Steps(crashes)
    turn = iter(range(10**9))
    while True:
        resources.adopt("store", job, CrashingStore(store, steps))
        resources.adopt("judge", job, judge)
        reader = LogSource(log, steps, lambda: sizes[next(turn) % len(sizes)])
        try:
            local.run(job, reader, stop=threading.Event())
            break
        except Crash:
            assert_nothing_committed_early(store, log)
        finally:
            resources.release()
    event(f"crashes: {steps.crashes}")
    shown, dead, seen = oracle(partitions)
    in_mentions, in_dead, in_ledger = in_views(store, source, platform)
    assert sorted(in_mentions) == sorted(shown.items())
    assert sorted(in_dead) == sorted(dead)
    assert sorted(in_ledger) == sorted(seen)
    assert accounts(store, source) == counted(seen)
    assert dealt(store, platform) == (sorted(i for i, text in shown.items() if text), [])
    assert log.committed == {tp: len(records) for tp, records in log.partitions.items() if records}


def assert_nothing_committed_early(store, log):
    for (source, partition), offset in log.committed.items():
        rows = store.query(
            "SELECT count() FROM ledger FINAL "
            "WHERE source = {s:String} AND partition = {p:UInt32} AND position < {o:UInt64}",
            {"s": source, "p": partition, "o": offset},
        ).rows
        assert rows[0][0] == offset
