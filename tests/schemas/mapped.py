"""A small mapping for tests, and what the decoder makes of a payload by it."""

from __future__ import annotations

import json
from typing import Any

from schemas.decode import decode
from schemas.formats.mapped import Mapped
from schemas.formats.mapped_spec import IdRule, MappingSpec, Place
from schemas.formats.protocol import Item
from schemas.formats.registry import FORMATS
from schemas.mention import Mention
from schemas.record import Dead, Reason, Record

CANARY = "KANARIENVOGEL"
FIXED = {"text": Place(("Body",)), "published_at": Place(("Date",))}
ROW = {"Id": "7", "Body": "Hallo", "Date": "2024-05-01T10:00:00Z"}


def mapped(*, fields: dict[str, Place] | None = None, **parts: Any) -> Mapped:
    """A mapping of the three columns of ROW, and what the test adds."""
    given = {"platform": "forum", "native_id": IdRule(("Id",)), "fields": FIXED | (fields or {})}
    return Mapped("tool", MappingSpec(**(given | parts)))


def item_of(payload: Any, chosen: Mapped, **headers: bytes) -> Item:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    record = Record("topic", 0, 7, json.dumps(payload).encode(), headers=named)
    (item,) = decode(record, format_name="tool", max_bytes=100_000, formats={**FORMATS, "tool": chosen})
    return item


def mention_of(payload: Any, chosen: Mapped, **headers: bytes) -> Mention:
    item = item_of(payload, chosen, **headers)
    assert isinstance(item, Mention), item
    return item


def fault_of(payload: Any, chosen: Mapped, **headers: bytes) -> tuple[Reason, str]:
    item = item_of(payload, chosen, **headers)
    assert isinstance(item, Dead), item
    return item.reason, item.detail
