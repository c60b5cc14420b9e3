"""Ids for rows whose source gives none: the same row has the same id in every run, and another row another one."""

from __future__ import annotations

from hashlib import blake2b

from schemas.jsontext import dumps

MARK = "id_synthetic"
"""In `extra`, true: the id is ours, and two sources of the same post do not meet under it."""


def synthetic_id(*parts: str | None) -> str:
    """32 hexadecimal digits (BLAKE2b, 128 bits) over what tells a row from others, each part with its place.

    Text that its author may edit is no good part: the row would become another mention."""
    return blake2b(dumps(parts), digest_size=16).hexdigest()
