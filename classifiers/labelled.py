"""Files of labelled posts: JSON lines, each an object with an id of its own; errors name file, line and mend."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from schemas.errors import TerminalError

PARTS = ("dev", "test")
"""Whether a post's mistakes may be read while a classifier is mended (dev), or are counted only (test)."""


class GoldError(TerminalError):
    """A file of labelled posts that cannot be used; the text names file, line and mend."""


class Labelled(Protocol):
    """What every labelled post has."""

    @property
    def id(self) -> str:
        """Its own in the file."""
        ...


Post = TypeVar("Post", bound=Labelled)


def collection(name: str) -> str:
    """Which posts are left out together: those of one `name` up to its first `-` or `/`, digits at its end cut off."""
    return re.split("[-/]", name, maxsplit=1)[0].rstrip("0123456789") or name


def read(path: Path, make: Callable[[str, dict[str, Any]], Post], example: str) -> list[Post]:
    """Every post of a file, in order: `make` gets its place (file:line) and its object, `example` is shown to people.

    Raises GoldError, as `make` may: an unreadable file or one without posts, a line that is no object, an id twice."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # a text may hold other line separators
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(
            f"{path}: cannot be read ({error}); give a UTF-8 file of labelled posts, one JSON a line"
        ) from None
    found: list[Post] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        post = make(where, _object(where, line, example))
        if post.id in seen:
            raise GoldError(
                f"{where}: id {post.id!r} stands twice, in line {seen[post.id]} too; give each post its own id"
            )
        seen[post.id] = number
        found.append(post)
    if not found:
        raise GoldError(f"{path}: holds no posts; give a file with one JSON object a line")
    return found


def _object(where: str, line: str, example: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise GoldError(f"{where}: not JSON ({error}); write one JSON object a line") from None
    if not isinstance(row, dict):
        raise GoldError(f"{where}: not an object; write {example}")
    return row
