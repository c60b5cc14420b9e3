"""Generations side by side on both stores: counts and flips against an oracle, activation, dropping."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime

import pytest

from pipeline import diffing, generations
from schemas.errors import TerminalError
from schemas.times import EPOCH
from sinks.chdb import ChdbStore
from tests.sinks.rows import NOON, alias, block, deletion, mark, mention, post, verdict

EARLY = datetime(2026, 1, 1, tzinfo=UTC)
FLAGS = ("queued", "needs_intervention")
SIDES = (*FLAGS, "suppressed_by", "severity", "intents", "brands", "noise", "sensitive", "sentiment")


def made_up(seed):
    """About half of the pairs differ in nothing; the others in what chance says."""
    draw = random.Random(seed)

    def drawn(n):
        needs = draw.random() < 0.4
        queued = needs and draw.random() < 0.8
        return verdict(
            n,
            7,
            needs_intervention=needs,
            queued=queued,
            suppressed_by="" if queued else draw.choice(["no_brand", "below_threshold"]),
            severity=draw.randint(1, 4) if needs else 0,
            intents=sorted(draw.sample(["complaint", "defect", "praise"], draw.randint(0, 2))),
            brands=sorted(draw.sample(["bahn", "post"], draw.randint(0, 2))),
            noise=draw.choice([[], [], ["press"], ["press", "bot"]]),
            sensitive=draw.choice([[], [], ["crime"]]),
            sentiment=draw.choice(["negative", "neutral", ""]),
            published_at=NOON if n % 2 else EARLY,
        )

    rows = {("a", n): drawn(n) for n in draw.sample(range(60), 40)}
    for n in draw.sample(range(60), 50):
        same = rows.get(("a", n)) if draw.random() < 0.5 else None
        rows["b", n] = same or drawn(n)
    return {(name, n): row | {"generation": name} for (name, n), row in rows.items()}


def about(brand, *sides):
    return not brand or any(brand in side["brands"] for side in sides)


def labels(row):
    """All words that a verdict gives, as the table of flips names them."""
    named = {f"{kind}:{word}" for kind in ("noise", "sensitive") for word in row[kind]}
    named |= {f"brand:{word}" for word in row["brands"]}
    named |= {f"{kind}:{row[kind]}" for kind in ("sentiment", "suppressed_by") if row[kind]}
    return named | {*row["intents"], *(flag for flag in FLAGS if row[flag])}


@pytest.mark.parametrize(("brand", "since"), [("", EPOCH), ("bahn", EPOCH), ("post", datetime(2026, 2, 1, tzinfo=UTC))])
def test_counts_and_flips_are_those_of_the_rows(store, brand, since):
    rows = made_up(len(brand))
    older = [{**row, "revision": 1, "intents": ["delivery"], "queued": True} for row in rows.values()]
    store.write([block("verdicts", [*rows.values(), *older])])
    store.write(
        [
            block("posts", [post(n, text=f"text {n}") for n in range(60)]),
            block("deletions", [deletion(5), deletion(90)]),
        ]
    )
    store.write([block("aliases", [alias(90, 6)])])
    left, right = ({n: row for (name, n), row in rows.items() if name == side} for side in "ab")
    every = {n: (left[n], right[n]) for n in left.keys() & right.keys()}
    pairs = {n: pair for n, pair in every.items() if about(brand, *pair) and pair[0]["published_at"] >= since}
    found = diffing.diff(store, "a", "b", brand=brand, since=since, examples=100)
    changed = {n for n, (a, b) in pairs.items() if any(a[side] != b[side] for side in SIDES)}
    assert (found.both, found.changed) == (len(pairs), len(changed)) and 1 < found.changed < found.both
    assert (found.only_a, found.only_b) == tuple(
        sum(about(brand, row) and row["published_at"] >= since for n, row in side.items() if n not in every)
        for side in (left, right)
    )
    flips = {flip.label: (flip.both, flip.only_a, flip.only_b) for flip in found.flips}
    severities = [(a["severity"], b["severity"]) for a, b in pairs.values()]
    assert flips.pop("severity") == (
        sum(a == b > 0 for a, b in severities), sum(a > b for a, b in severities), sum(a < b for a, b in severities)
    )  # fmt: skip
    wanted = {flag: Counter() for flag in FLAGS}
    for a, b in pairs.values():
        for label in labels(a) | labels(b):
            wanted.setdefault(label, Counter())[label in labels(a), label in labels(b)] += 1
    assert flips == {label: (n[True, True], n[True, False], n[False, True]) for label, n in wanted.items()}
    assert brand or {"complaint", "brand:post", "noise:press", "sensitive:crime", "sentiment:neutral"} <= flips.keys()
    by_id = {str(mention(n)): n for n in range(60)}
    assert {by_id[example.mention_id] for example in found.examples} == changed - {5, 6}
    for example in found.examples:
        a, b = (labels(row) - {*row["intents"], *FLAGS} for row in pairs[by_id[example.mention_id]])
        assert (set(example.others_a), set(example.others_b)) == (a - b, b - a)
    queue_flips = [example.queued_a != example.queued_b for example in found.examples]
    assert queue_flips == sorted(queue_flips, reverse=True)


def test_the_view_shows_every_pair_in_both_orders_and_which_changed(store):
    rows = made_up(0)
    store.write([block("verdicts", list(rows.values()))])
    columns = ", ".join(f"{name}_{side}" for name in SIDES for side in "ab")
    for one, other in ("ab", "ba"):
        asked = f"SELECT mention_id, changed, {columns} FROM generation_flips WHERE generation_a = '{one}'"
        wanted = []
        for n in range(60):
            if (a := rows.get((one, n))) and (b := rows.get((other, n))):
                changed = any(a[side] != b[side] for side in SIDES)
                wanted.append((mention(n), changed, *(pair[side] for side in SIDES for pair in (a, b))))
        assert sorted(store.query(asked).rows) == sorted(wanted)


@pytest.mark.parametrize("change", [
    {"noise": ["press"]}, {"sensitive": ["crime"]}, {"sentiment": "neutral"}, {"brands": ["bahn", "post"]},
    {"queued": False, "suppressed_by": "no_brand"}, {"suppressed_by": "no_brand"}, {"needs_intervention": False},
    {"severity": 3}, {"intents": ["defect"]},
])  # fmt: skip
def test_whatever_a_generation_says_otherwise_is_a_flip(store, change):
    rows = [verdict(1, 1, "a"), verdict(2, 1, "a"), verdict(1, 1, "b"), verdict(2, 1, "b", **change)]
    store.write([block("verdicts", rows)])
    assert diffing.diff(store, "a", "b", since=EPOCH).changed == 1
    asked = "SELECT mention_id FROM generation_flips WHERE generation_a = 'a' AND generation_b = 'b' AND changed"
    assert store.query(asked).rows == [(mention(2),)]


def test_a_mention_that_one_side_alone_says_is_of_the_brand_is_judged_by_both(store):
    sides = {1: (["bahn"], ["post"]), 2: (["post"], ["bahn"]), 3: (["post"], []), 4: (["bahn"], None), 5: ([], None)}
    rows = [
        verdict(n, 1, name, brands=brands)
        for n, pair in sides.items()
        for name, brands in zip("ab", pair, strict=True)
        if brands is not None
    ]
    store.write([block("verdicts", rows)])
    found = diffing.diff(store, "a", "b", brand="bahn", since=EPOCH)
    assert (found.both, found.only_a, found.only_b, found.changed) == (2, 1, 0, 2)
    flips = {flip.label: (flip.both, flip.only_a, flip.only_b) for flip in found.flips}
    assert (flips["brand:bahn"], flips["brand:post"], flips["complaint"]) == ((0, 1, 1), (0, 1, 1), (2, 0, 0))


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
    store.write([block("replays", [mark(n, name) for n in range(5) for name in ("live", "next")])])
    with pytest.raises(TerminalError, match="'live' is the active generation; activate another one"):
        generations.drop(store, "live")
    generations.drop(store, "next")
    assert [each.name for each in generations.known(store)] == ["live"]
    for table in ("verdicts", "replays"):
        assert store.query(f"SELECT generation, count() FROM {table} GROUP BY generation").rows == [("live", 5)], table
    generations.register(store, "next", "f3", "")


def test_a_drop_that_the_store_cannot_carry_out_is_told_and_can_be_repeated(tmp_path):
    """The embedded store says so at once; how a server is waited for: tests/pipeline/test_generations.py."""
    with closing(ChdbStore(tmp_path / "store", linger_seconds=0)) as store:
        store.migrate()
        generations.enter(store, "live", "f1", "")
        generations.register(store, "next", "f2", "")
        store.write([block("verdicts", [verdict(n, 1, name) for n in range(5) for name in ("live", "next")])])
        store.command("ALTER TABLE verdicts DELETE WHERE throwIf(severity = 2, 'no room') SETTINGS mutations_sync = 0")
        with pytest.raises(TerminalError, match=r"deleted; see the reason.*no room"):
            generations.drop(store, "next")
        assert [each.name for each in generations.known(store)] == ["live", "next"]
        store.command("KILL MUTATION WHERE table = 'verdicts' AND command LIKE '%throwIf%'")
        generations.drop(store, "next")
        assert store.query("SELECT generation, count() FROM verdicts GROUP BY generation").rows == [("live", 5)]
