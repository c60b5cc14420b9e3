"""One record to items. Whatever the bytes, the answer is items: bad input never stops the job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from schemas.errors import Rejected
from schemas.extras import EXTRA_BYTES, bounded
from schemas.formats.protocol import Format, Item
from schemas.formats.registry import FORMATS
from schemas.local_times import HEADERS
from schemas.mention import Mention
from schemas.payload import BOM, parse_columns, parse_json, parse_row
from schemas.payload import COLUMNS_HEADER as COLUMNS_HEADER  # callers look for it here
from schemas.placeholders import settled
from schemas.record import Dead, Deletion, Ignored, Outcome, Reason, Record

FORMAT_HEADER = "echolot-format"
"""Kafka header that names the payload format, for topics that hold several."""

_KEY_LENGTH = 1024


def decode(
    record: Record, *, format_name: str | None, max_bytes: int, formats: Mapping[str, Format] = FORMATS
) -> list[Item]:
    """All items of one record, at least one, in the payload's order.

    Called once a record, from any thread. Nothing that a record can hold makes it raise; an exception within a format
    becomes a dead letter that names the exception's class. The format is the configured one, else the one that the
    record's header names, else the first that recognises the payload; all are of `formats`. Items found before a
    failure are kept. A placeholder is no text, in no format (schemas/placeholders.py)."""
    value = record.value
    if value is None:
        return [_tombstone(record.key)]
    if len(value) > max_bytes:
        limit = f"max_record_bytes is {max_bytes}: raise it in the configuration, or split what is so large"
        return [Dead(Reason.OVERSIZED, f"{len(value)} bytes or more; {limit}", value)]
    if not value.removeprefix(BOM).strip():
        return [Dead(Reason.EMPTY, "nothing but white space", value)]
    items: list[Item] = []
    told = HEADERS.set(record.headers)
    try:
        chosen = _named(record.headers, format_name, formats)
        payload, headers = _parsed(value, record.headers, chosen)
        for item in (chosen or _recognised(payload, formats)).items(payload, headers):
            items.append(settled(item))
    except Rejected as error:
        items.append(Dead(Reason(error.reason), error.detail, value))
    except MemoryError:  # says nothing about the record: the batch is to be replayed
        raise
    except Exception as error:  # a format's bug must not stop the stream
        items.append(Dead(Reason.FORMAT_BUG, type(error).__name__, value))
    finally:
        HEADERS.reset(told)
    if len(value) > EXTRA_BYTES:
        items = [_bounded(item) for item in items]
    return items or [Ignored("nothing")]


def recognise(record: Record, *, format_name: str | None, formats: Mapping[str, Format] = FORMATS) -> str:
    """Name of the format that `decode` would read the record by; "" where it would refuse it before."""
    try:
        chosen = _named(record.headers, format_name, formats)
        payload, _ = _parsed(record.value or b"", record.headers, chosen)
        return (chosen or _recognised(payload, formats)).name
    except Rejected:
        return ""


def outcome(items: Sequence[Item]) -> Outcome:
    """What became of a record, for the ledger: dead if anything in it is dead, ignored if there was nothing to take."""
    if any(isinstance(item, Dead) for item in items):
        return Outcome.DEAD
    if any(isinstance(item, (Mention, Deletion)) for item in items):
        return Outcome.GOOD
    return Outcome.IGNORED


def _tombstone(key: bytes | None) -> Item:
    """A compacted topic's delete: the key says of what, as `platform:native_id`."""
    try:
        platform, colon, native_id = (key or b"")[:_KEY_LENGTH].decode().partition(":")
    except UnicodeDecodeError:
        return Ignored("tombstone")
    named = colon and native_id.isprintable() and 0 < len(native_id) <= 512
    if named and platform.isascii() and platform.replace("_", "a").isalnum() and platform == platform.lower()[:32]:
        return Deletion(platform, native_id, None, "tombstone")
    return Ignored("tombstone")


def _bounded(item: Item) -> Item:
    if isinstance(item, Deletion) and item.mention:
        return replace(item, mention=bounded(item.mention))
    return bounded(item) if isinstance(item, Mention) else item


def _named(headers: Mapping[str, bytes], format_name: str | None, formats: Mapping[str, Format]) -> Format | None:
    """The format that settings or header name; None where neither does."""
    name = format_name
    if name is None:
        header = headers.get(FORMAT_HEADER)
        if header is None:
            return None
        name = header.decode("ascii", "replace").strip()
    found = formats.get(name)
    if found is None:
        by_setting = format_name is not None
        where = "the setting `format` of its topic" if by_setting else f"the record's header {FORMAT_HEADER}"
        raise Rejected(Reason.UNKNOWN_FORMAT, f"{where} names none of {', '.join(formats)}")
    return found


def _parsed(value: bytes, headers: Mapping[str, bytes], chosen: Format | None) -> tuple[Any, Mapping[str, bytes]]:
    """A CSV row where the header lists columns or the format is one of rows, unless it is an object; else JSON.

    With the headers for the format: JSON has no columns, so that they tell a row of cells from an object of texts."""
    listed = headers.get(COLUMNS_HEADER)
    columns = parse_columns(listed) if listed is not None else chosen.columns if chosen else None
    if columns is None or value.removeprefix(BOM).lstrip()[:1] == b"{":
        of_json = (
            headers if listed is None else {name: text for name, text in headers.items() if name != COLUMNS_HEADER}
        )
        return parse_json(value), of_json
    return parse_row(value, columns), headers


def _recognised(payload: Any, formats: Mapping[str, Format]) -> Format:
    for candidate in formats.values():
        if candidate.looks_like(payload):
            return candidate
    mend = f"name one in the settings or in the header {FORMAT_HEADER}"
    raise Rejected(Reason.UNKNOWN_FORMAT, f"no format recognises this payload; {mend}")
