"""One owner process a folder: found, started, shared, killed, replaced, and gone when nobody needs it."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from multiprocessing.connection import Client
from pathlib import Path

import pytest

from schemas.errors import TerminalError, TransientError
from sinks import native
from sinks.chdb import ChdbStore
from sinks.chdb_link import ADDRESS, PROTOCOL, Address
from tests.sinks.owners import is_alive, owner_pid, wait_until_free
from tests.sinks.rows import block, entry

LEDGER = ("source", "partition", "position", "outcome", "mentions", "dead")


@pytest.fixture
def folder(tmp_path):
    yield tmp_path / "store"
    if (tmp_path / "store" / ADDRESS).exists():
        wait_until_free(tmp_path / "store")


@pytest.fixture
def opened(folder):
    store = ChdbStore(folder, linger_seconds=0.3, retry_seconds=30)
    store.migrate()
    yield store
    store.close()


JOIN = """
import sys
from sinks.chdb import ChdbStore
from sinks.chdb_link import Address
from sinks.store import Block
store, n = ChdbStore(sys.argv[1], linger_seconds=0.3), int(sys.argv[2])
store.migrate()
store.write([Block("ledger", {"source": ["t"], "partition": [n], "position": [1], "outcome": ["good"],
                              "mentions": [1], "dead": [0]})])
print(Address.read(store.folder).pid, flush=True)
sys.stdin.readline()
"""


def test_clients_that_start_at_the_same_moment_share_one_owner(folder):
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", JOIN, str(folder), str(n)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for n in range(4)
    ]
    pids = {starter.stdout.readline().strip() for starter in starters}
    reader = ChdbStore(folder)
    assert reader.query("SELECT count() FROM ledger").rows == [(4,)]
    assert pids == {str(owner_pid(folder))}
    for starter in starters:
        starter.communicate("")
    assert [starter.returncode for starter in starters] == [0] * 4
    reader.close()


def test_a_killed_owner_loses_and_doubles_nothing(opened, folder):
    """Twelve writes of 3,000 rows while the owner is killed three times, at random moments."""
    draw = random.Random(7)
    ended = threading.Event()
    killed: list[int] = []

    def kill() -> None:
        while len(killed) < 3 and not ended.wait(draw.uniform(0.02, 0.3)):
            address = Address.read(folder)
            if address is not None and address.pid not in killed and is_alive(address.pid):
                os.kill(address.pid, signal.SIGKILL)
                killed.append(address.pid)

    killer = threading.Thread(target=kill)
    killer.start()
    n = 0
    while killer.is_alive() or n < 12:
        opened.write([block("ledger", [entry(i) for i in range(n * 3000, (n + 1) * 3000)])])
        n += 1
    ended.set()
    killer.join()
    assert len(killed) == 3
    seen, first, last, missing = opened.query(
        "SELECT seen, first_position, last_position, missing FROM ingest_accounting"
    ).rows[0]
    assert (seen, first, last, missing) == (n * 3000, 0, n * 3000 - 1, 0)


def test_a_write_whose_owner_always_dies_is_transient_in_the_end(opened, folder):
    doomed = threading.Event()

    def kill() -> None:
        while not doomed.wait(0.01):
            address = Address.read(folder)
            if address is not None and is_alive(address.pid):
                os.kill(address.pid, signal.SIGKILL)

    impatient = ChdbStore(folder, retry_seconds=1, linger_seconds=0.3)
    impatient.query("SELECT 1")
    killer = threading.Thread(target=kill)
    killer.start()
    try:
        with pytest.raises(TransientError, match="given up after"):
            for n in range(1000):
                impatient.write([block("ledger", [entry(n)])])
    finally:
        doomed.set()
        killer.join()
    impatient.close()


def test_the_owner_ends_soon_after_its_last_client_was_killed(folder):
    client = subprocess.Popen(
        [sys.executable, "-c", JOIN, str(folder), "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    pid = int(client.stdout.readline())
    assert is_alive(pid)
    client.kill()
    client.communicate()
    wait_until_free(folder, seconds=10)
    assert not (folder / ADDRESS).exists()


def connect(folder):
    address = Address.read(folder)
    return Client(address.socket, "AF_UNIX", authkey=bytes.fromhex(address.key))


def send_and_leave(opened, folder):
    """Ask the owner for ten inserts of 5,000 rows, and go without the answer."""
    connection = connect(folder)
    types = dict(opened.query("SELECT name, type FROM system.columns WHERE table = 'ledger'").rows)
    pieces = [block("ledger", [entry(i) for i in range(n * 5000, (n + 1) * 5000)]) for n in range(10)]
    connection.send(
        ("write", [(f"INSERT INTO ledger ({', '.join(types)})", native.encode(piece, types)) for piece in pieces])
    )
    connection.close()


def test_a_request_that_arrived_is_carried_out_though_its_client_left(opened, folder):
    send_and_leave(opened, folder)
    opened.close()
    wait_until_free(folder)
    assert opened.query("SELECT count() FROM ledger").rows == [(50_000,)]


def test_an_owner_told_to_end_carries_out_what_it_has_begun(opened, folder):
    send_and_leave(opened, folder)
    while opened.query("SELECT count() FROM ledger").rows == [(0,)]:
        pass
    os.kill(owner_pid(folder), signal.SIGTERM)
    wait_until_free(folder)
    assert opened.query("SELECT count() FROM ledger").rows == [(50_000,)]


def test_an_owner_told_to_end_answers_what_it_has_carried_out(opened, folder):
    """An answer of 30 MB does not fit into the socket, so the owner is in the midst of it when it is told to end."""
    with connect(folder) as client:
        client.send(("query", "SELECT repeat('x', 1000) FROM numbers(30000)", {}))
        assert client.poll(10)
        os.kill(owner_pid(folder), signal.SIGTERM)
        time.sleep(0.5)
        outcome, content = client.recv()
    assert outcome == "done"
    assert len(content) > 30_000_000


def test_an_owner_told_to_end_is_replaced_unnoticed(opened, folder):
    before = owner_pid(folder)
    os.kill(before, signal.SIGTERM)
    for written in range(1, 100):  # until it has heard the signal it may answer
        opened.write([block("ledger", [entry(written)])])
        assert opened.query("SELECT count() FROM ledger").rows == [(written,)]
        now = Address.read(folder)
        if now is not None and now.pid != before:
            return
        time.sleep(0.1)
    pytest.fail("the owner that was told to end goes on")


def test_only_this_user_gets_at_the_store(opened, folder):
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / ADDRESS).stat().st_mode & 0o777 == 0o600
    assert Path(Address.read(folder).socket).parent.stat().st_mode & 0o777 == 0o700


def test_a_stranger_without_the_key_is_turned_away_and_harms_nobody(opened, folder):
    from multiprocessing import AuthenticationError

    with pytest.raises((AuthenticationError, EOFError, OSError)):
        Client(Address.read(folder).socket, "AF_UNIX", authkey=b"guess")
    assert opened.query("SELECT 1 AS one").rows == [(1,)]


def test_a_client_that_stops_in_mid_greeting_holds_up_nobody(opened, folder):
    with socket.socket(socket.AF_UNIX) as stuck:
        stuck.connect(Address.read(folder).socket)
        with closing(ChdbStore(folder)) as other:
            assert other.query("SELECT 1 AS one").rows == [(1,)]


def test_a_temporary_folder_with_a_long_name_does_not_matter(folder, tmp_path, monkeypatch):
    deep = tmp_path / ("long" * 20) / ("name" * 20)
    deep.mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(deep))
    store = ChdbStore(folder, linger_seconds=0.3)
    assert store.query("SELECT 1 AS one").rows == [(1,)]
    store.close()


def test_an_owner_of_another_release_is_named(opened, folder, monkeypatch):
    monkeypatch.setattr("sinks.chdb.PROTOCOL", PROTOCOL + 1)
    with pytest.raises(TerminalError, match=f"process {owner_pid(folder)} of another version.*end it"):
        ChdbStore(folder).query("SELECT 1")


def test_a_file_in_place_of_the_folder_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file", tmp_path / "file" / "store"):
        with pytest.raises(TerminalError, match=r"folder cannot be used.*store.path must be a folder"):
            ChdbStore(path).query("SELECT 1")


def test_a_folder_that_cannot_be_written_is_told():
    """/proc takes no folder from anybody, root included."""
    with pytest.raises(TerminalError, match=r"folder cannot be used.*may write"):
        ChdbStore("/proc/echolot").write([block("ledger", [entry(1)])])


FOREIGN = """
import sys, chdb
handle = chdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.readline()
"""


def test_a_folder_that_a_foreign_process_has_open_is_told(tmp_path):
    foreign = subprocess.Popen(
        [sys.executable, "-c", FOREIGN, str(tmp_path / "store")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert foreign.stdout.readline() == "open\n"
        started = time.monotonic()
        with pytest.raises(TerminalError, match="another process has this path open"):
            ChdbStore(tmp_path / "store", linger_seconds=0).query("SELECT 1")
        assert time.monotonic() - started < 20
    finally:
        foreign.communicate("")
