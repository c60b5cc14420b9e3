"""The process that owns an embedded store: `python -m sinks.chdb_owner FOLDER LINGER_SECONDS`, started by ChdbStore.

chDB allows one process per folder and hangs when forked after its import. So one process opens the folder and serves
any number of clients over a local socket, each in a thread of its own (the engine releases the GIL). It ends by itself
LINGER_SECONDS after the last client went, however it went; a request that has arrived whole is carried out first.

It says one line of JSON on its standard output: {"ready": pid}, {"busy": true} where another owner holds the lock, or
{"failed": message of the operating system or engine}; then it closes that output."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection, Listener, answer_challenge, deliver_challenge
from pathlib import Path
from typing import Any

from sinks.chdb_link import ADDRESS, DATABASE, LOG, PROTOCOL, Address, take_lock

_FIRST_CLIENT_SECONDS = 30.0  # an owner whose starter died before it connected does not stay
_NO_SOCKET_SECONDS = 0.1  # pause when the system has no file descriptor left
_LONGEST_SOCKET_PATH = 100  # the limit is 108 on Linux, 104 on macOS

_INSERTS_AT_ONCE = 2  # a small insert is 8 ms of one core's work; blocks of a batch are independent but for the last
_WRITER_SETTINGS = ("SET session_timezone = 'UTC'", "SET async_insert = 0", "SET insert_deduplicate = 1")
_READER_SETTINGS = ("SET session_timezone = 'UTC'", "SET readonly = 1")


class Session:
    """One client's handles on the engine: one that writes, one that only reads. Opened when needed."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._handles: dict[str, Any] = {}
        self._pool = ThreadPoolExecutor(_INSERTS_AT_ONCE)

    def answer(self, request: tuple[Any, ...]) -> Any:
        """Carry out one request; engine errors are RuntimeErrors. See ChdbStore for the requests."""
        kind, *arguments = request
        try:
            if kind == "query":
                sql, parameters = arguments
                return self._handle("reader", _READER_SETTINGS).query(sql, "Native", params=parameters).bytes()
            if kind == "command":
                return self._handle("writer", _WRITER_SETTINGS).query(arguments[0], "Native").bytes()
            return self._insert(arguments[0])
        except Exception:
            self.close()  # what state a failed statement left a handle in is not documented
            raise

    def _insert(self, inserts: Sequence[tuple[str, bytes]]) -> list[float]:
        """Each insert reads its block from a file in memory: chDB 4.4's send_insert says that all rows are written
        where the disk is full and none is, so it must not be used; a plain INSERT ... SELECT raises.

        Returns the seconds each took."""
        *first, last = inserts
        stripes = [first[n::_INSERTS_AT_ONCE] for n in range(_INSERTS_AT_ONCE)]
        writers = [self._handle(f"writer{n or ''}", _WRITER_SETTINGS) for n in range(_INSERTS_AT_ONCE)]
        running = [self._pool.submit(_run, *each) for each in zip(writers, stripes, strict=True)]
        wait(running)  # both, before an error closes the handles
        times = [0.0] * len(first)
        for n, done in enumerate(running):
            times[n::_INSERTS_AT_ONCE] = done.result()
        return times + _run(writers[0], [last])

    def _handle(self, name: str, settings: Sequence[str]) -> Any:
        if name not in self._handles:
            import chdb  # here and not above: see main

            handle = chdb.connect(self._folder)  # type: ignore[no-untyped-call]
            handle.query(f"USE {DATABASE}")
            for setting in settings:
                handle.query(setting)
            self._handles[name] = handle
        return self._handles[name]

    def close(self) -> None:
        """Give the handles back."""
        while self._handles:
            _, handle = self._handles.popitem()
            with contextlib.suppress(Exception):
                handle.close()


class Owner:
    """Serves clients until none has been there for `linger_seconds`."""

    def __init__(self, folder: str, listener: Listener, key: bytes, linger_seconds: float) -> None:
        self._folder = folder
        self._key = key
        self._listener = listener
        self._linger_seconds = linger_seconds
        self._change = threading.Condition()
        self._clients = 0
        self._busy = 0
        self._stopping = False

    def run(self) -> None:
        """Return when it is time to end; requests in work are finished and answered by then."""
        signal.signal(signal.SIGTERM, lambda *_: self._stop())
        threading.Thread(target=self._accept, daemon=True).start()
        with self._change:
            self._change.wait_for(lambda: self._clients > 0 or self._stopping, _FIRST_CLIENT_SECONDS)
            while not self._stopping:
                self._change.wait_for(lambda: self._clients == 0 or self._stopping)
                if not self._change.wait_for(lambda: self._clients > 0 or self._stopping, self._linger_seconds):
                    self._stopping = True
            self._change.wait_for(lambda: self._busy == 0)

    def _stop(self) -> None:
        # A signal handler may interrupt code that holds the lock, so the lock is taken by a thread.
        threading.Thread(target=self._note, kwargs={"stopping": True}, daemon=True).start()

    def _note(self, *, clients: int = 0, busy: int = 0, stopping: bool = False) -> bool:
        """Count; False when the owner is ending and takes no more."""
        with self._change:
            if self._stopping and (clients > 0 or busy > 0):
                return False
            self._clients += clients
            self._busy += busy
            self._stopping = self._stopping or stopping
            self._change.notify_all()
            return True

    def _accept(self) -> None:
        while True:
            try:
                client = self._listener.accept()
            except OSError:
                if self._stopping:
                    return
                time.sleep(_NO_SOCKET_SECONDS)
                continue
            if self._note(clients=1):
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()
            else:
                client.close()

    def _serve(self, client: Connection[Any, Any]) -> None:
        session = Session(self._folder)
        try:
            # Here and not in `accept`, so that a client that stops in mid-greeting holds up nobody else.
            deliver_challenge(client, self._key)
            answer_challenge(client, self._key)
            while True:
                request = client.recv()
                if not self._note(busy=1):
                    return
                try:
                    client.send(_outcome(session, request))
                finally:
                    self._note(busy=-1)  # after the answer: who doesn't get it asks for the same inserts again
        except (EOFError, OSError, AuthenticationError):
            pass  # the client went, or was a stranger
        finally:
            session.close()
            client.close()
            self._note(clients=-1)


def _outcome(session: Session, request: tuple[Any, ...]) -> tuple[str, Any]:
    try:
        return "done", session.answer(request)
    except Exception as error:
        return "failed", f"{type(error).__name__}: {error}"


def _run(writer: Any, inserts: Sequence[tuple[str, bytes]]) -> list[float]:
    times = []
    for sql, content in inserts:
        start = time.monotonic()
        with _file(content) as path:
            writer.query(f"{sql} SELECT * FROM file('{path}', 'Native')")
        times.append(time.monotonic() - start)
    return times


@contextlib.contextmanager
def _file(content: bytes) -> Iterator[str]:
    """A path of this process under which the engine finds `content`."""
    if not hasattr(os, "memfd_create"):
        with tempfile.NamedTemporaryFile(suffix=".native") as file:
            file.write(content)
            file.flush()
            yield file.name
        return
    descriptor = os.memfd_create("block")
    try:
        with open(descriptor, "wb", closefd=False) as file:
            file.write(content)
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def main(folder: str, linger_seconds: float) -> int:
    """Own the folder until no client is left. Returns the exit status."""
    if os.fork():  # the client need not wait for a process that outlives it
        return 0
    os.setsid()
    try:
        lock = take_lock(Path(folder))
        if lock is None:
            _say({"busy": True})
            return 0
        keeper = _open(folder)
    except Exception as error:
        _say({"failed": f"{type(error).__name__}: {error}"})
        return 1
    _forget_predecessor(Path(folder))
    sockets = _socket_folder()
    key = secrets.token_bytes(32)
    try:
        with Listener(str(sockets / "s"), "AF_UNIX", backlog=64) as listener:
            Address(PROTOCOL, os.getpid(), str(sockets / "s"), key.hex()).write(Path(folder))
            _say({"ready": os.getpid()})
            Owner(folder, listener, key, linger_seconds).run()
            (Path(folder) / ADDRESS).unlink(missing_ok=True)
    finally:
        shutil.rmtree(sockets, ignore_errors=True)
    keeper.close()
    return 0


def _open(folder: str) -> Any:
    """Open the engine. The import comes after the fork, since chDB hangs in a forked process."""
    import chdb

    handle = chdb.connect(folder)  # type: ignore[no-untyped-call]
    handle.query(f"CREATE DATABASE IF NOT EXISTS {DATABASE}")
    return handle


def _say(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)
    _redirect(sys.stdout.fileno(), os.devnull)


def _redirect(descriptor: int, path: str) -> None:
    target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(target, descriptor)
    os.close(target)


def _forget_predecessor(folder: Path) -> None:
    """Clear what an owner left that was killed. We hold the lock, so it is dead; what we cannot read is left alone."""
    with contextlib.suppress(OSError):
        old = Address.read(folder)
        if old is not None and Path(old.socket).parent.name.startswith("echolot-"):
            shutil.rmtree(Path(old.socket).parent, ignore_errors=True)
        (folder / ADDRESS).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        _redirect(sys.stderr.fileno(), str(folder / LOG))


def _socket_folder() -> Path:
    folder = tempfile.mkdtemp(prefix="echolot-")
    if len(os.fsencode(folder)) > _LONGEST_SOCKET_PATH:
        Path(folder).rmdir()
        folder = tempfile.mkdtemp(prefix="echolot-", dir="/tmp")
    return Path(folder)


if __name__ == "__main__":
    status = main(sys.argv[1], float(sys.argv[2]))
    sys.stdout.flush()
    os._exit(status)  # serving threads may still wait for clients; the engine was closed above
