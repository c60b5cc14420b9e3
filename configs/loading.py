"""YAML file to settings model, with errors that name file, line, key and the mend; secrets from the environment."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from configs.base import ConfigError

S = TypeVar("S", bound=BaseModel)
SHIPPED = Path(__file__).parent / "shipped"
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def load(path: Path, model: type[S], environment: Mapping[str, str] = os.environ) -> S:
    """Read `path` as `model`. Relative paths inside are taken from the file's folder. Raises ConfigError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; give the path of an existing configuration") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}); check its permissions and that it is UTF-8") from None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        raw = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{path}:{line}: not valid YAML ({error.problem}); check indentation and quotes") from None
    if not isinstance(raw, dict):
        raise ConfigError(f"{path}:1: must be a mapping of settings; see `echolot check --help`")
    filled = _fill(raw, environment, path, node, ())
    try:
        return model.model_validate(filled, context={"folder": path.parent})
    except ValidationError as error:
        raise ConfigError("\n".join(_sentence(path, node, model, e) for e in error.errors())) from None


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
            where = f"{path}:{_line(node, at)}: {'.'.join(map(str, at))}"
            raise ConfigError(f"{where}: environment variable {name} is not set; export it before starting")
        return environment[name]

    return _VARIABLE.sub(lookup, value)


def _line(node: Any, at: Sequence[Any]) -> int:
    """The line (1-based) of the deepest part of `at` that the file has."""
    line: int = node.start_mark.line + 1
    for part in at:
        child = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    line, child = key.start_mark.line + 1, value
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            child = node.value[part]
            line = child.start_mark.line + 1
        if child is not None:
            node = child
        # else: a tag of a discriminated union or a missing key; stay where we are
    return line


def _sentence(path: Path, node: Any, model: type[BaseModel], error: Any) -> str:
    at = tuple(part for part in error["loc"])
    key = ".".join(str(part) for part in at if part not in ("kafka", "files", "chdb", "clickhouse"))
    where = f"{path}:{_line(node, at)}: {key or 'settings'}"
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(at[-1]), sorted(_keys(model)), n=1)
        return f"{where}: unknown key; " + (f"did you mean `{near[0]}`?" if near else "remove it")
    if error["type"] == "missing":
        return f"{where}: is required and missing; add it"
    if error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        tags = error.get("ctx", {}).get("expected_tags", "")
        return f"{where}: `kind` is missing or unknown; write one of {tags or 'the known kinds'}"
    message = error["msg"].removeprefix("Value error, ")
    return f"{where}: {message}"


def _keys(model: type[BaseModel], seen: frozenset[type] = frozenset()) -> set[str]:
    """Every field name of `model` and of the models in its fields."""
    names: set[str] = set()
    for name, field in model.model_fields.items():
        names.add(name)
        for part in _models(field.annotation):
            if part not in seen:
                names |= _keys(part, seen | {part})
    return names


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for argument in getattr(annotation, "__args__", ()) for m in _models(argument)]
