"""The broken records: what goes wrong with real feeds, once each, done to copies of healthy records.

A format's reader must give the stated reason whether the format was named to it or it had to tell it from the shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from samples.dice import Dice
from samples.lines import Fault, Line, dumped

Payload = Mapping[str, Any]
Breaker = Callable[[Payload], bytes]


def _cut(payload: Payload) -> bytes:
    whole = dumped(payload, ascii_only=True)
    return whole[: len(whole) * 2 // 3]


def _latin1(payload: Payload) -> bytes:
    return dumped(payload).replace(b'"text":"', b'"text":"\xfc', 1)


def _with(**changed: Any) -> Breaker:
    return lambda payload: dumped({**payload, **changed})


def _without(*keys: str) -> Breaker:
    return lambda payload: dumped({key: value for key, value in payload.items() if key not in keys})


def _deep(payload: Payload) -> bytes:
    return dumped(payload)[:-1] + b',"nested":' + b"[" * 200 + b"]" * 200 + b"}"


def _commit_without_record(payload: Payload) -> bytes:
    commit = {key: value for key, value in payload["commit"].items() if key != "record"}
    return dumped({**payload, "commit": commit})


def _author_with(**changed: Any) -> Breaker:
    return lambda payload: dumped({**payload, "author": {**payload["author"], **changed}})


BREAKERS: Mapping[str, Sequence[tuple[str, str, Breaker]]] = {
    "x-flat.jsonl": (
        ("not_json", "cut off as by a full disk", _cut),
        ("not_utf8", "a Latin-1 byte in the text", _latin1),
        ("id_destroyed", "id written by a spreadsheet", _with(id="1.2316E+18")),
        ("bad_time", "created_at in words", _with(created_at="yesterday at noon")),
    ),
    "mastodon.jsonl": (
        ("missing_field", "no created_at", _without("created_at")),
        ("wrong_type", "account is a name, not an object", _with(account="ahorn_demo")),
    ),
    "reddit.ndjson": (
        ("bad_time", "created_utc is n/a", _with(created_utc="n/a")),
        ("not_json", "cut off as by a full disk", _cut),
    ),
    "bluesky.jsonl": (
        ("too_deep", "200 lists within each other", _deep),
        ("missing_field", "a creation without its record", _commit_without_record),
    ),
    "canonical.jsonl": (
        ("missing_field", "no published_at", _without("published_at")),
        ("wrong_type", "followers is a word", _author_with(followers="many")),
    ),
}
"""By file: reason, what was done, how. Pages, CSV rows and the mixed file have their own below."""

CELLS: Sequence[tuple[str, str, Callable[[list[str]], list[str]]]] = (
    ("not_csv", "a row of three columns", lambda cells: cells[:3]),
    ("bad_time", "created_at in another order", lambda cells: [*cells[:3], "31/10/2026 22:10", *cells[4:]]),
    ("id_destroyed", "tweet_id written by a spreadsheet", lambda cells: ["1.19237E+17", *cells[1:]]),
)

STRANGERS: Sequence[tuple[str, str, Any]] = (
    ("unknown_format", "an object of no known format", {"sensor": "demo-7", "temperature": 21.5}),
    ("unknown_format", "a bare list", [1, 2, 3]),
)


def broken(dice: Dice, place: str, healthy: Sequence[tuple[Line, Payload]]) -> list[Line]:
    """One broken copy for each breaker of this file, right behind the record it was made from."""
    chosen = dice.shuffled(healthy, place, "broken")
    return [
        Line(at=line.at, data=breaker(payload), faults=(Fault(reason, what),), kind="broken")
        for (reason, what, breaker), (line, payload) in zip(BREAKERS[place], chosen, strict=False)
    ]
