"""Look at the owner process of an embedded store from outside."""

from __future__ import annotations

import os
import time
from pathlib import Path

from sinks.chdb_link import Address, is_owned


def owner_pid(folder: Path) -> int:
    address = Address.read(folder)
    assert address is not None, f"no owner serves {folder}"
    return address.pid


def wait_until_free(folder: Path, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while is_owned(folder):
        assert time.monotonic() < deadline, f"the owner of {folder} still lives after {seconds} s"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
