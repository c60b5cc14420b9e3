"""Content that must be read here and there, as a file on disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile, gettempdir

from pipeline.dumps.content import Content
from pipeline.dumps.damage import Damaged
from schemas.errors import TerminalError

MOST_BYTES = 4 * 2**30
"""Beyond this a spreadsheet is a bomb, and so is what is spooled."""


@contextmanager
def on_disk(content: Content, name: str) -> Iterator[Path]:
    """The file that holds the content: its own, or a temporary copy. Raises Damaged where it ends too early."""
    if content.path is not None:
        yield content.path
        return
    with NamedTemporaryFile(prefix="echolot-") as copy:
        size = 0
        while chunk := content.read(2**20):
            size += len(chunk)
            if size > MOST_BYTES:
                raise Damaged(name, size, f"larger than {MOST_BYTES} bytes; unpack it first")
            try:
                copy.write(chunk)
                copy.flush()
            except OSError as error:
                raise no_room(name, error) from error
        yield Path(copy.name)


def no_room(name: str, error: OSError) -> TerminalError:
    """The error for a disk that cannot take what must be spooled."""
    return TerminalError(f"{gettempdir()}: no room for what {name} holds ({error.strerror}); make some, or set TMPDIR")
