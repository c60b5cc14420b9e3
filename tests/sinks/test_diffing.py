"""Generations side by side on both stores: counts and flips against an oracle, activation, dropping."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime

import pytest

from pipeline import diffing, generations
from schemas.errors import TerminalError
from schemas.times import EPOCH
from tests.sinks.rows import NOON, block, deletion, mention, post, verdict

EARLY = datetime(2026, 1, 1, tzinfo=UTC)


def made_up(seed):
    draw = random.Random(seed)
    rows = {}
    for name, count in (("a", 40), ("b", 50)):
        for n in draw.sample(range(60), count):
            needs = draw.random() < 0.4
            rows[name, n] = verdict(
                n,
                7,
                name,
                needs_intervention=needs,
                queued=needs and draw.random() < 0.8,
                severity=draw.randint(1, 4) if needs else 0,
                intents=sorted(draw.sample(["complaint", "defect", "praise"], draw.randint(0, 2))),
                brands=["bahn"] if n % 3 else ["post"],
                published_at=NOON if n % 2 else EARLY,
            )
    return rows


def kept(rows, name, brand, since):
    return {
        n: row
        for (generation, n), row in rows.items()
        if generation == name and (not brand or brand in row["brands"]) and row["published_at"] >= since
    }


def differs(a, b):
    return any(a[key] != b[key] for key in ("queued", "needs_intervention", "severity", "intents"))


@pytest.mark.parametrize(("brand", "since"), [("", EPOCH), ("bahn", EPOCH), ("post", datetime(2026, 2, 1, tzinfo=UTC))])
def test_counts_and_flips_are_those_of_the_rows(store, brand, since):
    rows = made_up(len(brand))
    older = [{**row, "revision": 1, "intents": ["delivery"], "queued": True} for row in rows.values()]
    store.write([block("verdicts", [*rows.values(), *older])])
    store.write([block("posts", [post(n, text=f"text {n}") for n in range(60)]), block("deletions", [deletion(5)])])
    left, right = kept(rows, "a", brand, since), kept(rows, "b", brand, since)
    pairs = {n: (left[n], right[n]) for n in left.keys() & right.keys()}
    found = diffing.diff(store, "a", "b", brand=brand, since=since, examples=100)
    changed = {n for n, (a, b) in pairs.items() if differs(a, b)}
    assert (found.both, found.changed) == (len(pairs), len(changed)) and found.changed > 3
    assert (found.only_a, found.only_b) == (len(left) - len(pairs), len(right) - len(pairs))
    flips = {flip.label: (flip.both, flip.only_a, flip.only_b) for flip in found.flips}
    for name in ("queued", "needs_intervention"):
        assert flips.pop(name) == tuple(
            sum((bool(a[name]), bool(b[name])) == kind for a, b in pairs.values())
            for kind in ((True, True), (True, False), (False, True))
        )
    severities = [(a["severity"], b["severity"]) for a, b in pairs.values()]
    assert flips.pop("severity") == (
        sum(a == b > 0 for a, b in severities), sum(a > b for a, b in severities), sum(a < b for a, b in severities)
    )  # fmt: skip
    wanted = {}
    for a, b in pairs.values():
        for intent in {*a["intents"], *b["intents"]}:
            kind = (intent in a["intents"], intent in b["intents"])
            wanted.setdefault(intent, Counter())[kind] += 1
    assert flips == {
        intent: (counts[True, True], counts[True, False], counts[False, True]) for intent, counts in wanted.items()
    }
    by_id = {str(mention(n)): n for n in range(60)}
    assert {by_id[example.mention_id] for example in found.examples} == changed - {5}
    queue_flips = [example.queued_a != example.queued_b for example in found.examples]
    assert queue_flips == sorted(queue_flips, reverse=True)
    seen = store.query("SELECT mention_id, intents_a, intents_b FROM generation_flips WHERE generation_a = 'a'").rows
    every = kept(rows, "a", "", EPOCH).keys() & kept(rows, "b", "", EPOCH).keys()
    assert sorted(seen) == sorted((mention(n), rows["a", n]["intents"], rows["b", n]["intents"]) for n in every)


def test_activating_is_seen_at_once_and_can_be_undone(store):
    generations.enter(store, "live", "f1", "")
    generations.register(store, "next", "f2", "")
    store.write([block("verdicts", [verdict(1, 1, "live"), verdict(2, 1, "next")]), block("posts", [post(1), post(2)])])
    views = []
    assert generations.active(generations.known(store)) == "live"
    for name, before in (("next", "live"), ("live", "next"), ("live", "live")):
        assert generations.activate(store, name) == before
        views.append(store.query("SELECT mention_id FROM queue").rows)
    assert views == [[(mention(2),)], [(mention(1),)], [(mention(1),)]]
    with pytest.raises(TerminalError, match="no generation 'nxt'; the store knows: live, next"):
        generations.activate(store, "nxt")


def test_a_dropped_generation_leaves_nothing_and_the_active_one_stays(store):
    generations.enter(store, "live", "f1", "")
    generations.register(store, "next", "f2", "")
    store.write([block("verdicts", [verdict(n, 1, name) for n in range(5) for name in ("live", "next")])])
    with pytest.raises(TerminalError, match="'live' is the active generation; activate another one"):
        generations.drop(store, "live")
    generations.drop(store, "next")
    assert [each.name for each in generations.known(store)] == ["live"]
    assert store.query("SELECT generation, count() FROM verdicts GROUP BY generation").rows == [("live", 5)]
    generations.register(store, "next", "f3", "")
