"""Loopback ports: free ones, used ones, and whether somebody answers."""

from __future__ import annotations

import contextlib
import socket

HOST = "127.0.0.1"


class ServiceError(RuntimeError):
    """A service cannot be started or does not answer. The text says why and what to do."""


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now; all are held until the last is found, so that they differ."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]


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
