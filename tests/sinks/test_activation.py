"""Activating is atomic for readers: whatever is asked meanwhile is answered by one generation alone, and wholly."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from pipeline import generations
from tests.sinks.rows import block, post, verdict

MENTIONS = 60
FLIPS = 60
ASKED = "SELECT generation, count(), min(severity), max(severity) FROM {view} GROUP BY generation"
MATTERS = {"a": ["crime"], "b": ["health_safety"]}


def judged(name, n):
    """One half is queued, and bears a sensitive matter, by `a`, the other half by `b`; severity says by which."""
    mine = n % 2 == (name == "b")
    return verdict(
        n, 1, name, queued=mine, suppressed_by="" if mine else "below_threshold", severity=1 + 2 * (name == "b"),
        sensitive=MATTERS[name] if mine else [],
    )  # fmt: skip


@pytest.mark.parametrize("view", ["mentions", "queue", "sensitive"])
def test_every_answer_is_wholly_of_one_generation(store, server_of, view):
    store.write([block("posts", [post(n) for n in range(MENTIONS)])])
    store.write([block("verdicts", [judged(name, n) for n in range(MENTIONS) for name in "ab"])])
    for name in "ab":
        generations.register(store, name, name, "")
    generations.activate(store, "a")
    over = threading.Event()

    def read(_):
        with closing(server_of(store)) as own:
            answers = set()
            while not over.is_set():
                answers.add(tuple(own.query(ASKED.format(view=view)).rows))
            return answers

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read, n) for n in range(2)]
        try:
            for flip in range(FLIPS):
                generations.activate(store, "ba"[flip % 2])
        finally:
            over.set()
        answers = set().union(*(reader.result() for reader in readers))
    whole = MENTIONS if view == "mentions" else MENTIONS // 2
    assert answers == {(("a", whole, 1, 1),), (("b", whole, 3, 3),)}
