"""The golden payloads: tests/golden/<format>/<case>.json or .csv, and beside each <case>.expected.json.

The first word of a case's name says what it is: good, odd (valid, and unlike the others), trap (valid, and easily read
wrongly), bad (becomes a dead letter, in whole or in part). Record headers stand in <format>/headers.json for all cases,
and in <case>.headers.json for one. <format>/contract.json says which fields a good payload cannot do without, and where
the source says something of its author that we have no place for; both by case and path."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.decode import decode
from schemas.formats.protocol import Item
from schemas.formats.registry import FORMATS
from schemas.mention import Mention
from schemas.payload import COLUMNS_HEADER, parse_columns, parse_json, parse_row
from schemas.record import Dead, Deletion, Ignored, Record

ROOT = Path(__file__).parent.parent / "golden"
MAX_BYTES = 1_000_000
_BESIDE = (".expected.json", "headers.json", "contract.json")


@dataclass(frozen=True, slots=True)
class Case:
    """One golden payload."""

    format: str
    path: Path

    def __str__(self) -> str:
        return f"{self.format}-{self.path.stem}"

    @property
    def raw(self) -> bytes:
        return self.path.read_bytes()

    @property
    def is_json(self) -> bool:
        return self.path.suffix == ".json"

    @property
    def headers(self) -> dict[str, bytes]:
        """Of the format, then of the case."""
        found: dict[str, str] = {}
        for path in (self.path.with_name("headers.json"), self.path.with_suffix(".headers.json")):
            found |= json.loads(path.read_bytes()) if path.exists() else {}
        return {name: value.encode() for name, value in found.items()}

    def decode(self) -> list[Item]:
        """What the decoder makes of it, told its format."""
        return decoded(self.raw, self.format, **self.headers)

    @property
    def payload(self) -> Any:
        """What the format is given: a row as an object of its cells."""
        if self.is_json:
            return parse_json(self.raw)
        columns = parse_columns(self.headers.get(COLUMNS_HEADER, b"")) or FORMATS[self.format].columns or ()
        return parse_row(self.raw, columns)

    @property
    def expected(self) -> Any:
        return json.loads(self.path.with_suffix(".expected.json").read_bytes())


def cases() -> list[Case]:
    """Every golden payload, in order of name."""
    found = []
    for name in FORMATS:
        files = sorted(path for path in (ROOT / name).iterdir() if not path.name.endswith(_BESIDE))
        found += [Case(name, path) for path in files]
    return found


def contract(name: str) -> dict[str, dict[str, list[str]]]:
    """The format's contract.json."""
    found: dict[str, dict[str, list[str]]] = json.loads((ROOT / name / "contract.json").read_bytes())
    return found


def decoded(value: bytes | None, format_name: str | None = None, **headers: bytes) -> list[Item]:
    """What the decoder makes of the bytes; a header's underscores stand for hyphens."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return decode(Record("topic", 0, 7, value, headers=named), format_name=format_name, max_bytes=MAX_BYTES)


def only(items: Sequence[Item]) -> Item:
    (item,) = items
    return item


def mention_of(payload: Any, format_name: str | None = None, **headers: bytes) -> Mention:
    """The one mention in a JSON payload."""
    item = only(decoded(json.dumps(payload).encode(), format_name, **headers))
    assert isinstance(item, Mention), item
    return item


def dead_of(payload: Any, format_name: str | None = None) -> Dead:
    """The one dead letter that a JSON payload becomes."""
    item = only(decoded(json.dumps(payload).encode(), format_name))
    assert isinstance(item, Dead), item
    return item


def written(item: Item) -> dict[str, Any]:
    """An item as it stands in an expected file: fields that are no defaults; of a dead letter not the bytes; a deletion
    together with the mention that it brings along."""
    match item:
        case Mention():
            return {"mention": item.model_dump(mode="json", exclude_defaults=True)}
        case Deletion():
            at = item.deleted_at.isoformat() if item.deleted_at else None
            held = written(item.mention) if item.mention else {}
            return {"deletion": [item.platform, item.native_id, at, item.reason]} | held
        case Ignored():
            return {"ignored": item.reason}
        case Dead():
            return {"dead": [item.reason.value, item.detail]}
