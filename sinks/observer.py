"""Who wants to know of inserts. The stores tell; pipeline/stores.py hands them one that counts."""

from __future__ import annotations

from typing import Protocol


class Observer(Protocol):
    """Told by the thread that writes, while it holds the store's lock: be quick, and raise nothing."""

    def inserted(self, table: str, rows: int, seconds: float) -> None:
        """The store has acknowledged `rows` rows; the try that it acknowledged took `seconds`."""
        ...

    def retried(self, table: str) -> None:
        """An insert failed in a way that may pass, and is tried again."""
        ...


class Silent:
    """Tells nobody."""

    def inserted(self, table: str, rows: int, seconds: float) -> None:
        """See Observer."""

    def retried(self, table: str) -> None:
        """See Observer."""


SILENT = Silent()
