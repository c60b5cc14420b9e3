"""The console script as a process of its own, forked from one that has imported what commands import: two seconds of
processor time each that a suite of hundreds of commands spares.

All else is as if it were started anew: arguments, environment, folder, descriptors, signals, exit code, and the
processes that it starts itself. A test about a start (imports, help, memory) starts `python -m pipeline.commands.app`.
"""

from __future__ import annotations

import functools
import importlib
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
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 120.0


class Forked:
    """Looks like subprocess.Popen, as far as tests ask."""

    def __init__(self, pid: int, ended: socket.socket, pipes: Sequence[IO[bytes] | None]) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdout, self.stderr = pipes
        self._ended = ended

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
        """All it says, once it has ended. Raises TimeoutExpired."""
        said: list[bytes] = [b"", b""]

        def read(place: int, pipe: IO[bytes]) -> None:
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
            reader.join(timeout)
        return said[0], said[1]

    def send_signal(self, number: int) -> None:
        """Nothing, where it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def _look(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._ended], [], [], timeout)[0]:
            self.returncode = json.loads(self._ended.recv(100) or b"-1")
            self._ended.close()
        return self.returncode


def start(
    arguments: Sequence[object],
    *,
    cwd: Path = ROOT,
    stdout: IO[Any] | int | None = None,
    stderr: IO[Any] | int | None = None,
    env: Mapping[str, str] | None = None,
) -> Forked:
    """`echolot ARGUMENTS`, as Popen would start it."""
    with socket.socket(socket.AF_UNIX) as server, Path(os.devnull).open("rb") as nothing:
        server.connect(_address())
        ended = server.dup()
        theirs, pipes, ours = [nothing.fileno()], [], []
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
        socket.send_fds(ended, [asked[:1000]], theirs)
        ended.sendall(asked[1000:])
        for end in ours:
            os.close(end)
    return Forked(int(ended.recv(20)), ended, pipes)


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


@functools.cache
def _address() -> str:
    """Where this test process's own server listens; it ends with us, when its standard input does."""
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
                asked, descriptors, _, _ = socket.recv_fds(asker, 1000, 3)
                while not asked.endswith(b"\n"):
                    asked += asker.recv(100_000)
                pid = os.fork()
                if pid == 0:
                    for end in (asker, *running.values()):
                        end.close()
                    break
                for descriptor in descriptors:
                    os.close(descriptor)
                running[pid] = asker
                asker.sendall(str(pid).encode())
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
        with running.pop(pid) as asker:
            asker.sendall(str(os.waitstatus_to_exitcode(status)).encode())


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
