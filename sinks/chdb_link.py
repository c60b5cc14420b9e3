"""How clients and the owner of an embedded store find each other. Everything lies in the folder of the tables:

owner.lock   held (flock) by the owner as long as it lives, so there is never more than one
owner.json   where its socket is, and the key to it; readable by its user alone

The socket itself lies in a short temporary folder: a path longer than 108 bytes cannot be bound."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

LOCK = "owner.lock"
ADDRESS = "owner.json"
LOG = "owner.log"
PROTOCOL = 2
"""Raised whenever requests or answers change: an owner of another release is told from ours."""
DATABASE = "echolot"


@dataclass(frozen=True, slots=True)
class Address:
    """The content of owner.json."""

    protocol: int
    pid: int
    socket: str
    key: str

    def write(self, folder: Path) -> None:
        """Write it whole or not at all, with mode 0600."""
        new = folder / (ADDRESS + ".new")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(self), file)
        new.replace(folder / ADDRESS)

    @classmethod
    def read(cls, folder: Path) -> Address | None:
        """The address as an owner left it, be it alive or not; None where there is none. Raises PermissionError."""
        try:
            return cls(**json.loads((folder / ADDRESS).read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None


def take_lock(folder: Path) -> int | None:
    """The locked file's descriptor, to be kept open; None where another process holds the lock. Raises OSError."""
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def is_owned(folder: Path) -> bool:
    """Whether an owner lives (starting and ending ones too). Raises OSError where the folder cannot be used."""
    descriptor = take_lock(folder)
    if descriptor is None:
        return True
    os.close(descriptor)
    return False
