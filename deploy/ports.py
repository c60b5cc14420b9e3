"""Loopback ports: free ones, used ones, and whether somebody answers."""

from __future__ import annotations

import fcntl
import functools
import os
import random
import socket
import tempfile
from pathlib import Path
from typing import BinaryIO

HOST = "127.0.0.1"
# below the range that outgoing connections take theirs from (32768 up on Linux, 49152 up elsewhere): a server that is
# down for a moment finds its port again
_FIRST, _END = 20_000, 32_768
_ours: set[int] = set()


class ServiceError(RuntimeError):
    """A service cannot be started or does not answer. The text says why and what to do."""


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on; while we live, none of them is given out again to programs of this user.

    Raises ServiceError where too few are left."""
    found: list[int] = []
    for port in random.sample(range(_FIRST, _END), _END - _FIRST):
        if _claim(port):
            found.append(port)
        if len(found) == count:
            return found
    raise ServiceError(f"no {count} free ports from {_FIRST} to {_END - 1} on {HOST}; stop what uses them")


def _claim(port: int) -> bool:
    """Make it ours where it is nobody's and TCP has it free."""
    claims = _claims()
    if port in _ours:  # a process never refuses itself a lock
        return False
    try:
        fcntl.lockf(claims, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
        with socket.socket() as probe:
            probe.bind((HOST, port))
    except OSError:
        return False
    _ours.add(port)
    return True


@functools.cache
def _claims() -> BinaryIO:
    """A file whose byte of a port's number is locked by the process that was given the port; locks end with it."""
    path = Path(tempfile.gettempdir()) / f"echolot-ports-{os.getuid()}"
    try:
        return path.open("ab")
    except OSError as error:
        raise ServiceError(f"{path} cannot be written ({error.strerror}); set TMPDIR to a folder that can") from None


def refuse_used(port: int) -> None:
    """Raise where somebody listens on `port`; connections still in TIME_WAIT from a killed server do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise ServiceError(
                f"port {port} on {HOST} cannot be used ({error.strerror}); stop what listens there or give another"
            ) from None


def listens(port: int) -> bool:
    """Does somebody take connections at `port`."""
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False
