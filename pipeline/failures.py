"""Keep the typed error of a failed DoFn: runners turn exceptions into text on their way to the launcher.

On Flink a failed task is started again and again. For a TerminalError that is wrong: each new start would let another
window of records through. Such an error leaves the worker as a Halt, whose text the launcher and the next workers find
in the job's history; they cancel the job then (pipeline/engines/halting.py)."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from configs.base import ConfigError
from configs.settings import JobSettings
from schemas.errors import EcholotError, TerminalError

HALT = "echolot halt: "
_noted: list[Exception] = []


class Unexpected(EcholotError):
    """A bug of ours or of a library, by the class and place of its exception. Whether it passes is not known."""


class Halt(TerminalError):
    """A TerminalError on its way through a cluster; the text begins with HALT."""


@contextmanager
def noted(settings: JobSettings) -> Iterator[None]:
    """Note an error that leaves the block, then let it go on."""
    try:
        yield
    except Exception as caught:
        error = known(caught)
        _noted.append(error)
        if settings.engine == "flink" and isinstance(error, TerminalError | ConfigError):
            raise Halt(HALT + str(error)) from error
        if error is not caught:
            raise error.with_traceback(caught.__traceback__) from None
        raise


def known(error: Exception) -> Exception:
    """`error`, or an Unexpected for it where its message is not ours and may quote a post. Runners print messages."""
    if isinstance(error, EcholotError | ConfigError | OSError):
        return error
    last = traceback.extract_tb(error.__traceback__)[-1]
    return Unexpected(
        f"unexpected {type(error).__name__} at {Path(last.filename).name}:{last.lineno}: this is a bug, please report "
        f"it. What the exception says is left out, since it may quote a post"
    )


def take() -> Exception | None:
    """The first error noted since the last call; the others were its consequences."""
    first = _noted[0] if _noted else None
    _noted.clear()
    return first
