"""A judge that starts and judges fast, for tests that are not about verdicts: of intents, the linear model alone."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from classifiers import artefact

SHIPPED = {"model": str(artefact.SHIPPED)}
"""Settings of `judge` for a test that is about verdicts, where the light one is the default."""


@functools.cache
def judge() -> dict[str, str]:
    """Settings of `judge`; the model's folder goes with this process."""
    folder = Path(tempfile.mkdtemp(prefix="echolot-light-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    artefact.save(replace(artefact.load(), encoder=None), folder)
    return {"model": str(folder)}
