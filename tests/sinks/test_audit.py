"""The sample of an audit, drawn from both stores."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.auditing import filled
from pipeline.auditing import sample as sampling
from pipeline.auditing.sheet import to_csv
from pipeline.auditing.strata import IN_QUEUE
from schemas.errors import TerminalError
from tests.sinks.rows import alias, block, deletion, generation, mention, post, verdict

SINCE, UNTIL = date(2026, 3, 1), date(2026, 3, 31)
MARCH = datetime(2026, 3, 1, tzinfo=UTC)
MENTIONS = 600
REASONS = ("", "own_post", "no_brand", "no_brand", "repost", "advert", "below_threshold", "below_threshold")
DELETED = range(0, MENTIONS, 50)


def judged(n, draw, **changes):
    reason = draw.choice(REASONS)
    probability = draw.choice((0.02, 0.07, 0.3, 0.6))
    values = {
        "suppressed_by": reason, "queued": not reason, "needs_intervention_probability": probability,
        "published_at": MARCH + timedelta(minutes=70 * n), "brands": ["bahn", "google"] if n % 2 else [],
    }  # fmt: skip
    return verdict(n, 2, **values | changes)


@pytest.fixture
def filled_store(store):
    """The store with the rows written in it, among others that are no part of the audit."""
    draw = random.Random(1)
    rows = [judged(n, draw) for n in range(MENTIONS)]
    store.write([block("generations", [generation("g0", 1), generation("g1", 2)])])
    store.write([
        block("posts", [post(n, title="T" if n % 3 == 0 else "", text=f"={n}", url=f"u{n}") for n in range(MENTIONS)]),
        block("verdicts", [verdict(n, 1, suppressed_by="job", queued=False) for n in range(0, MENTIONS, 2)]),
        block("verdicts", [row | {"generation": "g0", "suppressed_by": ""} for row in rows]),
        block("deletions", [deletion(n if n % 100 else 10_000 + n) for n in DELETED]),
        block("aliases", [alias(10_000 + n, n) for n in DELETED]),
    ])  # fmt: skip
    for days in (-1, 30):
        outside = MARCH + timedelta(days=days)
        store.write([block("verdicts", [judged(1000 + days, draw, published_at=outside)])])
    store.write([block("verdicts", rows), block("verdicts", rows[:100])])
    return store, {row["mention_id"]: row for row in rows if row["published_at"] < MARCH + timedelta(days=30)}


def group(row):
    reason = row["suppressed_by"]
    if not reason:
        return IN_QUEUE
    name = reason if reason in ("no_brand", "below_threshold") else "noise"
    return f"{name} p<0.1" if row["needs_intervention_probability"] < 0.1 else f"{name} p>=0.1"


def population(rows):
    """What the audit is of, by id as text: not deleted, and by no brand itself."""
    gone = {mention(n) for n in DELETED}
    return {str(key): row for key, row in rows.items() if key not in gone and row["suppressed_by"] != "own_post"}


def drawn(store, since, until, posts, seed, before=None):
    return sampling.draw(store, since=since, until=until, seed=seed, posts=posts, before=before)


def ids(sample):
    return [row.mention_id for row in sample.rows]


def test_every_stratum_is_drawn_from_as_large_as_it_is(filled_store):
    """Latest verdicts of the active generation in the range; nothing deleted, nothing by a brand itself, none twice."""
    store, rows = filled_store
    gone, kept = {mention(n) for n in DELETED}, population(rows)
    sample = drawn(store, SINCE, UNTIL, 150, 1)
    assert sample.sizes == Counter(map(group, kept.values())) and len(sample.sizes) == 7
    assert len(sample.rows) == len(set(ids(sample))) == 150
    assert {row.mention_id: row.stratum for row in sample.rows}.items() <= {
        k: group(r) for k, r in kept.items()
    }.items()
    assert Counter(row.stratum for row in sample.rows)[IN_QUEUE] == 30
    assert sample.own_posts == sum(r["suppressed_by"] == "own_post" and key not in gone for key, r in rows.items())
    assert sample.deleted == len(gone & rows.keys())
    assert (sample.audit.generation, sample.audit.days, sample.audit.mentions) == ("g1", 30, len(kept))


def test_a_row_says_what_people_need_and_nothing_of_the_author(filled_store):
    store, rows = filled_store
    for row in drawn(store, SINCE, UNTIL, 150, 1).rows:
        verdict = next(v for key, v in rows.items() if str(key) == row.mention_id)
        n = verdict["fingerprint"]
        assert row.text == f"{'T' if n % 3 == 0 else ''}\n={n}" and row.url == f"u{n}"
        assert row.brands == ("bahn, google" if n % 2 else "") and row.platform == "x"
        assert row.published_at == f"{verdict['published_at']:%Y-%m-%d %H:%M}"
        assert row.suppressed_by == verdict["suppressed_by"]
        assert row.probability == pytest.approx(verdict["needs_intervention_probability"])
        assert "a1" not in (row.text, row.brands, row.url, row.platform)


def test_the_seed_alone_decides_who_is_drawn_on_every_engine(filled_store):
    store, _ = filled_store
    first = ids(drawn(store, SINCE, UNTIL, 100, 1))
    assert ids(drawn(store, SINCE, UNTIL, 100, 1)) == first
    assert [n for n in range(MENTIONS) if str(mention(n)) in first[:3]] == [145, 436, 573], "on chDB and on a server"
    others = ids(drawn(store, SINCE, UNTIL, 100, 2))
    assert 10 < len({*first} & {*others}) < 70


def test_a_larger_sample_holds_the_smaller_and_its_answers(filled_store, tmp_path):
    store, _ = filled_store
    small = drawn(store, SINCE, UNTIL, 100, 3)
    answers = {row.mention_id: n % 3 == 0 for n, row in enumerate(small.rows)}
    (tmp_path / "a.csv").write_bytes(to_csv(small.audit, small.sizes, small.rows, answers))
    large = drawn(store, SINCE, UNTIL, 160, 3, filled.read(tmp_path / "a.csv"))
    assert {*ids(small)} < {*ids(large)} and len(large.rows) == 160
    (tmp_path / "b.csv").write_bytes(to_csv(large.audit, large.sizes, large.rows, answers))
    assert filled.read(tmp_path / "b.csv").answers == answers


def test_more_than_there_is_is_all_there_is(filled_store):
    store, rows = filled_store
    sample = drawn(store, SINCE, UNTIL, 5000, 1)
    assert len(sample.rows) == sample.audit.mentions and {*ids(sample)} == population(rows).keys()


def test_a_range_without_mentions_is_told_with_the_one_that_has_some(filled_store):
    store, _ = filled_store
    says = (
        r"'g1' has no mentions to check from 2025-01-01 to 2025-02-01 \(UTC\); all it has: --since 2026-02-28 --until"
    )
    with pytest.raises(TerminalError, match=says):
        drawn(store, date(2025, 1, 1), date(2025, 2, 1), 100, 1)


def test_a_store_without_verdicts_is_told(store):
    with pytest.raises(TerminalError, match="no judged mentions yet; `echolot stream`"):
        drawn(store, SINCE, UNTIL, 100, 1)
    store.write([block("generations", [generation("g1", 1)])])
    with pytest.raises(TerminalError, match="nor any other; `echolot stream`"):
        drawn(store, SINCE, UNTIL, 100, 1)


def test_another_generation_wants_another_audit(filled_store, tmp_path):
    store, _ = filled_store
    small = drawn(store, SINCE, UNTIL, 100, 3)
    (tmp_path / "a.csv").write_bytes(to_csv(small.audit, small.sizes, small.rows, {}))
    store.write([block("generations", [generation("g0", 3)])])
    with pytest.raises(TerminalError, match=r"drawn from generation 'g1', and 'g0' is the active one now; draw a new"):
        drawn(store, SINCE, UNTIL, 160, 3, filled.read(tmp_path / "a.csv"))
