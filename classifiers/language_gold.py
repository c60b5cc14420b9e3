"""Posts labelled with their language; errors name file, line and mend.

JSON lines of id, text and lang, with source and part (`dev` or `test`) where there are any; or, in a file named .tsv,
a text, a tab and its language. A language is an ISO 639 code, `und` where no reader could tell."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifiers import labelled, tsv
from classifiers.labelled import PARTS, GoldError

_EXAMPLE = '{"id": ..., "text": ..., "lang": ...}'
_CODE = re.compile("[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class LanguagePost:
    """One labelled post."""

    id: str
    text: str
    language: str
    source: str = ""
    part: str = "test"
    """Whether its mistakes may be read while the classifier is mended (dev) or are counted only (test)."""


def read(path: Path) -> list[LanguagePost]:
    """All posts of a file, in order. Raises GoldError."""
    return tsv.read(path, _tabbed) if path.suffix == ".tsv" else labelled.read(path, _post, _EXAMPLE)


def _post(where: str, row: dict[str, Any]) -> LanguagePost:
    for key in ("id", "text", "lang"):
        if key not in row:
            raise GoldError(f"{where}: `{key}` is missing; add it")
    row = {"source": "", "part": "test"} | row
    for key in ("id", "text", "lang", "source", "part"):
        if not isinstance(row[key], str) or (key == "id" and not row[key]):
            raise GoldError(f"{where}: `{key}` is {json.dumps(row[key])[:40]}; write a text")
    if row["part"] not in PARTS:
        raise GoldError(f"{where}: `part` is {row['part']!r}; write dev or test")
    return LanguagePost(row["id"], row["text"], _code(where, row["lang"]), row["source"], row["part"])


def _tabbed(where: str, text: str, label: str) -> LanguagePost:
    return LanguagePost(where.rpartition(":")[2], text, _code(where, label))


def _code(where: str, code: str) -> str:
    if not _CODE.fullmatch(code):
        raise GoldError(f"{where}: language {code!r} is no code; write one of ISO 639, such as de, or und")
    return code
