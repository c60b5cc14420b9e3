"""Errors, classed by what the caller does about them.

Transient: try the same thing again. Terminal: stop and tell a person. Rejected: this input goes to the dead letters.
Every class pickles with its facts, since errors cross process borders here."""

from __future__ import annotations


class EcholotError(Exception):
    """Root of all our errors. The text says what was wrong, where, and what to do."""


class TransientError(EcholotError):
    """The same call may succeed later: a vanished broker, a severed connection. Callers retry."""


class TerminalError(EcholotError):
    """Nothing but a person helps: a full disk, a wrong password, a tripped breaker. The job stops."""


class DiskFull(TerminalError):
    """The store's disk has no room. Merges or people may make some within seconds, so it is tried again for a short
    while before the job stops."""


class Stopped(EcholotError):
    """Told to stop while waiting. No failure: nothing that was committed is lost, the rest is read again."""


class Rejected(EcholotError):
    """One input cannot become a mention. `reason` is a `schemas.record.Reason`, `detail` names field and value kind."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"
