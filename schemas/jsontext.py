"""JSON bytes of anything a source may have sent, including what strict encoders refuse."""

from __future__ import annotations

import json
from typing import Any

import orjson


def dumps(value: Any) -> bytes:
    """Compact JSON with sorted keys. Lone surrogates and integers beyond 64 bits, which orjson refuses, are kept."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)
    except TypeError:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str).encode()
