"""Lower our SQL for the ClickHouse of 2018 (18.16.1) that Debian ships, so that tests can use a real server.

Not a production target: production is ClickHouse >= 24.8, and nothing here touches what such a server gets. The old
server keeps whole seconds, has neither Bool nor codecs nor CREATE OR REPLACE nor ADD COLUMN IF NOT EXISTS, and takes no
query parameters. Values need no lowering of their own: the driver writes aware datetimes to DateTime (dropping the
milliseconds) and bools to UInt8."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sinks.parameters import literal

Version = tuple[int, int]

FIRST_MODERN: Version = (20, 0)
"""From here on nothing is lowered."""
OLDEST_SUPPORTED: Version = (24, 8)
"""Older servers get a warning."""
LEGACY_SETTINGS: dict[str, Any] = {"allow_experimental_low_cardinality_type": 1}
"""Settings that the old server wants for our types; a modern one does not know them."""

_CODEC = re.compile(r"\s+CODEC\((?:[^()]|\([^()]*\))*\)")
_DISTANCE = re.compile(r"\bbitHammingDistance\(([\w.]+), ([\w.]+)\)")
_REPLACE_VIEW = re.compile(r"^CREATE OR REPLACE VIEW\s+(\w+)")
_PARAMETER = re.compile(r"\{(\w+):([^{}]+)\}")


def is_legacy(version: Version) -> bool:
    """Whether SQL for a server of this version must be lowered."""
    return version < FIRST_MODERN


def lower(statement: str) -> list[str]:
    """The statements that do on 18.16 what one of ours does on a modern server."""
    statement = _CODEC.sub("", statement)
    statement = re.sub(r"\bDateTime64\(\d, '(\w+)'\)", r"DateTime('\1')", statement)
    statement = re.sub(r"\bBool\b", "UInt8", statement)
    statement = statement.replace("ADD COLUMN IF NOT EXISTS", "ADD COLUMN")
    statement = _DISTANCE.sub(r"length(bitmaskToArray(bitXor(\1, \2)))", statement)
    view = _REPLACE_VIEW.match(statement)
    if view is None:
        return [statement]
    name = view.group(1)
    return [f"DROP TABLE IF EXISTS {name}", f"CREATE VIEW {name}{statement[view.end() :]}"]


def inline(sql: str, parameters: Mapping[str, Any]) -> str:
    """The statement with every {name:Type} replaced by a literal, times in whole seconds.

    Raises KeyError for a name without a value."""

    def put(found: re.Match[str]) -> str:
        text = literal(parameters[found.group(1)])
        return re.sub(r"\.\d+'", "'", text) if "DateTime" in found.group(2) else text

    return _PARAMETER.sub(put, sql)
