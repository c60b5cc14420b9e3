"""What a configuration names must be there: formats, files, directories. Asked before a job starts, and by `check`.

Every error names file, line and key, as those of the loader do (configs/places.py). Nothing is connected to."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from configs.base import ConfigError
from configs.places import where
from configs.settings import JobSettings

Place = tuple[Any, ...]


def all_of(settings: JobSettings, path: Path) -> None:
    """Everything that a job needs; `path` is the file that the settings are from. Raises ConfigError."""
    judge(settings, path)
    formats(settings, path)
    source = settings.source
    if source.kind == "files" and not source.path.is_dir():
        raise ConfigError(
            f"{where(path, ('source', 'path'))}: {_what_is_there(source.path)}; make that directory, or name another"
        )


def judge(settings: JobSettings, path: Path) -> None:
    """The files that the part `judge` names. Raises ConfigError."""
    chosen = settings.judge
    for key, named, is_folder in (
        ("brands", chosen.brands, False),
        ("taxonomy", chosen.taxonomy, False),
        ("model", chosen.model, True),
        ("sentiment_model", chosen.sentiment_model, True),
    ):
        if named is None or (named.is_dir() if is_folder else named.is_file()):
            continue
        raise ConfigError(
            f"{where(path, ('judge', key))}: {_what_is_there(named)}; name a {'folder' if is_folder else 'file'} that "
            f"is there, or remove the key for the shipped {key}"
        )


def formats(settings: JobSettings, path: Path) -> None:
    """The payload formats that the source names. Raises ConfigError."""
    named = list(_named_formats(settings))
    if not named:
        return
    from pipeline import resources  # light enough, but not for the commands that name none

    known = resources.formats(settings)
    for place, name in named:
        if name not in known:
            raise ConfigError(f"{where(path, place)}: {unknown(name, known)}")


def _named_formats(settings: JobSettings) -> Iterator[tuple[Place, str]]:
    source = settings.source
    if source.kind == "files":
        for pattern, name in source.formats.items():
            yield ("source", "formats", pattern), name
        return
    if source.kind == "dumps":
        if source.format is not None:
            yield ("source", "format"), source.format
        return
    for number, topic in enumerate(source.topics):
        if topic.format is not None:
            yield ("source", "topics", number, "format"), topic.format


def unknown(name: str, known: Mapping[str, object]) -> str:
    """That there is no such format, with the nearest."""
    near = difflib.get_close_matches(name, known, n=1)
    mend = f"did you mean `{near[0]}`? Known are" if near else "known are"
    return f"there is no format {name!r}; {mend} {', '.join(known)}"


def _what_is_there(path: Path) -> str:
    if not path.exists():
        return f"{path} does not exist"
    return f"{path} is a directory" if path.is_dir() else f"{path} is no directory"
