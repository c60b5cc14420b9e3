"""The gate that other tests lean on: bytes pass whole, faults hit where told, nothing is left behind."""

from __future__ import annotations

import contextlib
import gc
import random
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.ports import free_ports
from tests.services.gate import Direction, Gate

UP, DOWN = Direction.UP, Direction.DOWN


class Peer:
    """A server that answers each request line ("N\\n" or more bytes) with what `reply` makes of it, and keeps all."""

    def __init__(self, *, echo: bool = True, pause: float = 0.0) -> None:
        self.got: list[bytearray] = []
        self.ends: list[str] = []
        self._echo, self._pause = echo, pause
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._door.accept()
                self.got.append(bytearray())
                self._threads.append(threading.Thread(target=self._serve, args=(client, self.got[-1])))
                self._threads[-1].start()

    def _serve(self, client: socket.socket, kept: bytearray) -> None:
        with client:
            client.settimeout(10)
            try:
                while piece := client.recv(65536):
                    kept += piece
                    time.sleep(self._pause)
                    if self._echo:
                        client.sendall(piece)
                self.ends.append("end")
            except OSError as error:
                self.ends.append(type(error).__name__)

    def close(self) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()


@pytest.fixture
def peer() -> Iterator[Peer]:
    with contextlib.closing(Peer()) as made:
        yield made


@pytest.fixture
def gate(peer: Peer) -> Iterator[Gate]:
    with Gate("127.0.0.1", peer.port) as made:
        yield made


def dial(gate: Gate) -> socket.socket:
    return socket.create_connection(("127.0.0.1", gate.port), timeout=5)


def ask(client: socket.socket, content: bytes) -> bytes:
    """Send and read as many bytes back; fewer where the other end closed."""
    client.sendall(content)
    return receive(client, len(content))


def receive(client: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count and (piece := client.recv(65536)):
        got += piece
    return got


def until(what, seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


def test_bytes_pass_whole_both_ways_and_are_counted(gate, peer):
    """Three connections at once, 3 MB each way, more than any buffer on the way holds."""
    content = random.Random(1).randbytes(3_000_000)

    def one() -> None:
        with dial(gate) as client:
            sender = threading.Thread(target=client.sendall, args=(content,))
            sender.start()
            answers.append(receive(client, len(content)) == content)
            sender.join()

    answers: list[bool] = []
    clients = [threading.Thread(target=one) for _ in range(3)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    assert answers == [True] * 3
    assert (gate.passed(UP), gate.passed(DOWN), gate.accepted, gate.severed) == (9_000_000, 9_000_000, 3, 0)
    until(lambda: gate.live == 0)
    assert gate.passed(UP) == 9_000_000, "the counters outlive the connections"


def test_a_reader_that_is_slow_holds_its_writer_back():
    """20 MB sent to a server that reads 64 KiB each 2 ms: all of it arrives, though the gate keeps 8 MiB at most."""
    with contextlib.closing(Peer(echo=False, pause=0.002)) as slow, Gate("127.0.0.1", slow.port) as gate:
        content = random.Random(2).randbytes(20_000_000)
        with dial(gate) as client:
            sender = threading.Thread(target=client.sendall, args=(content,))
            sender.start()
            most = 0
            while sender.is_alive():
                most = max(most, gate.held)
            sender.join()
        until(lambda: slow.ends == ["end"], 20)
        assert bytes(slow.got[0]) == content
        assert 4_000_000 < most < 9_000_000


def test_severed_connections_are_reset_and_new_ones_pass(gate, peer):
    with dial(gate) as client:
        assert ask(client, b"one") == b"one"
        gate.sever()
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    until(lambda: peer.ends == ["ConnectionResetError"])
    with dial(gate) as client:
        assert ask(client, b"two") == b"two"
    assert (gate.severed, gate.accepted) == (1, 2)


def test_a_refusing_gate_keeps_its_port_and_opens_again(gate):
    with dial(gate) as client:
        assert ask(client, b"one") == b"one"
        gate.sever(refuse=True)
        gate.sever(refuse=True)
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    with pytest.raises(ConnectionRefusedError):
        dial(gate)
    with pytest.raises(OSError), socket.socket() as thief:
        thief.bind(("127.0.0.1", gate.port))
    gate.open()
    with dial(gate) as client:
        assert ask(client, b"two") == b"two"


def test_a_server_that_is_away_is_an_ended_connection():
    (port,) = free_ports(1)
    with Gate("127.0.0.1", port) as gate, pytest.raises(ConnectionResetError), dial(gate) as client:
        client.recv(1)


def test_delay_holds_every_byte_each_way_and_keeps_their_order(gate):
    with dial(gate) as client:
        gate.delay(0.15)
        began = time.monotonic()
        client.sendall(b"a")
        time.sleep(0.05)
        client.sendall(b"b")
        assert receive(client, 2) == b"ab"
        assert 0.3 <= time.monotonic() - began < 1.5
        client.shutdown(socket.SHUT_WR)
        began = time.monotonic()
        assert client.recv(1) == b"" and time.monotonic() - began >= 0.3, "the end travels no faster"
    gate.open()
    with dial(gate) as client:
        began = time.monotonic()
        assert ask(client, b"c") == b"c" and time.monotonic() - began < 0.15


def test_no_delayed_byte_is_forgotten(gate):
    """300 questions, held for 5 to 80 us: one that comes due just as the loop goes to sleep would wait for ever."""
    with dial(gate) as client:
        for n in range(300):
            gate.delay(0.000005 * (1 + n % 16))
            assert ask(client, b"%03d" % n) == b"%03d" % n


def test_a_connection_closed_upward_still_hears_the_server(gate, peer):
    with dial(gate) as client:
        assert ask(client, b"one") == b"one"
        gate.half_close(UP)
        until(lambda: peer.ends == ["end"])
        client.sendall(b"lost")
        assert client.recv(1) == b"", "the server ended when it saw our end"
    assert bytes(peer.got[0]) == b"one"


def test_a_connection_closed_downward_still_tells_the_server(gate, peer):
    with dial(gate) as client:
        assert ask(client, b"one") == b"one"
        gate.half_close(DOWN)
        assert client.recv(1) == b""
        client.sendall(b"two")
        until(lambda: bytes(peer.got[0]) == b"onetwo")
    until(lambda: peer.ends == ["end"])


def test_a_black_hole_accepts_and_says_nothing(gate, peer):
    """Old and new connections stay open, mute; what they sent is nowhere; opened again, they are reset."""
    with dial(gate) as old:
        assert ask(old, b"one") == b"one"
        gate.black_hole()
        with dial(gate) as new:
            for client in (old, new):
                client.sendall(b"lost" * 100_000)
                client.settimeout(0.2)
                with pytest.raises(TimeoutError):
                    client.recv(1)
            assert gate.live == 2 and bytes(peer.got[0]) == b"one"
            gate.open()
            for client in (old, new):
                client.settimeout(5)
                with pytest.raises(ConnectionResetError):
                    client.recv(1)
    with dial(gate) as client:
        assert ask(client, b"two") == b"two"


def test_a_connection_that_lost_nothing_outlives_a_black_hole(gate):
    with dial(gate) as client:
        assert ask(client, b"one") == b"one"
        gate.black_hole()
        gate.open()
        assert ask(client, b"two") == b"two" and gate.severed == 0


@pytest.mark.parametrize("count", [1, 2, 65_535, 65_536, 131_073, 1_000_000, 4_999_999, 5_000_000])
def test_a_connection_is_cut_after_exactly_so_many_bytes_up(count):
    with contextlib.closing(Peer(echo=False, pause=0.001)) as slow, Gate("127.0.0.1", slow.port) as gate:
        gate.sever_after(count, UP)
        content = random.Random(count).randbytes(5_000_000)
        with dial(gate) as client, pytest.raises(OSError):
            client.sendall(content)
            client.recv(1)
            raise AssertionError("not cut")
        until(lambda: slow.ends == ["ConnectionResetError"])
        assert bytes(slow.got[0]) == content[:count]
        assert (gate.passed(UP), gate.severed) == (count, 1)


def test_a_connection_is_cut_after_exactly_so_many_bytes_down(gate):
    with dial(gate) as client:
        assert ask(client, b"x" * 500) == b"x" * 500
        gate.sever_after(1000, DOWN)
        client.sendall(b"y" * 3000)
        assert receive(client, 1000) == b"y" * 1000, "counted from the call"
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_so_many_connections_are_cut_and_then_no_more(gate, peer):
    gate.sever_after(10, UP, times=3)
    for _ in range(3):
        with dial(gate) as client, contextlib.suppress(ConnectionResetError):
            while client.send(b"z" * 25) and client.recv(100):
                pass
    with dial(gate) as client:
        assert ask(client, b"z" * 100) == b"z" * 100
    assert [len(got) for got in peer.got] == [10, 10, 10, 100] and gate.severed == 3


def test_a_dropped_response_leaves_the_request_done(gate, peer):
    """`after` lets an earlier answer of the same conversation through."""
    gate.drop_response(after=4)
    with dial(gate) as client:
        assert ask(client, b"one") == b"one"
        client.sendall(b"two")
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    until(lambda: bytes(peer.got[0]) == b"onetwo")
    with dial(gate) as client:
        assert ask(client, b"three") == b"three"
    assert gate.severed == 1


def test_an_idle_gate_costs_nothing(gate):
    """No busy loop, whatever state its connections are in: half closed, mute, or with a reader that does not read."""
    with dial(gate) as half, dial(gate) as mute, dial(gate) as full:
        ask(half, b"one")
        gate.half_close(DOWN)
        full.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                full.send(b"x" * 65536)
        gate.black_hole()
        mute.sendall(b"lost")
        mute.shutdown(socket.SHUT_WR)
        time.sleep(0.2)
        before = gate.cpu_seconds
        time.sleep(0.5)
        assert gate.cpu_seconds - before < 0.05
        gate.sever()


def test_threads_may_order_at_once(gate):
    def orders() -> None:
        draw = random.Random(threading.get_ident())
        for _ in range(100):
            draw.choice([gate.open, gate.sever, gate.black_hole, lambda: gate.passed(UP), lambda: gate.delay(0.01)])()

    def talk() -> None:
        for _ in range(100):
            with contextlib.suppress(OSError), dial(gate) as client:
                client.settimeout(0.02)
                ask(client, b"hello")

    threads = [threading.Thread(target=f) for f in (orders, orders, talk, talk)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
        assert not each.is_alive()
    gate.open()
    gate.sever()
    with dial(gate) as client:
        assert ask(client, b"still here") == b"still here"


def test_nothing_is_left_behind_by_a_closed_gate(peer):
    open_files = Path("/proc/self/fd")

    def left() -> tuple[int, int]:
        gc.collect()
        return sum(1 for _ in open_files.iterdir()) if open_files.exists() else 0, threading.active_count()

    with dial_direct(peer) as direct:
        ask(direct, b"warm")
    until(lambda: len(peer.ends) == 1)
    Gate("127.0.0.1", peer.port).close()  # the first port of a process opens the file of claims
    before = left()
    gate = Gate("127.0.0.1", peer.port)
    clients = [dial(gate) for _ in range(5)]
    assert [ask(client, b"hi") for client in clients] == [b"hi"] * 5
    gate.black_hole()
    clients.append(dial(gate))
    gate.close()
    gate.close()
    for client in clients:
        with pytest.raises(ConnectionResetError):
            client.recv(1)
        client.close()
    until(lambda: len(peer.ends) == 6)
    until(lambda: left()[0] == before[0])
    with pytest.raises(RuntimeError, match="is closed"):
        gate.open()


def dial_direct(peer: Peer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", peer.port), timeout=5)
