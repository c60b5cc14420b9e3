"""Runs a command and takes it down when the process that started us is gone, however that one died.

    python guard.py COMMAND ARGUMENT...

Our standard input is a pipe whose other end only the starter holds: end of file means that the starter is dead, and
then the whole process group is killed. (Linux's PR_SET_PDEATHSIG would fire when the starting *thread* ends, and other
systems lack it.) SIGUSR1 kills the command at once, and we exit when it is truly gone, its ports free again.
Must be the leader of its own process group. Exits with the command's exit status, 128 + N after signal N."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading


def _kill_group_at_end_of_input() -> None:
    while os.read(0, 1024):
        pass
    os.killpg(0, signal.SIGKILL)


def main(command: list[str]) -> int:
    """Start `command`, wait for it, give back its exit status (negative: the signal that ended it)."""
    if os.getpgrp() != os.getpid():
        print("guard.py: not the leader of its process group; start it with start_new_session=True", file=sys.stderr)
        return 2
    child: subprocess.Popen[bytes] | None = None

    def kill(_number: int, _frame: object) -> None:
        if child is None:
            os.killpg(0, signal.SIGKILL)
        else:
            child.kill()

    signal.signal(signal.SIGUSR1, kill)
    # A signal to the group reaches the command too; we stay to report its status. A handler, unlike SIG_IGN, is reset
    # by exec, so the command keeps its own way of shutting down.
    signal.signal(signal.SIGTERM, lambda _number, _frame: None)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=_kill_group_at_end_of_input, daemon=True).start()
    return child.wait()


if __name__ == "__main__":
    status = main(sys.argv[1:])
    os._exit(status if status >= 0 else 128 - status)  # the watching thread sits in read(); nothing is left to flush
