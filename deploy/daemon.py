"""One process that dies with us: start, stop, kill -9 and restart it; its output goes to one file."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from deploy.ports import ServiceError, refuse_used

_GUARD = Path(__file__).resolve().parent / "guard.py"
_POLL_S = 0.05
_LOG_TAIL = 15


class Daemon:
    """A command that may be started any number of times, one process at a time; guard.py ends it when we die.

    Not for use from several threads at once."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        *,
        ports: Sequence[int] = (),
        ready: Callable[[], bool] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`name` is for messages; `ports` must be free at each start; `ready` says whether it answers.

        Without `ready` a start ends when the process is there. `environment` is laid over ours."""
        self.name = name
        self.log = log
        self._command = list(command)
        self._ports = list(ports)
        self._ready = ready
        self._environment = dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None
        self._pid: int | None = None

    @property
    def running(self) -> bool:
        """Is the process alive."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The process id of the command itself; None when it does not run."""
        return self._pid if self.running else None

    def start(self, timeout_s: float = 60) -> Self:
        """Start it and wait until it answers. Raises ServiceError with the end of its log when it does not."""
        self.launch()
        self.wait_until_ready(time.monotonic() + timeout_s)
        return self

    def refuse_start(self) -> None:
        """Raise ServiceError where it runs already or somebody else has one of its ports."""
        if self.running:
            raise ServiceError(f"{self.name} runs already (process {self.pid}); stop it first")
        for port in self._ports:
            refuse_used(port)

    def launch(self) -> None:
        """Start it, without waiting for an answer. Raises ServiceError."""
        self.refuse_start()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        told, tell = os.pipe()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-S", "-E", str(_GUARD), str(tell), *self._command],
                stdin=subprocess.PIPE,  # stays open as long as we live; see guard.py
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in a terminal is for us; we stop what we started
                pass_fds=[tell],
                env=os.environ | self._environment,
            )
        os.close(tell)
        with os.fdopen(told) as pipe:
            pid = pipe.readline()
        self._pid = int(pid) if pid else None
        if not pid:  # the command could not even be run; guard.py has said why and ends
            self._process.wait(10)

    def wait_until_ready(self, deadline: float) -> None:
        """Wait until it answers, `deadline` by time.monotonic(). Raises ServiceError; a start that failed is killed."""
        try:
            while self._process is not None:
                if self._process.poll() is not None:
                    status = self._process.returncode
                    raise ServiceError(f"{self.name} ended while starting (exit status {status}); {self.last_words()}")
                if self._ready is None or self._ready():
                    return
                if time.monotonic() > deadline:
                    raise ServiceError(f"{self.name} does not answer in time; {self.last_words()}")
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(_POLL_S)
        except BaseException:
            self.kill()
            raise

    def stop(self, timeout_s: float = 30) -> None:
        """Orderly end by SIGTERM; past `timeout_s` it is killed. Nothing happens when it does not run."""
        self.terminate()
        self._reap(timeout_s)

    def terminate(self) -> None:
        """Ask it to end, without waiting; stop() waits."""
        if self._process is not None:
            self._process.terminate()

    def kill(self) -> None:
        """SIGKILL it and its children, and wait until it is gone. Nothing happens when it does not run."""
        if self._process is not None:
            self._process.send_signal(signal.SIGUSR1)  # guard.py kills and waits until it is gone
            self._reap(10)

    def restart(self, timeout_s: float = 60) -> Self:
        """Stop it where it still runs, then start it again."""
        self.stop()
        return self.start(timeout_s)

    def last_words(self) -> str:
        """The end of its log, for a message."""
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return f"it left no {self.log}"
        told = [line for line in lines if not line.startswith("\t")]  # Java's stack frames would hide the message
        return f"the end of {self.log}:\n" + "\n".join(told[-_LOG_TAIL:])

    def _reap(self, timeout_s: float) -> None:
        process = self._process
        if process is None:
            return
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGUSR1)
            process.wait(10)
        if process.stdin:
            process.stdin.close()
        self._process = self._pid = None
