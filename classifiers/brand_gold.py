"""Posts labelled with the brands that they name; errors name file, line and mend.

JSON lines, or, in a file named .tsv, a text, a tab and the ids of its brands, with commas, or `none`.

A line: id, text, lang, brands (ids of a file of brands). Optional: source, kind (how the brand is named), part (`dev`,
whose errors may be read while rules are mended, or `test`), drawn (`random` or `searched`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from classifiers import labelled, tsv
from classifiers.labelled import GoldError

_EXAMPLE = '{"id": ..., "text": ..., "lang": ..., "brands": [...]}'


class Naming(StrEnum):
    """How a post names its brands, from easy to hard; of several, the hardest. The last two: it names none."""

    HANDLE = "handle"
    PLAIN = "plain"
    HASHTAG = "hashtag"
    INFLECTED = "inflected"
    COMPOUND = "compound"
    MISSPELT = "misspelt"
    HOMONYM_YES = "homonym_yes"
    HOMONYM_NO = "homonym_no"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class BrandPost:
    """One labelled post."""

    id: str
    text: str
    language: str
    brands: frozenset[str]
    source: str = ""
    kind: Naming | None = None
    part: str = ""
    drawn: str = ""


def read(path: Path, brands: Collection[str]) -> list[BrandPost]:
    """All posts of a file, in order; `brands` are the ids that a label may have. Raises GoldError."""
    if path.suffix == ".tsv":
        return tsv.read(path, lambda where, text, said: _tabbed(where, text, tsv.labels(where, said, sorted(brands))))
    return labelled.read(path, lambda where, row: _post(where, row, brands), _EXAMPLE)


def _tabbed(where: str, text: str, brands: frozenset[str]) -> BrandPost:
    return BrandPost(where.rpartition(":")[2], text, "", brands)


def _post(where: str, row: Mapping[str, Any], brands: Collection[str]) -> BrandPost:
    for key in ("id", "text", "lang", "brands"):
        if key not in row:
            raise GoldError(f"{where}: `{key}` is missing; add it")
    for key in ("id", "text", "lang", "source", "kind", "part", "drawn"):
        if not isinstance(row.get(key, ""), str):
            raise GoldError(f"{where}: `{key}` is {type(row[key]).__name__}; write a string")
    named = _brands(where, row["brands"], brands)
    return BrandPost(
        row["id"], row["text"], row["lang"], named, row.get("source", ""), _kind(where, row.get("kind", ""), named),
        row.get("part", ""), row.get("drawn", ""),
    )  # fmt: skip


def _brands(where: str, named: Any, brands: Collection[str]) -> frozenset[str]:
    if not isinstance(named, list) or not all(isinstance(brand, str) for brand in named):
        raise GoldError(f"{where}: `brands` is no list of brand ids; write [] where the post names none")
    for brand in named:
        if brand not in brands:
            raise GoldError(f"{where}: brand {brand!r} is not in the file of brands; add it there, or mend the label")
    return frozenset(named)


def _kind(where: str, word: str, named: frozenset[str]) -> Naming | None:
    if not word:
        return None
    if word not in list(Naming):
        raise GoldError(f"{where}: `kind` is {word!r}; write one of {', '.join(Naming)}")
    kind = Naming(word)
    if (kind in (Naming.HOMONYM_NO, Naming.NONE)) is bool(named):
        says = "some" if named else "no"
        raise GoldError(f"{where}: kind {word!r} contradicts `brands`, which names {says} brand; mend one of them")
    return kind
