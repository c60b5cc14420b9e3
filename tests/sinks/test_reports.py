"""What others reported of their sinks, as tests of ours: zombies, buffers that grow with each retry, inserts that fail
for a while, and deduplication windows that swallow rows. Issue numbers are those of the repositories named."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from schemas.errors import TransientError
from sinks.chdb import ChdbStore
from sinks.clickhouse import ClickHouseStore
from tests.services.gate import Direction, Gate
from tests.sinks.rows import block, dead_letter, entry, mention, post

ROOT = Path(__file__).resolve().parents[2]
POSTS = 4000

ZOMBIE = """
import sys
from pydantic import SecretStr
from sinks.clickhouse import ClickHouseStore
from tests.sinks.test_reports import old_blocks
port, user, password = int(sys.argv[1]), sys.argv[2], sys.argv[3]
store = ClickHouseStore(port=port, user=user, password=SecretStr(password), retry_seconds=30)
for blocks in old_blocks():
    store.write(blocks)
print("written", flush=True)
"""


def old_blocks():
    """Four batches at revision 1, as the worker had read them when it was paused."""
    for start in range(0, POSTS, 1000):
        numbers = range(start, start + 1000)
        yield [
            block("posts", [post(n, 1, text=f"old {n} " + "x" * 200) for n in numbers]),
            block("ledger", [entry(n) for n in numbers]),
        ]


@pytest.mark.clickhouse
def test_a_zombie_that_wakes_after_its_replacement_wrote_changes_nothing(server, clickhouse_store):
    """clickhouse-kafka-connect 24: a process paused in mid-insert goes on after others wrote the same and newer."""
    for table in ("posts", "ledger", "deletions"):  # other tests write to the same server
        clickhouse_store.command(f"TRUNCATE TABLE {table}")
    with Gate("127.0.0.1", server.port) as gate:
        command = [sys.executable, "-c", ZOMBIE, str(gate.port), server.user, server.password]
        gate.delay(0.02)  # slow enough to be caught in the middle
        zombie = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        try:
            deadline = time.monotonic() + 60
            while gate.passed(Direction.UP) < 300_000:
                assert zombie.poll() is None and time.monotonic() < deadline
                time.sleep(0.002)
            zombie.send_signal(signal.SIGSTOP)
            for blocks in old_blocks():
                clickhouse_store.write(blocks)
            newer = [post(n, 2, text=f"new {n}") for n in range(0, POSTS, 2)]
            clickhouse_store.write([block("posts", newer)])
            clickhouse_store.command("OPTIMIZE TABLE posts FINAL")
            before = gate.passed(Direction.UP)
            zombie.send_signal(signal.SIGCONT)
            assert zombie.communicate(timeout=60)[0] == "written\n" and zombie.returncode == 0
            assert gate.passed(Direction.UP) - before > 100_000, "it woke in the middle and wrote"
        finally:
            zombie.kill()
            zombie.communicate()
    shown = dict(clickhouse_store.query("SELECT mention_id, substring(text, 1, 3) FROM mentions").rows)
    assert shown == {mention(n): "new" if n % 2 == 0 else "old" for n in range(POSTS)}
    assert clickhouse_store.query("SELECT sum(seen), sum(missing) FROM ingest_accounting").rows == [(POSTS, 0)]


@pytest.mark.clickhouse
def test_a_retry_sends_the_block_as_it_was_and_never_more(server, clickhouse_store):
    """clickhouse-kafka-connect 801: each retry appended the records to the buffer again, until the table had too many
    parts. A table that keeps every row shows one copy a try, and the bytes of a try do not grow."""
    clickhouse_store.command("DROP TABLE IF EXISTS every_try")
    clickhouse_store.command("CREATE TABLE every_try AS dead_letters ENGINE = MergeTree ORDER BY position")
    rows = block("dead_letters", [dead_letter(n, b"raw %d" % n) for n in range(2000)])
    with Gate("127.0.0.1", server.port) as gate:
        store = ClickHouseStore(port=gate.port, user=server.user, password=SecretStr(server.password))
        kept = type(rows)("every_try", rows.columns)
        store.write([kept])
        once = gate.passed(Direction.UP)
        gate.drop_response(after=20_000, times=4)
        store.write([kept])
        again = gate.passed(Direction.UP) - once
        store.close()
    found = clickhouse_store.query("SELECT count(), uniqExact(position) FROM every_try").rows
    assert found == [(6 * 2000, 2000)], "one write before, and five tries of the second"
    assert again <= 5 * once
    clickhouse_store.command("DROP TABLE every_try")


@pytest.mark.clickhouse
def test_too_many_parts_is_waited_out_and_then_told(server, clickhouse_store):
    """ClickHouse 7256: code 252 from a real server. With merges the write goes through, without it says what to do."""
    clickhouse_store.command("DROP TABLE IF EXISTS full")
    clickhouse_store.command(
        "CREATE TABLE full (position UInt64) ENGINE = MergeTree ORDER BY position "
        "SETTINGS parts_to_throw_insert = 3, parts_to_delay_insert = 3, max_bytes_to_merge_at_max_space_in_pool = 1"
    )
    login = {"port": server.port, "user": server.user, "password": SecretStr(server.password)}
    store = ClickHouseStore(**login, retry_seconds=1)
    written = 0
    with pytest.raises(TransientError, match=r"too many parts; .* write larger batches .*given up"):
        for n in range(20):
            store.write([block("full", [{"position": n}])])
            written += 1
    assert 2 <= written < 20
    assert store.query("SELECT count(), max(position) FROM full").rows == [(written, written - 1)]
    patient = ClickHouseStore(**login, retry_seconds=30)
    relief = threading.Timer(0.5, clickhouse_store.command, ["OPTIMIZE TABLE full FINAL"])
    relief.start()
    patient.write([block("full", [{"position": written}])])
    relief.join()
    assert store.query("SELECT count(), max(position) FROM full").rows == [(written + 1, written)]
    for each in (store, patient):
        each.close()
    clickhouse_store.command("DROP TABLE full")


@pytest.fixture(params=[0, 1000])
def windowed(request, tmp_path):
    """An embedded store whose tables keep the hashes of so many inserts."""
    store = ChdbStore(tmp_path / "store", linger_seconds=0)
    store.migrate()
    for table in ("posts", "ledger", "dead_letters"):
        store.command(f"ALTER TABLE {table} MODIFY SETTING non_replicated_deduplication_window = {request.param}")
    yield store
    store.close()


def test_whatever_the_deduplication_window_a_replay_is_there_once_and_nothing_is_swallowed(windowed):
    """ClickHouse/flink-connector-clickhouse 121, ClickHouse 121174: without a window replays double, with one an
    acknowledged insert of earlier content is dropped. Ours: once, and back again after it was removed."""
    rows = [block("posts", [post(n) for n in range(100)]), block("ledger", [entry(n) for n in range(100)])]
    for _ in range(3):
        windowed.write(rows)
    count = "SELECT count(), uniqExact(mention_id) FROM mentions"
    assert windowed.query(count).rows == [(100, 100)]
    assert windowed.query("SELECT seen, missing FROM ingest_accounting").rows == [(100, 0)]
    windowed.command("ALTER TABLE posts DELETE WHERE 1 SETTINGS mutations_sync = 2")
    assert windowed.query(count).rows == [(0, 0)]
    windowed.write(rows)
    assert windowed.query(count).rows == [(100, 100)], "the erased rows were replayed and must be back"


def test_whatever_the_deduplication_window_equal_blocks_of_different_batches_both_count(windowed):
    """Two poisoned records without distinguishing bytes, in batches of their own, are two dead letters."""
    for n in range(2):
        windowed.write([block("dead_letters", [dead_letter(n, b"")]), block("ledger", [entry(n, "dead", 0)])])
    assert windowed.query("SELECT count FROM dead_letter_summary").rows == [(2,)]
