"""The views against an oracle of a few lines of Python, under duplicates, revisions and merges at any time."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import defaultdict
from datetime import timedelta

import pytest

from sinks.chdb import ChdbStore
from tests.sinks.conftest import FACTS
from tests.sinks.owners import wait_until_free
from tests.sinks.rows import NOON, alias, block, dead_letter, deletion, entry, generation, mention, post, verdict

SEEDS = range(6)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
AHEAD = NOON - 5 * MINUTE
OUTCOMES = ["good", "dead", "ignored"]


def made_up(seed):
    """Rows for all tables, in writes as jobs could have made them: revisions, two generations, repeated writes."""
    draw = random.Random(seed)
    posts = [post(n, r, text=f"{n}.{r}", title="t") for n in range(25) for r in draw.sample(range(1, 9), 3)]
    verdicts = [
        verdict(
            n,
            r,
            g,
            severity=r % 5,
            queued=(q := draw.random() < 0.5),
            suppressed_by="" if q else "threshold",
            brands=draw.choice([["bahn"], ["bahn", "post"], []]),
            sensitive=draw.choice([[], ["crime"], ["crime", "health_safety"]]),
        )
        for n in range(20)
        for g in ("g1", "g2")
        for r in draw.sample(range(1, 9), 2)
    ]
    gone = draw.sample(range(30), 6)  # of three, one is kept by both writes, one by the first alone, one by none
    deletions = [deletion(n, version, text_kept=n % 3 >= version) for n in gone for version in (1, 2)]
    deletions += [
        deletion(100 + n, deleted_at=draw.choice([None, AHEAD, AHEAD - SECOND]), text_kept=n % 4 == 0)
        | {"reason": draw.choice(["delete", "account_deleted", "account_deleted"])}
        for n in draw.sample(range(25), 6)
    ]
    aliases = [alias(100 + n, n) for n in range(0, 25, 2)] + [alias(100, 7), alias(100 + gone[0], 11)]
    outcomes = {n: draw.choice(OUTCOMES) for n in draw.sample(range(5, 60), 30)}
    ledger = [entry(n, outcome, 2 * (outcome == "good"), partition=n % 2) for n, outcome in outcomes.items()]
    letters = [
        dead_letter(n, partition=n % 2, reason=("not_json", "empty")[n % 3 == 0], detail=f"line {n:02}")
        for n, outcome in outcomes.items()
        if outcome == "dead"
    ]
    tables = {
        "posts": posts, "verdicts": verdicts, "deletions": deletions, "aliases": aliases, "ledger": ledger,
        "dead_letters": letters,
        "generations": [generation("g1", 1), generation("g2", 2), generation("g3", 0), generation("g1", 0)],
    }  # fmt: skip
    writes = [(table, row) for table, rows in tables.items() for row in rows]
    writes += draw.sample(writes, len(writes) // 2)
    draw.shuffle(writes)
    return tables, writes


def latest(rows):
    found = {}
    for row in rows:
        if row["revision"] >= found.get(row["mention_id"], row)["revision"]:
            found[row["mention_id"]] = row
    return found


@pytest.fixture(params=SEEDS)
def filled(request, store):
    """The store after writes in a random order, with merges forced in between."""
    tables, writes = made_up(request.param)
    store.write([block("generations", tables["generations"][:2])])
    for start in range(0, len(writes), 90):
        pieces = defaultdict(list)
        for table, row in writes[start : start + 90]:
            pieces[table].append(row)
        store.write([block(table, rows) for table, rows in pieces.items()])
        if start == 180:
            for table in FACTS:
                store.command(f"OPTIMIZE TABLE {table} FINAL")
    return store, tables


def test_the_views_equal_the_oracle(filled):
    store, tables = filled
    posts = latest(tables["posts"])
    judged = latest(row for row in tables["verdicts"] if row["generation"] == "g2")
    named = defaultdict(set)
    for row in tables["aliases"]:
        named[row["alias_id"]].add((row["mention_id"], row["published_at"] - 5 * MINUTE))
    deleted = {(row["mention_id"], row["text_kept"]) for row in tables["deletions"]}
    for row in tables["deletions"]:
        until = row["deleted_at"] if row["reason"] == "account_deleted" else None
        deleted |= {(key, row["text_kept"]) for key, at in named[row["mention_id"]] if until is None or at <= until}
    gone = {key for key, _ in deleted}
    blank = {key for key, kept in deleted if not kept}
    assert set(store.query("SELECT mention_id, text_kept FROM deleted").rows) == deleted

    def shown(key, column):
        return "" if key in blank else posts[key][column]

    columns = "mention_id, revision, text, title, is_deleted, generation, severity"
    assert set(store.query(f"SELECT {columns} FROM mentions").rows) == {
        (key, row["revision"], shown(key, "text"), shown(key, "title"), int(key in gone))
        + ((judged[key]["generation"], judged[key]["severity"]) if key in judged else ("", 0))
        for key, row in posts.items()
    }
    queued = [key for key, row in judged.items() if row["queued"] and key not in gone]
    assert sorted(store.query("SELECT mention_id, text, severity FROM queue").rows) == sorted(
        (key, posts[key]["text"], judged[key]["severity"]) for key in queued
    )
    assert sorted(store.query("SELECT mention_id, suppressed_by, text, is_deleted FROM suppressed").rows) == sorted(
        (key, "threshold", shown(key, "text"), int(key in gone)) for key, row in judged.items() if not row["queued"]
    )
    columns = ("brands", "sensitive", "queued", "suppressed_by")
    sensitive = sorted(
        (key, posts[key]["text"], *(row[column] for column in columns))
        for key, row in judged.items()
        if row["sensitive"] and row["brands"] and key not in gone
    )
    assert {row[4] for row in sensitive} == {True, False}
    assert sorted(store.query(f"SELECT mention_id, text, {', '.join(columns)} FROM sensitive").rows) == sensitive
    views = (("mentions", len(posts)), ("queue", len(queued)), ("suppressed", None), ("sensitive", len(sensitive)))
    for view, count in views:
        found = store.query(f"SELECT count(), uniqExact(mention_id) FROM {view}").rows[0]
        assert found[0] == found[1] and count in (None, found[0])


def test_the_accounting_equals_the_oracle(filled):
    store, tables = filled
    wanted = []
    for partition in (0, 1):
        rows = [row for row in tables["ledger"] if row["partition"] == partition]
        counts = [sum(row["outcome"] == outcome for row in rows) for outcome in OUTCOMES]
        places = [row["position"] for row in rows]
        missing = max(places) - min(places) + 1 - len(places)
        mentions = sum(row["mentions"] for row in rows)
        wanted.append(("topic", partition, len(rows), *counts, mentions, min(places), max(places), missing))
    assert store.query("SELECT * FROM ingest_accounting ORDER BY partition").rows == wanted
    summary = defaultdict(list)
    for row in tables["dead_letters"]:
        summary[row["reason"]].append(row)
    assert store.query("SELECT * FROM dead_letter_summary ORDER BY reason").rows == [
        ("topic", reason, len(rows), len({row["partition"] for row in rows}), min(row["position"] for row in rows),
         max(row["position"] for row in rows), min(row["detail"] for row in rows))
        for reason, rows in sorted(summary.items())
    ]  # fmt: skip


def test_what_was_read_well_since_is_no_longer_a_dead_letter(store):
    """Of a page that has one dead post left the first still counts; the bytes of all stay in the table."""
    store.write([block("dead_letters", [dead_letter(1, item=n) for n in range(3)] + [dead_letter(2), dead_letter(3)])])
    store.write([block("ledger", [entry(1, "dead", 7, dead=3), entry(2, "dead", 0), entry(3, "dead", 0)])])
    summary = "SELECT count, first_position, last_position FROM dead_letter_summary"
    assert store.query(summary).rows == [(5, 1, 3)]
    store.write([block("ledger", [entry(1, "dead", 9, dead=1), entry(2)])])
    assert store.query(summary).rows == [(2, 1, 3)]
    store.write([block("ledger", [entry(1, "good", 10), entry(3, "ignored", 0)])])
    assert store.query(summary).rows == []
    assert store.query("SELECT count() FROM dead_letters FINAL").rows == [(5,)]


def test_the_highest_activation_is_active_and_zero_never(store):
    assert store.query("SELECT name FROM active_generation").rows == []
    store.write([block("posts", [post(1)]), block("verdicts", [verdict(1), verdict(1, generation="g2", severity=4)])])
    store.write([block("generations", [generation("g1", 0)])])
    assert store.query("SELECT generation, text FROM mentions").rows == [("", "text 1")]
    for name, activation, severity in (("g1", 1, 2), ("g2", 2, 4), ("g1", 3, 2)):
        store.write([block("generations", [generation(name, activation)])])
        assert store.query("SELECT name FROM active_generation").rows == [(name,)]
        assert store.query("SELECT severity FROM queue").rows == [(severity,)]


def test_a_deletion_stands_whenever_it_arrives_and_whatever_comes_after(store):
    store.write([block("generations", [generation("g1", 1)]), block("deletions", [deletion(1)])])
    store.write([block("posts", [post(1, 5, extra='{"a":1}', author_handle="h")]), block("verdicts", [verdict(1)])])
    found = store.query("SELECT mention_id, text, title, extra, author_handle, is_deleted FROM mentions").rows
    assert found == [(mention(1), "", "", "{}", "", 1)]
    assert store.query("SELECT count() FROM queue").rows == [(0,)]


def near_prints(seed):
    """Heads far apart, with copies 0 to 5 bits away from them."""
    draw = random.Random(seed)
    heads = [draw.getrandbits(64) for _ in range(12)]
    return [
        head ^ sum(1 << bit for bit in draw.sample(range(64), bits))
        for head in heads
        for bits in (0, 0, 1, 2, 3, 3, 4, 5)
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_near_copies_share_the_smallest_fingerprint_within_three_bits(store, seed):
    prints = near_prints(seed)
    store.write([block("generations", [generation("g1", 1)])])
    store.write([block("verdicts", [verdict(n, fingerprint=found) for n, found in enumerate(prints)])])
    wanted = [
        (found, min(other for other in prints if (found ^ other).bit_count() <= 3), prints.count(found))
        for found in sorted(set(prints))
    ]
    assert store.query("SELECT fingerprint, cluster, mentions FROM near_copies ORDER BY fingerprint").rows == wanted


def test_no_words_reposts_deletions_and_old_generations_are_no_copies(store):
    rows = [
        verdict(1, fingerprint=0), verdict(2, fingerprint=7, relation="repost"), verdict(3, fingerprint=7),
        verdict(4, fingerprint=7), verdict(5, fingerprint=7, generation="g0"), verdict(6, 2, fingerprint=1 << 40),
        verdict(6, 1, fingerprint=6), verdict(8, fingerprint=3),
    ]  # fmt: skip
    store.write([block("generations", [generation("g1", 1)]), block("deletions", [deletion(4), deletion(80)])])
    store.write([block("aliases", [alias(80, 8)])])
    store.write([block("verdicts", rows), block("verdicts", rows)])
    assert store.query("SELECT * FROM near_copies ORDER BY fingerprint").rows == [(7, 7, 1), (1 << 40, 1 << 40, 1)]


IN_BOTH_WAYS = """
import sys, chdb
handle = chdb.connect(sys.argv[1])
handle.query("USE echolot")
for setting in (0, 1):
    handle.query(f"SET do_not_merge_across_partitions_select_final = {setting}")
    for view in (
        "mentions", "queue", "suppressed", "ingest_accounting", "dead_letter_summary", "near_copies", "sensitive",
        "generation_flips", "deleted",
    ):
        print(view, handle.query(f"SELECT count(), sum(cityHash64(*)) FROM {view}", "CSV").bytes().decode().strip())
"""


def test_final_across_partitions_or_not_is_the_same(tmp_path):
    """Hosters set do_not_merge_across_partitions_select_final = 1, under which FINAL trusts partitions to be apart."""
    with_parts = ChdbStore(tmp_path / "store", linger_seconds=0)
    with_parts.migrate()
    tables, _ = made_up(99)
    for table, rows in tables.items():
        for start in range(0, len(rows), 7):
            with_parts.write([block(table, rows[start : start + 7])])
    with_parts.close()
    wait_until_free(tmp_path / "store")
    command = [sys.executable, "-c", IN_BOTH_WAYS, str(tmp_path / "store")]
    lines = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
    assert len(lines) == 18 and lines[:9] == lines[9:]
    assert lines[0].startswith("mentions 25,")


def test_no_table_is_partitioned(store):
    rows = store.query("SELECT name FROM system.tables WHERE database = 'echolot' AND partition_key != ''").rows
    assert rows == []
