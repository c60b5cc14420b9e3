"""A short run of `make fuzz`."""

from __future__ import annotations

import random

from benchmarks.fuzz import corpus, mutated, run
from schemas.formats.registry import FORMATS

SEED = 7


def test_mutated_records_are_all_accounted_for():
    seeds = corpus()
    assert {seed.format for seed in seeds} == set(FORMATS)
    found = run(4000, SEED, seeds)
    assert found["good"] + found["dead"] + found["ignored"] == 4000
    assert min(found["good"], found["ignored"]) > 100 and len(found) > 10  # neither all broken nor all whole


def test_a_seed_gives_the_same_records():
    draws = [random.Random(SEED) for _ in range(2)]
    first, second = ([mutated(seed, draw) for seed in corpus()] for draw in draws)
    assert first == second
