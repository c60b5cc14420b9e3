"""Runs a command and takes it down when the process that started us is gone, however that one died.

    python guard.py FD COMMAND ARGUMENT...

Our standard input is a pipe whose other end only the starter holds: end of file means that the starter is dead, and
then the command is killed. (Linux's PR_SET_PDEATHSIG would fire when the starting *thread* ends, and other systems lack
it.) The command leads a process group of its own, its pid is written to FD. SIGTERM is passed on to that group; SIGUSR1
kills it at once, and we exit when the command is truly gone, its ports free again. Children that outlive the command
are killed. Exits with the command's exit status, 128 + N after signal N."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading


class _Guard:
    """Passes signals on; one that comes before the command runs waits for it."""

    def __init__(self) -> None:
        self._group = 0
        self._waiting: list[int] = []

    def send(self, number: int) -> None:
        """Signal the command and its children."""
        if not self._group:
            self._waiting.append(number)
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._group, number)

    def run(self, command: list[str], told: int) -> int:
        """Start `command`, wait for it, give back its exit status (negative: the signal that ended it)."""
        signal.signal(signal.SIGUSR1, lambda _number, _frame: self.send(signal.SIGKILL))
        signal.signal(signal.SIGTERM, lambda _number, _frame: self.send(signal.SIGTERM))
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)
        self._group = child.pid
        for number in self._waiting:
            self.send(number)
        os.write(told, b"%d\n" % child.pid)
        os.close(told)
        threading.Thread(target=self._kill_at_end_of_input, daemon=True).start()
        status = child.wait()
        self.send(signal.SIGKILL)
        return status

    def _kill_at_end_of_input(self) -> None:
        while os.read(0, 1024):
            pass
        self.send(signal.SIGKILL)


if __name__ == "__main__":
    status = _Guard().run(sys.argv[2:], int(sys.argv[1]))
    os._exit(status if status >= 0 else 128 - status)  # the watching thread sits in read(); nothing is left to flush
