"""The console script as a process of its own, forked from one that has imported what commands import: two seconds of
processor time each that a suite of hundreds of commands spares.

All else is as if it were started anew: arguments, environment, folder, descriptors, signals, exit code, and the
processes that it starts itself. A test about a start (imports, help, memory) starts `python -m pipeline.commands.app`.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import itertools
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 120.0
_REST_SECONDS = 20.0
_ASK_SECONDS = 60.0


class Forked:
    """Looks like subprocess.Popen, as far as tests ask."""

    def __init__(self, server: socket.socket, pipes: Sequence[IO[bytes] | None]) -> None:
        self.returncode: int | None = None
        self.stdout, self.stderr = pipes
        self._server, self._unread = server, b""
        started = self._line(_START_SECONDS)
        assert started is not None, f"the server of forked commands did not answer in {_START_SECONDS:g} s"
        self.pid = int(started)

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        """Raises TimeoutExpired."""
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(["echolot"], timeout or 0)
        return code

    def communicate(self, timeout: float | None = None) -> tuple[bytes, bytes]:
        """All it says, once it has ended. Raises TimeoutExpired; also where a process that it left behind may go on."""
        said: list[bytes] = [b"", b""]

        def read(place: int, pipe: IO[bytes]) -> None:
            with pipe:
                said[place] = pipe.read()

        readers = [
            threading.Thread(target=read, args=(place, pipe), daemon=True)
            for place, pipe in enumerate((self.stdout, self.stderr))
            if pipe is not None
        ]
        for reader in readers:
            reader.start()
        self.wait(timeout)
        for reader in readers:
            reader.join(_REST_SECONDS)
            if reader.is_alive():
                raise subprocess.TimeoutExpired(["echolot", "and what it left behind"], _REST_SECONDS)
        return said[0], said[1]

    def send_signal(self, number: int) -> None:
        """Nothing, where it has ended."""
        with contextlib.suppress(ProcessLookupError):
            if self.poll() is None:
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def _look(self, timeout: float | None) -> int | None:
        if self.returncode is None and (ended := self._line(timeout)) is not None:
            self.returncode = int(ended)
            self._server.close()
        return self.returncode

    def _line(self, timeout: float | None) -> bytes | None:
        """The next of the server's two, process id and exit code; None where it does not come in time."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while b"\n" not in self._unread:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not select.select([self._server], [], [], left)[0]:
                return None
            more = self._server.recv(100)
            if not more:
                raise RuntimeError("the server of forked commands is gone")
            self._unread += more
        line, _, self._unread = self._unread.partition(b"\n")
        return line


def start(
    arguments: Sequence[object],
    *,
    cwd: Path = ROOT,
    stdout: IO[Any] | int | None = None,
    stderr: IO[Any] | int | None = None,
    env: Mapping[str, str] | None = None,
) -> Forked:
    """`echolot ARGUMENTS`, as Popen would start it."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    theirs, pipes, ours = [nothing], [], [nothing]
    for number, wanted in ((1, stdout), (2, stderr)):
        if wanted == subprocess.PIPE:
            reading, writing = os.pipe()
            pipes.append(os.fdopen(reading, "rb"))
            ours.append(writing)
            theirs.append(writing)
        elif wanted == subprocess.DEVNULL:
            pipes.append(None)
            ours.append(os.open(os.devnull, os.O_WRONLY))
            theirs.append(ours[-1])
        else:
            pipes.append(None)
            theirs.append(number if wanted is None else wanted if isinstance(wanted, int) else wanted.fileno())
    environment = dict(os.environ if env is None else env)
    asked = json.dumps([list(map(str, arguments)), str(cwd), environment]).encode() + b"\n"
    server = socket.socket(socket.AF_UNIX)
    try:
        server.connect(_address(next(_turns)))
        socket.send_fds(server, [asked[:1000]], theirs)
        server.sendall(asked[1000:])
        return Forked(server, pipes)
    except BaseException:
        server.close()
        raise
    finally:
        for end in ours:
            os.close(end)


def run(
    arguments: Sequence[object], *, timeout: float, cwd: Path = ROOT, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """What it says, and its exit code."""
    process = start(arguments, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
    try:
        out, err = process.communicate(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return subprocess.CompletedProcess(list(arguments), process.wait(), out.decode(), err.decode())


_turns = itertools.cycle((0, 1))


@functools.cache
def _address(turn: int) -> str:
    """Where one of this test process's two servers listens; it ends with us, when its standard input does.

    Two, taken in turn: hashes of texts, and with them the order of sets, differ from one to the other."""
    address = str(Path(tempfile.mkdtemp(prefix="echolot-forks-", dir="/tmp")) / "socket")
    # Threads do not survive a fork: those of the arithmetic are not started.
    environment = os.environ | {"COLUMNS": "200", "OPENBLAS_NUM_THREADS": "1"}
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.services.forks", address],
        cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert server.stdout is not None
    assert select.select([server.stdout], [], [], _START_SECONDS)[0] and server.stdout.readline() == b"ready\n"
    _servers.append(server)
    return address


_servers: list[subprocess.Popen[bytes]] = []


def _serve(address: str) -> None:
    """Fork on demand; returns in the forked process alone, as that which was asked for."""
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker)
    running: dict[int, socket.socket] = {}
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        os.write(1, b"ready\n")
        while True:
            ready = select.select([listener, woken, 0], [], [])[0]
            if 0 in ready:  # who asked us is gone
                shutil.rmtree(Path(address).parent)
                os._exit(0)
            if woken in ready:
                os.read(woken, 1000)
                _tell_ends(running)
            if listener in ready:
                asker, _ = listener.accept()
                asker.settimeout(_ASK_SECONDS)
                asked, descriptors = b"", []
                with contextlib.suppress(OSError):
                    asked, descriptors, _, _ = socket.recv_fds(asker, 1000, 3)
                    while not asked.endswith(b"\n") and (more := asker.recv(100_000)):
                        asked += more
                pid = os.fork() if asked.endswith(b"\n") else -1
                if pid == 0:
                    for end in (asker, *running.values()):
                        end.close()
                    break
                for descriptor in descriptors:
                    os.close(descriptor)
                if pid > 0:
                    running[pid] = asker
                    _tell(asker, pid)
                else:
                    asker.close()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
    for descriptor in (woken, waker, *descriptors):
        os.close(descriptor)
    arguments, cwd, environment = json.loads(asked)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = arguments


def _tell_ends(running: dict[int, socket.socket]) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        asker = running.pop(pid, None)
        if asker is not None:
            _tell(asker, os.waitstatus_to_exitcode(status))
            asker.close()


def _tell(asker: socket.socket, number: int) -> None:
    with contextlib.suppress(OSError):  # it may have lost interest
        asker.sendall(f"{number}\n".encode())


if __name__ == "__main__":
    from classifiers.langdetect_once import probabilities
    from classifiers.language import Language
    from pipeline.commands import app

    for name in ("checks", "previewing", "replaying", "replaying_on_flink"):
        importlib.import_module(f"pipeline.{name}")
    Language()  # keeps its model, which takes most of what is left of a start
    probabilities("so beginnt es", ("de", "en"))
    _serve(sys.argv[1])
    sys.argv[0] = app.__file__
    sys.modules["__main__"] = app  # processes that it spawns import it in their turn
    app.main()
