"""The server store behind a gate that cuts, loses, holds and swallows: each row once, no hang, errors with the mend.

A real server of 2018 behind clickhouse-driver; the driver, not the SQL, is what stands to the test."""

from __future__ import annotations

import contextlib
import os
import random
import threading
import time
import uuid

import pytest
from pydantic import SecretStr

from schemas.errors import TransientError
from sinks.clickhouse import ClickHouseStore
from sinks.store import Block
from tests.services.gate import Direction, Gate
from tests.sinks.rows import block, entry, post

pytestmark = pytest.mark.clickhouse

UP, DOWN = Direction.UP, Direction.DOWN
ROWS = 3000
CUTS = int(os.environ.get("ECHOLOT_KILLS", "25"))
CANNOT_REACH = r"is it running, and are store\.host and store\.port right"


@pytest.fixture
def gate(server):
    with Gate("127.0.0.1", server.port) as made:
        yield made


@pytest.fixture
def connect(gate, server, clickhouse_store):
    """Stores that see the server through the gate only; all tables they write to are empty."""
    for table in ("posts", "ledger"):
        clickhouse_store.command(f"TRUNCATE TABLE {table}")
    opened = []

    def make(**changes):
        login = {"user": server.user, "password": SecretStr(server.password), "retry_seconds": 30}
        opened.append(ClickHouseStore(**({"port": gate.port} | login | changes)))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


def posts(start: int, revision: int = 1, rows: int = ROWS) -> Block:
    """Rows that do not compress, with ids from `start` on."""
    noise = random.Random(start)
    columns = {name: [value] * rows for name, value in post(0, revision).items()}
    texts = [f"revision {revision} {noise.randbytes(40).hex()}" for _ in range(rows)]
    ids = [uuid.UUID(int=n << 64 | n + 1) for n in range(start, start + rows)]
    return Block("posts", columns | {"mention_id": ids, "text": texts})


def ledger(start: int, rows: int = ROWS) -> Block:
    return block("ledger", [entry(n) for n in range(start, start + rows)])


def assert_each_once(store, count: int) -> None:
    """By key, and nothing but what was written."""
    assert store.query("SELECT count(), uniqExact(mention_id) FROM posts FINAL").rows == [(count, count)]
    assert store.query("SELECT count(), uniqExact(position), max(position) FROM ledger FINAL").rows == [
        (count, count, count - 1)
    ]


@pytest.mark.slow
def test_cuts_at_any_byte_lose_and_double_nothing(connect, gate, clickhouse_store):
    """25 writes, each with its connection cut one to three times at random bytes: in the greeting, the query, a column,
    between the blocks, in the answer."""
    seed = int(os.environ.get("ECHOLOT_SEED", random.SystemRandom().randrange(10**6)))
    print(f"seed {seed} (repeat with ECHOLOT_SEED={seed})")
    draw = random.Random(seed)
    store = connect()
    store.write([posts(0), ledger(0)])
    size, answer = gate.passed(UP), gate.passed(DOWN)
    assert size > 100_000
    for n in range(1, CUTS + 1):
        direction = draw.choice([UP, UP, UP, DOWN])
        limit = draw.randrange(1, size if direction is UP else answer // 2)
        if draw.random() < 0.3:
            limit = draw.randrange(1, 400)  # greetings and queries are small
        gate.sever_after(limit, direction, times=draw.randint(1, 3))
        store.write([posts(n * ROWS), ledger(n * ROWS)])
        gate.open()
    assert gate.severed >= CUTS * 0.7, f"only {gate.severed} connections were cut"
    print(f"{gate.severed} connections cut in {CUTS} writes")
    assert_each_once(clickhouse_store, (CUTS + 1) * ROWS)


@pytest.mark.parametrize("when", ["greeting", "first byte", "whole request"])
def test_a_cut_at_the_edges_is_repeated(connect, gate, clickhouse_store, when):
    store = connect()
    store.write([posts(0), ledger(0)])
    if when == "greeting":
        gate.sever()
    before = gate.passed(UP)
    gate.sever_after({"greeting": 1, "first byte": 1, "whole request": 10**9}[when], UP)
    if when == "whole request":
        timed = connect()
        timed.write([ledger(0)])
        size = gate.passed(UP) - before
        timed.close()
        gate.sever_after(size, UP)
        connect().write([ledger(0)])
    store.write([posts(ROWS), ledger(ROWS)])
    assert gate.severed >= 1
    assert_each_once(clickhouse_store, 2 * ROWS)


def test_a_response_lost_after_the_commit_is_written_again_once_a_key(connect, gate, clickhouse_store):
    """Three answers in a row are lost. A table without a key shows that the server had every try whole: 4 x 3,000."""
    store = connect()
    store.write([ledger(0)])
    clickhouse_store.command("DROP TABLE IF EXISTS every_try")
    clickhouse_store.command("CREATE TABLE every_try AS ledger ENGINE = MergeTree ORDER BY position")
    store.write([Block("every_try", ledger(0, rows=1).columns)])
    gate.drop_response(after=20_000, times=3)
    store.write([Block("every_try", ledger(1).columns)])
    assert gate.severed == 3
    copies = "SELECT position, count() AS c FROM every_try WHERE position > 0 GROUP BY position"
    found = clickhouse_store.query(f"SELECT count(), uniqExact(position), min(c), max(c) FROM ({copies})").rows
    assert found == [(ROWS, ROWS, 4, 4)], "each try sent the block and nothing more"
    gate.drop_response(after=20_000)
    store.write([posts(0), ledger(0)])
    assert_each_once(clickhouse_store, ROWS)
    clickhouse_store.command("DROP TABLE every_try")


def test_a_black_hole_is_given_up_and_the_write_sent_again(connect, gate, clickhouse_store):
    """It opens after 2 s; a call waits 1 s for an answer."""
    store = connect(answer_seconds=1)
    store.write([posts(0), ledger(0)])
    gate.black_hole()
    opener = threading.Timer(2, gate.open)
    opener.start()
    store.write([posts(ROWS), ledger(ROWS)])
    opener.join()
    assert_each_once(clickhouse_store, 2 * ROWS)


@pytest.mark.parametrize("opened_before", [True, False])
def test_a_black_hole_without_end_is_told_within_the_budget(connect, gate, opened_before):
    store = connect(answer_seconds=1, retry_seconds=2)
    if opened_before:
        store.write([ledger(0)])
    gate.black_hole()
    began = time.monotonic()
    with pytest.raises(TransientError, match=r"does not answer.*store\.host.*given up after \d tries in 2 s"):
        store.write([ledger(ROWS)])
    assert time.monotonic() - began < 15


def test_a_server_that_refuses_is_told_with_the_mend_and_one_that_returns_is_used(connect, gate, clickhouse_store):
    store = connect(retry_seconds=0.5)
    store.write([posts(0), ledger(0)])
    gate.sever(refuse=True)
    with pytest.raises(TransientError, match=CANNOT_REACH):
        store.write([posts(ROWS), ledger(ROWS)])
    gate.open()
    store.write([posts(ROWS), ledger(ROWS)])
    assert_each_once(clickhouse_store, 2 * ROWS)


@pytest.mark.parametrize("direction", [UP, DOWN])
def test_a_half_closed_connection_is_replaced(connect, gate, clickhouse_store, direction):
    store = connect(answer_seconds=2)
    store.write([posts(0), ledger(0)])
    gate.half_close(direction)
    store.write([posts(ROWS), ledger(ROWS)])
    assert_each_once(clickhouse_store, 2 * ROWS)
    assert gate.accepted == 2


@pytest.mark.parametrize("direction", [UP, DOWN])
def test_a_connection_that_half_closes_in_mid_insert_is_replaced(connect, gate, clickhouse_store, direction):
    store = connect(answer_seconds=2)
    store.write([posts(0), ledger(0)])
    gate.delay(0.1)
    size = gate.passed(UP)

    def half_close() -> None:
        while gate.passed(UP) < size + 1000:
            time.sleep(0.002)
        gate.half_close(direction)

    closer = threading.Thread(target=half_close)
    closer.start()
    store.write([posts(ROWS), ledger(ROWS)])
    closer.join()
    gate.open()
    assert_each_once(clickhouse_store, 2 * ROWS)


def test_a_slow_line_is_waited_for(connect, gate, clickhouse_store):
    """0.1 s each way, a hundred times a real one; no try is given up."""
    store = connect(answer_seconds=5)
    gate.delay(0.1)
    store.write([posts(0), ledger(0)])
    assert gate.accepted == 1 and gate.severed == 0
    assert_each_once(clickhouse_store, ROWS)


def test_a_question_on_a_dead_line_is_asked_again_and_never_answered_by_another_question(connect, gate):
    store = connect(answer_seconds=1)
    store.write([ledger(0)])
    for n in range(5):
        gate.drop_response()
        assert store.query(f"SELECT {n} AS n").rows == [(n,)]
        gate.sever()
        assert store.query(f"SELECT {n + 100} AS n").rows == [(n + 100,)]


def test_a_store_that_was_cut_leaves_no_connection_behind(connect, gate):
    store = connect()
    for n in range(10):
        gate.sever_after(5_000, UP)
        store.write([ledger(n * ROWS)])
    assert gate.live == 1
    store.close()
    deadline = time.monotonic() + 5
    while gate.live and time.monotonic() < deadline:
        time.sleep(0.01)
    assert gate.live == 0
    with contextlib.suppress(TransientError):
        store.query("SELECT 1")
