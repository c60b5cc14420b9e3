"""Public labelled sets as tab-separated lines: a text, a tab, its label; errors name the line."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TypeVar

from classifiers.labelled import GoldError

Post = TypeVar("Post")
NONE = "none"
"""Written for a text that has no label; an empty label says the same."""


def read(path: Path, make: Callable[[str, str, str], Post]) -> list[Post]:
    """Every line's post, in order: `make` gets its place (file:line), text and label.

    Raises GoldError, as `make` may: an unreadable file or one without posts, a line without a tab."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(f"{path}: cannot be read ({error}); give a UTF-8 file of `text TAB label` lines") from None
    found = []
    for number, line in enumerate(lines, 1):
        text, tab, label = line.rstrip("\r").rpartition("\t")
        if tab:
            found.append(make(f"{path}:{number}", text, label.strip()))
        elif line.strip():
            raise GoldError(f"{path}:{number}: no tab; write a text, a tab, and its label")
    if not found:
        raise GoldError(f"{path}: holds no posts; give a file of `text TAB label` lines")
    return found


def labels(where: str, said: str, known: Collection[str]) -> frozenset[str]:
    """Labels with commas between them. Raises GoldError for an unknown one."""
    held = frozenset(label.strip() for label in said.split(",")) - {"", NONE}
    for label in sorted(held):
        if label not in known:
            raise GoldError(f"{where}: label {label!r} is unknown; write {NONE} or one of {', '.join(known)}")
    return held
