"""The base of every settings model, and the error a wrong setting ends in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo


class Settings(BaseModel):
    """Frozen, refuses unknown keys, takes field descriptions from the docstrings under the fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True)


def _beside_the_file(path: Path, info: ValidationInfo) -> Path:
    folder: Path | None = (info.context or {}).get("folder")
    path = path.expanduser()
    return path if folder is None else (folder / path).absolute()  # workers of a cluster have another working folder


RelativePath = Annotated[Path, AfterValidator(_beside_the_file)]
"""A path that, when relative, is taken from the folder of the configuration file (configs/loading.py)."""


class ConfigError(Exception):
    """A configuration that cannot be used. The text names file, line, key and the mend; the command exits with 2."""
