"""Claim 1 with a real broker and SIGKILL: rows, dead letters and ledger equal the oracle's after 25 kills."""

from __future__ import annotations

import os
import random
import time

import pytest

from tests.jobs import Job, canonical, committed
from tests.services.kafka_broker import create_topic, produce, unique

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(900)]

KILLS = int(os.environ.get("ECHOLOT_KILLS", "25"))
PARTITIONS = 3
RECORDS = 40_000  # more than 25 short lives get through


def records(draw: random.Random):
    """Two in three are new mentions, the rest duplicates, revisions, deletions, poison; a spec beside each."""
    for n in range(RECORDS):
        kind = draw.random()
        some = f"id{draw.randrange(max(n, 1))}"
        if kind < 0.66:
            yield ("mention", f"id{n}", 0), canonical(f"id{n}", text_of(f"id{n}", 0))
        elif kind < 0.92:
            revision = draw.randrange(1, 60)
            at = f"2024-03-01T13:00:{revision:02}Z"
            yield ("mention", some, revision), canonical(some, text_of(some, revision), edited_at=at)
        elif kind < 0.95:
            yield ("deletion", some), None
        else:
            raw = draw.choice([b"", b"{", b"\xff\xfe", b'{"platform":"x"}', b"[1,2]", b"null"])
            yield ("poison", raw), raw


def text_of(native_id, revision):
    return f"Fassung {revision} von {native_id}" if revision else f"Die Bahn {native_id[2:]} ist zu spaet @DB_Bahn"


def oracle(sent):
    latest, deleted, dead, seen = {}, set(), set(), set()
    for (partition, offset), spec in sent:
        seen.add((partition, offset))
        if spec[0] == "mention":
            latest[spec[1]] = max(latest.get(spec[1], 0), spec[2])
        elif spec[0] == "deletion":
            deleted.add(spec[1])
        else:
            dead.add((partition, offset, spec[1].hex()))
    return latest, deleted & latest.keys(), dead, seen


def test_after_kills_everything_is_there_once(broker, tmp_path):
    from schemas.record import Record

    seed = int(os.environ.get("ECHOLOT_SEED", random.SystemRandom().randrange(10**6)))
    print(f"seed {seed} (repeat with ECHOLOT_SEED={seed})")
    draw = random.Random(seed)
    topic, group = create_topic(broker, unique("kills"), partitions=PARTITIONS), unique("group")
    specs, values = zip(*records(draw), strict=True)
    to_send = [
        Record(topic, 0, 0, v, key=f"x:{s[1]}".encode() if s[0] == "deletion" else f"{n}".encode())
        for n, (s, v) in enumerate(zip(specs, values, strict=True))
    ]
    sent = list(zip(produce(broker, topic, to_send), specs, strict=True))
    source = {"kind": "kafka", "bootstrap": [broker.bootstrap], "group": group, "topics": [{"name": topic}]}
    job = Job(tmp_path, source | {"poll_records": 200, "session": 2}, breaker={"window": 100_000, "run": 1000})

    in_mid_work = 0
    for kill in range(KILLS):
        process = job.start()
        if kill % 5 == 4:  # at any point of a start: migration, joining the group, the first batch
            time.sleep(draw.random() * 6)
        else:
            before = committed(broker.bootstrap, group)
            deadline = time.monotonic() + 90
            while committed(broker.bootstrap, group) == before and process.poll() is None:
                assert time.monotonic() < deadline, job.log.read_text()
                time.sleep(0.1)  # a look costs a tenth of that, of the cores that the job wants
            time.sleep(draw.random() * 0.5)
        assert process.poll() is None, job.log.read_text()
        job.kill()
        in_mid_work += sum(committed(broker.bootstrap, group).values()) < RECORDS
        print(f"kill {kill + 1}: {sum(committed(broker.bootstrap, group).values())} of {RECORDS} committed")
    job.start()
    job.wait_for(lambda: sum(committed(broker.bootstrap, group).values()) == RECORDS, timeout=300)
    assert job.stop() == 0, job.log.read_text()

    latest, deleted, dead, seen = oracle(sent)
    shown = [(i, i in deleted, "" if i in deleted else text_of(i, revision)) for i, revision in latest.items()]
    found = job.query("SELECT native_id, is_deleted, text FROM mentions")
    assert sorted((i, bool(gone), text) for i, gone, text in found) == sorted(shown)
    judged = "SELECT mention_id, revision FROM verdicts FINAL"
    assert job.query(f"SELECT count() FROM posts FINAL WHERE (mention_id, revision) NOT IN ({judged})") == [(0,)]
    assert sorted(job.query("SELECT partition, position, lower(hex(raw)) FROM dead_letters FINAL")) == sorted(dead)
    assert sorted(job.query("SELECT partition, position FROM ledger FINAL")) == sorted(seen)
    account = job.query("SELECT sum(seen), sum(good), sum(dead), sum(ignored), sum(missing) FROM ingest_accounting")[0]
    assert account == (RECORDS, RECORDS - len(dead), len(dead), 0, 0)
    assert in_mid_work >= KILLS * 0.8, f"only {in_mid_work} of {KILLS} kills hit a job at work: send more records"
