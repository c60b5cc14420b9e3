"""A short run of `make fuzz`."""

from __future__ import annotations

import random

import pytest

from benchmarks.fuzz import MAPPED, corpus, mutated, run
from pipeline import rows
from schemas.formats.registry import FORMATS
from sinks.store import Block

SEED = 7


def test_mutated_records_are_all_accounted_for():
    seeds = corpus()
    assert {seed.format for seed in seeds} == {*FORMATS, *MAPPED}
    found = run(4000, SEED, seeds)
    assert found["good"] + found["dead"] + found["ignored"] == 4000
    assert min(found["good"], found["ignored"]) > 100 and len(found) > 10  # neither all broken nor all whole


def test_a_seed_gives_the_same_records():
    draws = [random.Random(SEED) for _ in range(2)]
    first, second = ([mutated(seed, draw, n) for n, seed in enumerate(corpus())] for draw in draws)
    assert first == second


@pytest.mark.parametrize(
    ("column", "spoilt"),
    [
        ("position", lambda values: [value + 1 for value in values]),
        ("raw", lambda values: values[1:] + values[:1]),
        ("raw", lambda values: [value[:-1] for value in values]),
        ("detail", lambda values: [""] * len(values)),
        ("item", lambda values: [value + 1 for value in values]),
    ],
)
def test_a_dead_letter_that_is_not_its_records_is_noticed(column, spoilt, monkeypatch):
    make = rows._dead_letters

    def wrong(entries):
        columns = dict(make(entries).columns)
        return Block("dead_letters", columns | {column: spoilt(columns[column])})

    monkeypatch.setattr(rows, "_dead_letters", wrong)
    with pytest.raises(AssertionError, match=f"seed {SEED}"):
        run(200, SEED, corpus())


@pytest.mark.parametrize(("table", "column", "value"), [("posts", "published_at", None), ("posts", "title", "\ud83d")])
def test_a_row_that_does_not_fit_its_table_is_noticed(table, column, value, monkeypatch):
    make = rows.RowMaker.facts

    def wrong(maker, mentions, judged):
        return [
            Block(b.table, b.columns | {column: [value] * len(mentions)}) if b.table == table and mentions else b
            for b in make(maker, mentions, judged)
        ]

    monkeypatch.setattr(rows.RowMaker, "facts", wrong)
    with pytest.raises(AssertionError, match=f"seed {SEED}: TerminalError.*table {table}, column {column}"):
        run(200, SEED, corpus())
