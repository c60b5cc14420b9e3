"""Keep the typed error of a failed DoFn: the runner turns exceptions into text on their way to the launcher."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_noted: list[Exception] = []


@contextmanager
def noted() -> Iterator[None]:
    """Note an error that leaves the block, then let it go on."""
    try:
        yield
    except Exception as error:
        _noted.append(error)
        raise


def take() -> Exception | None:
    """The first error noted since the last call; the others were its consequences."""
    first = _noted[0] if _noted else None
    _noted.clear()
    return first
