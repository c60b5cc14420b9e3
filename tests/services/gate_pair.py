"""One connection through a gate: two sockets, a pipe each way. Owned by the gate's loop; nothing here waits."""

from __future__ import annotations

import contextlib
import fcntl
import selectors
import socket
import struct
import termios
from collections import deque
from dataclasses import dataclass
from enum import StrEnum

_CHUNK = 128 * 1024
_MOST_HELD = 8 * 1024 * 1024  # bytes that one pipe keeps while they are delayed or the reader is slow
_FLUSH_SECONDS = 1.0  # how long a doomed connection may take to deliver what still goes through
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time: close() sends RST and forgets what was not delivered


class Direction(StrEnum):
    """Which way bytes go: up from client to server, down from server to client."""

    UP = "up"
    DOWN = "down"


@dataclass(slots=True)
class Faults:
    """What the gate does to all its connections now. `delay` is seconds each way."""

    swallow: bool = False
    delay: float = 0.0
    trap: Trap | None = None


@dataclass(slots=True)
class Trap:
    """Cut a connection once `limit` bytes have gone in `direction`; `left` cuts to go.

    With `answer`, the bytes go up whole, and what comes down after them is dropped with the connection."""

    limit: int
    direction: Direction
    left: int
    answer: bool = False


class Pipe:
    """One direction: bytes read from `source` that wait to be written to `target`. An empty piece is the end."""

    def __init__(self, direction: Direction, source: socket.socket, target: socket.socket | None) -> None:
        self.direction = direction
        self.source = source
        self.target = target
        self.waiting: deque[tuple[float, bytes]] = deque()
        self.held = 0
        self.passed = 0
        self.base = 0  # `passed` when the trap was set
        self.ended = False  # nothing more is read
        self.shut = False  # the end was handed on
        self.mute = False  # what is read is thrown away

    @property
    def wants_bytes(self) -> bool:
        """Is there room, and may there be more to read?"""
        return not self.ended and self.held < _MOST_HELD

    def put(self, piece: bytes, due: float) -> None:
        """Queue a piece; `due` is a monotonic time."""
        self.waiting.append((due, piece))
        self.held += len(piece)

    def drop(self) -> bool:
        """Throw away what waits; was there anything?"""
        found = bool(self.waiting)
        self.waiting.clear()
        self.held = 0
        return found

    def delivered(self) -> bool:
        """Has the target's kernel acknowledged everything?"""
        if self.target is None or self.shut:
            return True
        try:
            unacknowledged = fcntl.ioctl(self.target, termios.TIOCOUTQ, b"\0\0\0\0")
        except OSError:  # gone, or a system that does not tell
            return True
        return struct.unpack("i", unacknowledged)[0] == 0


class Pair:
    """A client and its connection to the server behind the gate; `server` is None where none was made."""

    def __init__(self, client: socket.socket, server: socket.socket | None, faults: Faults) -> None:
        self.client = client
        self.server = server
        self.connecting = server is not None
        self.spoilt = server is None  # bytes were swallowed: this stream has a hole
        self.doomed_at: float | None = None  # cut once what still goes through is delivered, at latest then
        self.sprung = False  # the gate cut it, no end did
        self.gone = False
        self._faults = faults
        self.up = Pipe(Direction.UP, client, server)
        self.down = Pipe(Direction.DOWN, server or client, client)

    @property
    def pipes(self) -> tuple[Pipe, ...]:
        """The directions that exist."""
        return (self.up, self.down) if self.server is not None else (self.up,)

    def step(self, now: float) -> None:
        """Move what can be moved now."""
        if self.connecting and not self._connected():
            return
        for pipe in self.pipes:
            if not self.gone and self.doomed_at is None:
                self._read(pipe, now)
        for pipe in self.pipes:
            if not self.gone:
                self._write(pipe, now)
        if not self.gone and self.doomed_at is not None:
            over = now >= self.doomed_at
            if over or all(not pipe.waiting and pipe.delivered() for pipe in self.pipes):
                self.reset()
        elif not self.gone and all(pipe.shut for pipe in self.pipes):
            self._close()

    def doom(self, now: float, *, deliver: Pipe | None = None) -> None:
        """Cut soon: after what `deliver` holds, and what was written before, has arrived."""
        for pipe in self.pipes:
            if pipe is not deliver:
                pipe.drop()
        self.doomed_at = now + _FLUSH_SECONDS

    def reset(self) -> None:
        """RST to both ends, now."""
        for each in (self.client, self.server):
            if each is not None:
                with contextlib.suppress(OSError):
                    each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._close()

    def end(self, direction: Direction, now: float) -> None:
        """Shut one direction behind what is on its way; what is sent after that is swallowed."""
        pipe = self.up if direction is Direction.UP else self.down
        pipe.mute = True
        pipe.put(b"", now)

    def wanted(self, now: float) -> dict[socket.socket, int]:
        """Which events of which socket are waited for."""
        found: dict[socket.socket, int] = {}
        for pipe in self.pipes:
            if pipe.wants_bytes and self.doomed_at is None and not self.connecting:
                found[pipe.source] = found.get(pipe.source, 0) | selectors.EVENT_READ
            blocked = pipe.waiting and pipe.waiting[0][0] <= now
            if pipe.target is not None and (blocked or (self.connecting and pipe is self.up)):
                found[pipe.target] = found.get(pipe.target, 0) | selectors.EVENT_WRITE
        return found

    def next_due(self) -> float | None:
        """When the first delayed piece may go."""
        return min((pipe.waiting[0][0] for pipe in self.pipes if pipe.waiting), default=None)

    def _close(self) -> None:
        self.gone = True
        self.client.close()
        if self.server is not None:
            self.server.close()

    def _connected(self) -> bool:
        assert self.server is not None
        if self.server.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self.reset()  # the server refuses, so the client is refused
            return False
        with contextlib.suppress(OSError):
            self.server.getpeername()
            self.connecting = False
        return not self.connecting

    def _read(self, pipe: Pipe, now: float) -> None:
        while pipe.wants_bytes:
            try:
                piece = pipe.source.recv(_CHUNK)
            except BlockingIOError:
                return
            except OSError:  # reset by that end: hand on what it said before, then reset the other
                pipe.ended = True
                self.doom(now, deliver=pipe)
                return
            pipe.ended = not piece
            if self._faults.swallow:
                self.spoilt = True
            elif not pipe.mute:
                pipe.put(piece, now + self._faults.delay)
            if len(piece) < _CHUNK:
                return

    def _write(self, pipe: Pipe, now: float) -> None:
        if self._faults.swallow:
            self.spoilt = pipe.drop() or self.spoilt
        while pipe.waiting and pipe.waiting[0][0] <= now and pipe.target is not None:
            due, piece = pipe.waiting[0]
            room = self._room(pipe, piece)
            if room is None:
                self._spring(now)
                return
            try:
                if piece:
                    sent = pipe.target.send(piece[:room])
                else:
                    pipe.target.shutdown(socket.SHUT_WR)
                    sent, pipe.shut = 0, True
            except BlockingIOError:
                return
            except OSError:  # that end takes no more; it may have something left to say
                pipe.drop()
                pipe.mute = pipe.shut = True
                return
            pipe.passed += sent
            pipe.held -= sent
            pipe.waiting.popleft()
            if sent < len(piece):
                pipe.waiting.appendleft((due, piece[sent:]))
            if self._full(pipe):
                self._spring(now)
                return

    def _trap(self) -> Trap | None:
        trap = self._faults.trap
        return trap if trap is not None and trap.left > 0 and self.doomed_at is None else None

    def _room(self, pipe: Pipe, piece: bytes) -> int | None:
        """How many bytes of a piece may go; None where the trap springs instead."""
        trap = self._trap()
        if trap is None or not piece:
            return len(piece)
        if trap.answer:
            answers = pipe is self.down and self.up.passed - self.up.base >= trap.limit
            return None if answers else len(piece)
        if pipe.direction is not trap.direction:
            return len(piece)
        room = trap.limit - (pipe.passed - pipe.base)
        return min(room, len(piece)) if room > 0 else None

    def _full(self, pipe: Pipe) -> bool:
        """Has the last byte gone that the trap lets through?"""
        trap = self._trap()
        if trap is None or trap.answer or pipe.direction is not trap.direction:
            return False
        return pipe.passed - pipe.base >= trap.limit

    def _spring(self, now: float) -> None:
        trap = self._faults.trap
        assert trap is not None
        trap.left -= 1
        self.sprung = True
        self.doom(now)
