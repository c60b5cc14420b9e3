"""The server store: logins, rights, outages, and what its messages must not say."""

from __future__ import annotations

import signal
import threading

import pytest
from pydantic import SecretStr

from schemas.errors import TerminalError, TransientError
from sinks import clickhouse
from sinks.clickhouse import ClickHouseStore
from tests.services.clickhouse_server import ClickHouseServer, find_or_skip
from tests.sinks.rows import block, entry

pytestmark = pytest.mark.clickhouse


class FakeClock:
    """Jumps instead of waiting; `on_sleep` runs at each wait."""

    def __init__(self, on_sleep=lambda: None):
        self.now, self.sleeps, self.on_sleep = 0.0, [], on_sleep

    def monotonic(self):
        return self.now

    def sleep(self, seconds, /):
        self.sleeps.append(seconds)
        self.now += seconds
        self.on_sleep()


@pytest.fixture
def connect(server):
    opened = []

    def make(port=None, **changes):
        login = {"user": server.user, "password": SecretStr(server.password), "retry_seconds": 1}
        store = ClickHouseStore(**({"port": port or server.port} | login | changes))
        opened.append(store)
        return store

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def own_server(tmp_path):
    """A server of its own, to be killed and frozen."""
    found = ClickHouseServer(find_or_skip(), tmp_path)
    found.start()
    yield found
    found.stop()


def test_a_wrong_password_is_told_without_the_password(connect):
    store = connect(password=SecretStr("s3cret-canary"))
    for call in (store.migrate, lambda: store.query("SELECT 1"), lambda: store.write([block("ledger", [entry(1)])])):
        with pytest.raises(TerminalError, match=r"password is wrong; check store\.password") as told:
            call()
        for error in (told.value, told.value.__cause__):
            assert "canary" not in repr(error) + str(error)
    assert "canary" not in repr(store) + str(vars(store))


def test_a_missing_database_is_made_by_migrate_alone(connect):
    store = connect(database="fresh_one")
    with pytest.raises(TerminalError, match=r"database does not exist; run `echolot migrate`"):
        store.write([block("ledger", [entry(1)])])
    assert store.migrate()[0] == "0001_facts"
    store.write([block("ledger", [entry(1)])])
    assert connect(database="fresh_one").query("SELECT count() FROM ledger").rows == [(1,)]
    store.command("DROP DATABASE fresh_one")


def test_a_user_who_may_not_make_the_database_is_told(connect, server):
    with pytest.raises(TerminalError, match="making the database: read-only"):
        connect(user=server.reader, password=None, database="forbidden").migrate()


def test_a_reading_user_reads_and_is_told_when_writing(connect, clickhouse_store, server):
    reader = connect(user=server.reader, password=None)
    assert reader.query("SELECT {n:UInt8} AS n", {"n": 5}).rows == [(5,)]
    with pytest.raises(TerminalError, match="a writer's profile must not be readonly"):
        reader.write([block("ledger", [entry(1)])])


def test_a_server_that_is_away_is_tried_with_growing_pauses_until_the_budget_ends(connect):
    clock = FakeClock()
    with pytest.raises(TransientError, match=r"cannot be reached.*store\.port.*given up after 9 tries in 20 s"):
        connect(port=1, retry_seconds=20, clock=clock).write([block("ledger", [entry(1)])])
    assert clock.sleeps == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


def test_a_query_does_not_wait_long_for_a_server_that_is_away(connect):
    clock = FakeClock()
    with pytest.raises(TransientError):
        connect(port=1, retry_seconds=600, clock=clock).query("SELECT 1")
    assert sum(clock.sleeps) <= 1


def test_a_restart_between_two_writes_goes_unnoticed(connect, own_server):
    clock = FakeClock(on_sleep=lambda: own_server.start() if clock.sleeps[-1] == 0.2 else None)
    store = connect(port=own_server.port, clock=clock, retry_seconds=60)
    store.migrate()
    store.write([block("ledger", [entry(1)])])
    own_server.kill()
    store.write([block("ledger", [entry(2)])])
    assert clock.sleeps == [0.1, 0.2]
    assert store.query("SELECT seen, missing FROM ingest_accounting").rows == [(2, 0)]


def test_a_frozen_server_is_given_up_and_its_write_sent_again(connect, own_server):
    """SIGSTOP: the connection stays open and says nothing. The block is there once after the server wakes."""
    store = connect(port=own_server.port, answer_seconds=1, retry_seconds=30)
    store.migrate()
    store.write([block("ledger", [entry(1)])])
    own_server.signal(signal.SIGSTOP)
    timer = threading.Timer(2.5, own_server.signal, [signal.SIGCONT])
    timer.start()
    store.write([block("ledger", [entry(2)])])
    timer.join()
    assert store.query("SELECT seen FROM ingest_accounting").rows == [(2,)]


def test_a_value_that_slips_through_is_terminal_and_never_told(connect, clickhouse_store, monkeypatch):
    monkeypatch.setattr(clickhouse, "check", lambda *_: None)
    for bad, told in (({"mentions": "canary"}, "code 53"), ({"source": "canary\ud800"}, "the driver failed")):
        with pytest.raises(TerminalError, match=told) as raised:
            connect().write([block("ledger", [entry(1, **bad)])])
        assert "canary" not in str(raised.value)


def test_inserts_ask_a_modern_server_for_what_they_rely_on(connect, monkeypatch):
    """Defaults changed in 26.2 and 26.3; 18.16 knows none of these, so what the driver is handed is looked at."""
    store, handed = connect(), []
    monkeypatch.setattr(ClickHouseStore, "version", (25, 8))
    monkeypatch.setattr(store, "_columns_of", lambda _: dict.fromkeys(entry(1), "String"))
    monkeypatch.setattr(clickhouse, "check", lambda *_: None)
    monkeypatch.setattr(store, "_execute", lambda *_, **options: handed.append(options["settings"]))
    store.write([block("ledger", [entry(1)]), block("ledger", [entry(1)])])
    assert [(s["async_insert"], s["wait_for_async_insert"], s["insert_deduplicate"]) for s in handed] == [(0, 1, 1)] * 2
    assert handed[0]["insert_deduplication_token"] != handed[1]["insert_deduplication_token"]
