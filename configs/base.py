"""The base of every settings model, and the error a wrong setting ends in."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """Frozen, refuses unknown keys, takes field descriptions from the docstrings under the fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True)


class ConfigError(Exception):
    """A configuration that cannot be used. The text names file, line, key and the mend; the command exits with 2."""
