"""A judge that starts and judges fast, for tests that are not about verdicts: of intents, the linear model alone."""

from __future__ import annotations

import functools
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from classifiers import artefact

SHIPPED = {"model": str(artefact.SHIPPED)}
"""Settings of `judge` for a test that is about verdicts, where the light one is the default."""
_folders: list[Path] = []


@functools.cache
def judge() -> dict[str, str]:
    """Settings of `judge`; the model lies in a folder until `clear`."""
    _folders.append(Path(tempfile.mkdtemp(prefix="echolot-light-")))
    artefact.save(replace(artefact.load(), encoder=None), _folders[-1])
    return {"model": str(_folders[-1])}


def clear() -> None:
    """Remove what was made; at the end of a session, since processes of pytest-xdist run no atexit handlers."""
    while _folders:
        shutil.rmtree(_folders.pop(), ignore_errors=True)
