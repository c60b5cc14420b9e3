"""Mapping files (configs/mapping.py) as formats that the decoder takes beside the built-in ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from zoneinfo import ZoneInfo

from configs.base import ConfigError
from configs.loading import load
from configs.mapping import Mapping as MappingFile
from configs.mapping_rules import PlatformRule, RelationRule
from schemas.formats.mapped import Mapped
from schemas.formats.mapped_spec import FIELDS, IdRule, MappingSpec, Place, Table
from schemas.formats.mapped_values import TimeLayout
from schemas.formats.protocol import Format
from schemas.formats.registry import FORMATS

_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_SUFFIXES = (".yaml", ".yml")


def load_mappings(folder_or_files: Path | Sequence[Path]) -> dict[str, Format]:
    """The mappings of a folder's YAML files, or of the files, by name: the file's, without .yaml. Hand the decoder
    {**FORMATS, **these}.

    Raises ConfigError, with file, line and key, where a file is no mapping or its name cannot be a format's."""
    found: dict[str, Format] = {}
    paths: dict[str, Path] = {}
    for path in mapping_files(folder_or_files):
        name = path.stem
        if not _NAME.fullmatch(name):
            raise ConfigError(f"{path}: {name!r} cannot name a format; rename the file to small letters, digits and _")
        if name in FORMATS:
            raise ConfigError(f"{path}: {name!r} is a format of its own already; rename the file")
        if name in paths:
            raise ConfigError(f"{path}: {name!r} is the name of {paths[name]}, too; rename one of them")
        paths[name] = path
        found[name] = Mapped(name, spec_of(load(path, MappingFile)))
    return found


def mapping_files(folder_or_files: Path | Sequence[Path]) -> Iterable[Path]:
    """The YAML files of a folder in order of name, or the files given. Raises ConfigError where there is none."""
    if not isinstance(folder_or_files, Path):
        return folder_or_files
    if not folder_or_files.is_dir():
        return [folder_or_files]
    files = sorted(path for path in folder_or_files.iterdir() if path.suffix in _SUFFIXES and path.name[:1] != ".")
    if not files:
        raise ConfigError(f"{folder_or_files}: holds no mapping file; put one there, named as its format with .yaml")
    return files


def spec_of(file: MappingFile) -> MappingSpec:
    """What a mapping file says, in the words of schemas/formats/mapped_spec.py."""
    places = {name: attrgetter(name)(file) for name in FIELDS}
    rule = file.native_id
    return MappingSpec(
        platform=_table(file.platform),
        native_id=IdRule(rule.column, rule.from_url, rule.made_of, rule.with_line),
        fields={name: Place(p.columns, p.value) for name, p in places.items() if p.columns or p.value is not None},
        relation=None if file.relation is None else _table(file.relation),
        times=TimeLayout(
            file.times.layout, ZoneInfo(file.times.zone) if file.times.zone else None, file.times.day_first
        ),
        rating_scale=file.rating_scale,
        html=file.html,
        entities=file.entities,
        mojibake=file.mojibake,
        skip=_words(file.skip),
        deleted=_words(file.deleted),
        empty=frozenset(file.empty),
        author_columns=file.author_columns,
        columns=file.columns or None,
        rows=file.rows,
    )


def _table(rule: PlatformRule | RelationRule) -> str | Table:
    """The table, or the one name: the rule's own check sees to it that there is either."""
    return Table(rule.column, dict(rule.values), rule.others) if rule.column else str(rule.value)


def _words(listed: Mapping[str, Sequence[str]]) -> dict[str, frozenset[str]]:
    return {path: frozenset(words) for path, words in listed.items()}
