"""A gate for tests: a TCP forwarder on a free loopback port that fails as networks do, when told to.

It knows no protocol. One thread with a selector owns all sockets; every call returns after the loop has obeyed."""

from __future__ import annotations

import contextlib
import errno
import queue
import selectors
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self

from deploy.ports import free_ports
from tests.services.gate_pair import Direction, Faults, Pair, Trap

__all__ = ["Direction", "Gate"]

_HOST = "127.0.0.1"
_OBEY_SECONDS = 10
_DOOMED_POLL = 0.002  # seconds between two looks whether a doomed connection has delivered


class Gate:
    """Forwards to a target until told otherwise. For use from any thread; end it with close() or as a context."""

    def __init__(self, target_host: str, target_port: int) -> None:
        self.target = (target_host, target_port)
        self.accepted = 0
        """Connections taken so far."""
        self.severed = 0
        """Connections that the gate cut so far."""
        self._gone_bytes = dict.fromkeys(Direction, 0)
        self._faults = Faults()
        self._pairs: dict[Pair, dict[socket.socket, int]] = {}  # with the events that the selector watches
        self._orders: queue.SimpleQueue[tuple[Callable[[float], Any], Future[Any]]] = queue.SimpleQueue()
        self._wake_read, self._wake_write = socket.socketpair()
        for end in (self._wake_read, self._wake_write):
            end.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._wake_read, selectors.EVENT_READ)
        (self.port,) = free_ports(1)
        """Where to connect to, on 127.0.0.1."""
        self._door = _bound(self.port)
        self._listening = False
        self._listen()
        self._stepped = 0.0  # when the pairs were last moved
        self._ended = False
        self._thread = threading.Thread(target=self._loop, name=f"gate-{self.port}", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """host:port to connect to."""
        return f"{_HOST}:{self.port}"

    @property
    def live(self) -> int:
        """Connections open now."""
        return self._order(lambda _: len(self._pairs))

    @property
    def cpu_seconds(self) -> float:
        """Processor time that the loop has used so far."""
        return self._order(lambda _: time.thread_time())

    def passed(self, direction: Direction) -> int:
        """Bytes handed on in a direction so far, over all connections."""

        def count(_: float) -> int:
            pipes = [pipe for pair in self._pairs for pipe in pair.pipes if pipe.direction is direction]
            return self._gone_bytes[direction] + sum(pipe.passed for pipe in pipes)

        return self._order(count)

    @property
    def held(self) -> int:
        """Bytes taken and not yet handed on."""
        return self._order(lambda _: sum(pipe.held for pair in self._pairs for pipe in pair.pipes))

    def open(self) -> None:
        """Let everything pass again. Connections that lost bytes in a black hole are reset: their stream has a hole."""

        def order(_: float) -> None:
            self._faults.swallow, self._faults.delay, self._faults.trap = False, 0.0, None
            for pair in [p for p in self._pairs if p.spoilt]:
                self._cut(pair)
            self._listen()

        self._order(order)

    def sever(self, *, refuse: bool = False) -> None:
        """Reset all connections. New ones are taken again, or with `refuse` refused until open()."""

        def order(_: float) -> None:
            for pair in list(self._pairs):
                self._cut(pair)
            if refuse and self._listening:
                self._selector.unregister(self._door)
                self._door.close()
                self._door, self._listening = _bound(self.port), False  # bound, so that nobody takes the port

        self._order(order)

    def delay(self, seconds: float) -> None:
        """Hold every byte for so long each way."""
        self._order(lambda _: setattr(self._faults, "delay", seconds))

    def black_hole(self) -> None:
        """Accept and swallow: connections stay open, nothing arrives anywhere, until open()."""
        self._order(lambda _: setattr(self._faults, "swallow", True))

    def half_close(self, direction: Direction) -> None:
        """Shut one direction of the connections open now: the receiver sees its end, the sender's bytes vanish."""
        self._order(lambda now: [pair.end(direction, now) for pair in self._pairs])

    def sever_after(self, count: int, direction: Direction, times: int = 1) -> None:
        """Cut a connection when exactly `count` bytes have gone in `direction`; so for the next `times` connections.

        Counted from now on an open connection, from its first byte on a new one; what passed before does arrive."""
        self._arm(Trap(count, direction, times))

    def drop_response(self, after: int = 0, times: int = 1) -> None:
        """Cut a connection instead of answering it: the server has the request, the client never hears.

        The answer is what comes down once `after` bytes have gone up, counted as in sever_after."""
        self._arm(Trap(after, Direction.UP, times, answer=True))

    def close(self) -> None:
        """Reset everything and end the thread. Idempotent."""
        if self._thread.is_alive():
            self._order(lambda _: setattr(self, "_ended", True))
            self._thread.join(_OBEY_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _arm(self, trap: Trap) -> None:
        def order(_: float) -> None:
            for pair in self._pairs:
                for pipe in pair.pipes:
                    pipe.base = pipe.passed
            self._faults.trap = trap

        self._order(order)

    def _order(self, order: Callable[[float], Any]) -> Any:
        """Have the loop run `order(now)`; gives back its result."""
        if not self._thread.is_alive():
            raise RuntimeError(f"the gate at {self.address} is closed")
        done: Future[Any] = Future()
        self._orders.put((order, done))
        with contextlib.suppress(BlockingIOError):  # full: it is awake already
            self._wake_write.send(b"\0")
        return done.result(_OBEY_SECONDS)

    def _loop(self) -> None:
        try:
            while not self._ended:
                for key, _ in self._selector.select(self._pause()):
                    if key.fileobj is self._door:
                        self._accept()
                    elif key.fileobj is self._wake_read:
                        self._obey()
                self._stepped = time.monotonic()
                for pair in list(self._pairs):
                    pair.step(self._stepped)
                    self._watch(pair, self._stepped)
        finally:
            for pair in list(self._pairs):
                pair.reset()
            self._selector.close()
            for each in (self._door, self._wake_read, self._wake_write):
                each.close()

    def _pause(self) -> float | None:
        """Seconds until something is due; None waits for sockets alone."""
        if any(pair.doomed_at is not None for pair in self._pairs):
            return _DOOMED_POLL
        # What was due at the last step waits for its reader, of which the selector tells; what came due since does not.
        due = [at for pair in self._pairs if (at := pair.next_due()) is not None and at > self._stepped]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _obey(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._wake_read.recv(4096)
        while not self._orders.empty():
            order, done = self._orders.get()
            try:
                done.set_result(order(time.monotonic()))
            except Exception as error:
                done.set_exception(error)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:  # no more, or gone again
                return
            self.accepted += 1
            server = None if self._faults.swallow else socket.socket()
            pair = Pair(client, server, self._faults)
            self._pairs[pair] = {}
            for each in filter(None, (client, server)):
                each.setblocking(False)
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if server is not None and server.connect_ex(self.target) not in (0, errno.EINPROGRESS):
                pair.reset()

    def _cut(self, pair: Pair) -> None:
        pair.sprung = True
        pair.reset()
        self._watch(pair, 0)

    def _watch(self, pair: Pair, now: float) -> None:
        """Tell the selector what the pair waits for; forget a pair that is gone."""
        watched, wanted = self._pairs[pair], {} if pair.gone else pair.wanted(now)
        for each in watched.keys() - wanted.keys():
            self._selector.unregister(each)
        for each, events in wanted.items():
            if each not in watched:
                self._selector.register(each, events)
            elif watched[each] != events:
                self._selector.modify(each, events)
        self._pairs[pair] = wanted
        if pair.gone:
            del self._pairs[pair]
            self.severed += pair.sprung
            for pipe in pair.pipes:
                self._gone_bytes[pipe.direction] += pipe.passed

    def _listen(self) -> None:
        if not self._listening:
            self._door.listen(128)
            self._selector.register(self._door, selectors.EVENT_READ)
            self._listening = True


def _bound(port: int) -> socket.socket:
    """A socket that holds `port` and does not listen yet, so that connections are refused."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((_HOST, port))
    made.setblocking(False)
    return made
