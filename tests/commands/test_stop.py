"""SIGTERM while store or broker is away, on real processes: the job ends at once, in order, and loses nothing."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import pytest

from configs.settings import ClickHouseStoreSettings, FilesSource, JobSettings
from pipeline import job
from pipeline.stopping import unless_stopped
from schemas.errors import Stopped, TransientError
from tests.jobs import Job, canonical
from tests.services.clickhouse_server import ClickHouseServer, find_or_skip
from tests.services.gate import Gate

AT_ONCE = 5.0  # seconds: two are promised, a loaded machine gets more; libraries hang for ten and more
NOTHING_READ = "stopped before anything was read"
IN_HAND = "stopped while waiting for the store; nothing uncommitted was lost"


class Port:
    """A port that refuses connections, or one that takes them and never answers."""

    def __init__(self, kind):
        self._socket, self._held = socket.socket(), []
        self._socket.bind(("127.0.0.1", 0))
        self.number = self._socket.getsockname()[1]
        if kind == "silent":
            self._socket.listen(50)

    def wait_for_a_client(self, seconds=60):
        self._socket.settimeout(seconds)
        self._held.append(self._socket.accept()[0])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for each in (self._socket, *self._held):
            each.close()


def files(folder):
    (folder / "in").mkdir()
    return {"kind": "files", "path": "in"}


def ends_at_once(started):
    began = time.monotonic()
    code = started.stop(AT_ONCE * 4)
    took = time.monotonic() - began
    assert code == 0 and took < AT_ONCE, f"exit code {code} after {took:.1f} s:\n{started.log.read_text()}"
    return started.log.read_text()


@pytest.mark.parametrize("kind", ["refused", "silent"])
def test_a_stop_ends_a_start_whose_store_is_away(tmp_path, kind):
    with Port(kind) as port:
        started = Job(tmp_path, files(tmp_path), store={"kind": "clickhouse", "port": port.number})
        started.start()
        if kind == "silent":
            port.wait_for_a_client()
        else:
            started.wait_for(lambda: "store trouble" in started.log.read_text())
        said = ends_at_once(started)
    assert NOTHING_READ in said and said.count("store trouble") == (kind == "refused")


@pytest.mark.parametrize("kind", ["refused", "silent"])
def test_a_stop_ends_a_start_whose_broker_is_away(tmp_path, kind):
    with Port(kind) as port:
        source = {"kind": "kafka", "bootstrap": [f"127.0.0.1:{port.number}"], "topics": [{"name": "t"}]}
        started = Job(tmp_path, source)
        started.start()
        if kind == "silent":
            port.wait_for_a_client()
        else:
            started.wait_for(lambda: (tmp_path / "store" / "metadata").exists())  # the broker is next
            time.sleep(1)
        assert NOTHING_READ in ends_at_once(started)


@pytest.mark.clickhouse
def test_a_stop_with_a_write_in_hand_ends_at_once_and_the_next_start_writes_it(tmp_path):
    server = ClickHouseServer(find_or_skip(), tmp_path)
    server.start()
    lines = tmp_path / "in" / "a.jsonl"
    try:
        with Gate("127.0.0.1", server.port) as gate:
            login = {"kind": "clickhouse", "port": gate.port, "user": server.user, "password": server.password}
            started = Job(tmp_path, files(tmp_path), store=login)
            lines.write_bytes(canonical("1", "eins") + b"\n")
            started.start()
            store = job.open_store(ClickHouseStoreSettings(**login))
            try:
                started.wait_for(lambda: _written(store) == 1)
                gate.sever(refuse=True)
                with lines.open("ab") as more:
                    more.write(canonical("2", "zwei") + b"\n")
                started.wait_for(lambda: "store trouble" in started.log.read_text())
                assert IN_HAND in ends_at_once(started)
                gate.open()
                assert _written(store) == 1
                started.start()
                started.wait_for(lambda: _written(store) == 2)
                assert started.stop() == 0
                assert "records=1 mentions=1 dead=0, all committed" in started.log.read_text()
            finally:
                store.close()
                started.kill()
    finally:
        server.stop()


def _written(store):
    with contextlib.suppress(Exception):  # the tables are not made yet
        return store.query("SELECT count() FROM ledger FINAL").rows[0][0]
    return 0


def test_a_start_waits_for_its_store_for_half_a_minute_at_most(tmp_path, monkeypatch):
    """`store.retry` (10 minutes) is for the writes of a running job."""
    assert job.START_SECONDS == 30
    monkeypatch.setattr(job, "START_SECONDS", 1)
    (tmp_path / "in").mkdir()
    with Port("refused") as port:
        store = ClickHouseStoreSettings(port=port.number)
        assert store.retry.total_seconds() == 600
        began = time.monotonic()
        with pytest.raises(TransientError, match=rf"{port.number}.*given up after \d tries in 1 s"):
            job.run(JobSettings(source=FilesSource(path=tmp_path / "in"), store=store), stop=threading.Event())
    assert time.monotonic() - began < 60


def test_work_that_hangs_is_left_behind_and_what_it_brings_is_let_go():
    stop, free, gone = threading.Event(), threading.Event(), []

    def work():
        free.wait(30)
        return "late"

    threading.Timer(0.2, stop.set).start()
    with pytest.raises(Stopped, match=NOTHING_READ):
        unless_stopped(work, stop, gone.append)
    assert gone == []
    free.set()
    deadline = time.monotonic() + 10
    while not gone and time.monotonic() < deadline:
        time.sleep(0.02)
    assert gone == ["late"]


def test_work_that_ends_hands_on_what_came_of_it():
    assert unless_stopped(lambda: 7, threading.Event()) == 7
    with pytest.raises(ZeroDivisionError):
        unless_stopped(lambda: 1 / 0, threading.Event())


def test_a_line_of_counts_ends_a_run(tmp_path):
    started = Job(tmp_path, files(tmp_path) | {"follow": False})
    (tmp_path / "in" / "a.jsonl").write_bytes(canonical("1", "eins") + b"\n{\n")
    started.start().wait(120)
    said = started.log.read_text()
    assert f"starting: reading {tmp_path}/in, 1 files, to chdb" in said, said
    assert "stopped: records=2 mentions=1 dead=1, all committed" in said
    assert len([line for line in said.splitlines() if "stopped:" in line]) == 1, "every line once"
