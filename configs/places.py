"""Where in a YAML file something stands: lines for messages, and the traps that YAML itself lets through."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from configs.base import ConfigError


def compose(path: Path) -> tuple[Any, Any]:
    """The file's root node and its content. Raises ConfigError where there is no mapping to be had of it."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; give the path of an existing configuration") from None
    except IsADirectoryError:
        raise ConfigError(f"{path}: is a directory; give the path of a file in it") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}:{line}: byte {error.start} is not UTF-8; save the file as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); check its permissions") from None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is not None:
            _refuse_doubled_keys(path, node, ())
        raw = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        raise ConfigError(_not_yaml(path, error)) from None
    except yaml.YAMLError as error:
        what = str(error).splitlines()[0]
        raise ConfigError(f"{path}: not valid YAML ({what}); remove what no text file should hold") from None
    if raw is None:
        raise ConfigError(f"{path}: is empty; write at least the part that is required, as the README shows")
    if not isinstance(raw, dict):
        raise ConfigError(f"{path}:1: must be a mapping of settings; see `echolot check --help`")
    return node, raw


def where(path: Path, at: Sequence[Any]) -> str:
    """`FILE:LINE: key.of.it` for a setting of a file that was loaded before; for messages that are made later."""
    node, _ = compose(path)
    return f"{path}:{line_of(node, at)}: {dotted(at)}"


def line_of(node: Any, at: Sequence[Any]) -> int:
    """The line (1-based) of the deepest part of `at` that the file has."""
    return _descend(node, at)[0]


def scalar_at(node: Any, at: Sequence[Any]) -> str:
    """The word that stands there in the file, variables unfilled; "" where something else does."""
    found = _descend(node, at)[1]
    return str(found.value) if isinstance(found, yaml.ScalarNode) else ""


def _descend(node: Any, at: Sequence[Any]) -> tuple[int, Any]:
    """Line and node of the deepest part of `at` that the file has."""
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
        # else: a missing key; stay where we are
    return line, node


def dotted(at: Sequence[Any]) -> str:
    """The key of a setting as it stands in messages: topics.0.name."""
    return ".".join(str(part) for part in at)


def _refuse_doubled_keys(path: Path, node: Any, at: tuple[Any, ...]) -> None:
    """YAML lets the last of two equal keys win, silently."""
    if isinstance(node, yaml.SequenceNode):
        for number, child in enumerate(node.value):
            _refuse_doubled_keys(path, child, (*at, number))
    if not isinstance(node, yaml.MappingNode):
        return
    lines: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        inner = (*at, key.value)
        if isinstance(key, yaml.ScalarNode) and key.value != "<<":  # that one merges, and may come again
            if key.value in lines:
                raise ConfigError(
                    f"{path}:{line}: {dotted(inner)}: stands twice, in line {lines[key.value]} too; keep one of them"
                )
            lines[key.value] = line
        _refuse_doubled_keys(path, value, inner)


def _not_yaml(path: Path, error: yaml.MarkedYAMLError) -> str:
    line = error.problem_mark.line + 1 if error.problem_mark else 1
    problem = error.problem or ""
    if "\\t" in problem:
        return f"{path}:{line}: not valid YAML (a tab); indent by spaces"
    return f"{path}:{line}: not valid YAML ({problem}); check indentation and quotes"
