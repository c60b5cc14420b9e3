"""What stores tell of their inserts."""

from __future__ import annotations

import pytest

from schemas.errors import TransientError
from sinks.store import Block
from tests.sinks.rows import block, entry


class Seen:
    def __init__(self):
        self.inserts, self.retries = [], []

    def inserted(self, table, rows, seconds):
        self.inserts.append((table, rows, seconds))

    def retried(self, table):
        self.retries.append(table)


@pytest.fixture
def seen(store, monkeypatch):
    told = Seen()
    monkeypatch.setattr(store, "_observer", told)
    return told


def blocks():
    """Two full blocks round an empty one."""
    ledger = block("ledger", [entry(n) for n in range(3)])
    empty = Block("posts", {"mention_id": []})
    return [block("ledger", [entry(9)]), empty, ledger]


def test_every_full_block_is_told_once_with_its_rows_and_time(store, seen):
    store.write(blocks())
    assert [(table, rows) for table, rows, _ in seen.inserts] == [("ledger", 1), ("ledger", 3)]
    assert all(0 < seconds < 30 for _, _, seconds in seen.inserts)
    assert not seen.retries


def test_a_failed_try_is_told_as_a_retry_and_its_time_does_not_count(store, seen, monkeypatch):
    store.write(blocks())  # the columns of the table are known from now on
    seen.inserts.clear()
    name = "_ask" if hasattr(store, "_ask") else "_execute"
    method, failures = getattr(store, name), [1]

    def failing(*args, **more):
        if failures:
            failures.pop()
            raise TransientError("gone")
        return method(*args, **more)

    monkeypatch.setattr(store, name, failing)
    store.write([block("ledger", [entry(5)])])
    assert seen.retries == ["ledger"]
    assert [(table, rows) for table, rows, _ in seen.inserts] == [("ledger", 1)]
    assert seen.inserts[0][2] < 30


def test_a_write_that_fails_for_good_tells_no_insert(store, seen, monkeypatch):
    store.write(blocks())
    seen.inserts.clear()
    monkeypatch.setattr(store, "_retry_seconds", 0)
    name = "_ask" if hasattr(store, "_ask") else "_execute"

    def failing(*args, **more):
        raise TransientError("gone")

    monkeypatch.setattr(store, name, failing)
    with pytest.raises(TransientError):
        store.write([block("ledger", [entry(5)])])
    assert not seen.inserts and not seen.retries
