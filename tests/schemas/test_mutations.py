"""A short run of `make fuzz`."""

from __future__ import annotations

import random

import pytest

from benchmarks.fuzz import corpus, mutated, run
from pipeline import rows
from schemas.formats.registry import FORMATS
from sinks.store import Block

SEED = 7


def test_mutated_records_are_all_accounted_for():
    seeds = corpus()
    assert {seed.format for seed in seeds} == set(FORMATS)
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
