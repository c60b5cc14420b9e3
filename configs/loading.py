"""YAML file to settings model, with errors that name file, line, key and the mend; secrets from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from configs.base import ConfigError
from configs.places import compose, dotted, line_of
from configs.secret import Variable
from configs.wording import sentences

S = TypeVar("S", bound=BaseModel)
SHIPPED = Path(__file__).parent / "shipped"
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def load(path: Path, model: type[S], environment: Mapping[str, str] = os.environ) -> S:
    """Read `path` as `model`. Relative paths inside are taken from the file's folder. Raises ConfigError."""
    node, raw = compose(path)
    filled = _fill(raw, environment, path, node, ())
    try:
        return model.model_validate(filled, context={"folder": path.parent})
    except ValidationError as error:
        raise ConfigError(sentences(path, node, model, error)) from None


def _fill(value: Any, environment: Mapping[str, str], path: Path, node: Any, at: tuple[Any, ...]) -> Any:
    """Replace ${NAME} by the environment's value, once: what a value contains is never read as a variable."""
    if isinstance(value, dict):
        return {k: _fill(v, environment, path, node, (*at, k)) for k, v in value.items()}
    if isinstance(value, list):
        return [_fill(v, environment, path, node, (*at, i)) for i, v in enumerate(value)]
    if not isinstance(value, str):
        return value

    def lookup(match: re.Match[str]) -> str:
        name = match[1]
        if name not in environment:
            where = f"{path}:{line_of(node, at)}: {dotted(at)}"
            raise ConfigError(f"{where}: environment variable {name} is not set; export it before starting")
        return environment[name]

    whole = _VARIABLE.fullmatch(value)
    return Variable(lookup(whole), whole[1]) if whole else _VARIABLE.sub(lookup, value)
