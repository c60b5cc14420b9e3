"""Whatever comes in: items come out, and no word of the payload in an error."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.decode import decode, outcome
from schemas.formats.protocol import Item
from schemas.formats.registry import FORMATS
from schemas.mention import Mention
from schemas.record import Dead, Deletion, Ignored, Outcome, Reason, Record
from tests.schemas.golden import MAX_BYTES, cases

CANARY = "KANARIENVOGEL"
NAMES = st.sampled_from([None, *FORMATS, "no_such_format"])
HEADERS = st.dictionaries(
    st.sampled_from(["echolot-format", "echolot-columns", "other"]), st.binary(max_size=20), max_size=2
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(), max_size=12)
    | st.sampled_from(
        ["1.2E+18", "2024-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "<p>", "\ud83d", "at://a/b/c", "", CANARY]
    )
)
words = st.sampled_from(
    ["id", "text", "data", "author", "event", "payload", "kind", "commit", "did", CANARY]
) | st.text(max_size=5)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4), max_leaves=12
)
GOLDEN = [(case.format, case.payload) for case in cases() if case.is_json]


def holds(record: Record, format_name: str | None) -> list[Item]:
    """Decode, and check what must hold of any record."""
    items = decode(record, format_name=format_name, max_bytes=MAX_BYTES)
    assert items
    assert all(type(item) in (Mention, Deletion, Ignored, Dead) for item in items)
    assert isinstance(outcome(items), Outcome)
    for item in items:
        if isinstance(item, Mention):
            assert item.mention_id and item.revision >= 0
            item.model_dump_json().encode()
        if isinstance(item, Dead):
            assert item.reason is not Reason.FORMAT_BUG, item.detail
            assert CANARY not in item.detail
            assert len(item.detail) < 300
    assert pickle.loads(pickle.dumps(items)) == items
    return items


@settings(max_examples=300, deadline=None)
@given(st.none() | st.binary(max_size=200), st.none() | st.binary(max_size=60), NAMES, HEADERS)
def test_any_bytes_give_items(
    value: bytes | None, key: bytes | None, name: str | None, headers: dict[str, bytes]
) -> None:
    holds(Record("t", 0, 0, value, key, headers), name)


@settings(max_examples=400, deadline=None)
@given(values, NAMES)
def test_any_json_gives_items(value: Any, name: str | None) -> None:
    holds(Record("t", 0, 0, json.dumps(value).encode()), name)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, child in inner for place in [(*at, key), *places(child, (*at, key))]]


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_any_mutation_of_a_golden_payload_gives_items(data: st.DataObject) -> None:
    """Up to three fields of a real payload are replaced, removed or added."""
    index = data.draw(st.integers(0, len(GOLDEN) - 1))
    name, payload = GOLDEN[index][0], copy.deepcopy(GOLDEN[index][1])
    for _ in range(data.draw(st.integers(1, 3))):
        here = places(payload)
        if not here:
            break
        *path, last = data.draw(st.sampled_from(here))
        parent = payload
        for step in path:
            parent = parent[step]
        if data.draw(st.booleans()) and isinstance(parent, dict):
            parent[data.draw(words)] = data.draw(values)
        elif data.draw(st.integers(0, 4)) == 0:
            del parent[last]
        else:
            parent[last] = data.draw(values)
    holds(Record("t", 0, 0, json.dumps(payload).encode()), data.draw(st.sampled_from([None, name])))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([case.raw for case in cases()]), st.integers(0, 2_000), st.binary(max_size=3), NAMES)
def test_any_damage_to_the_bytes_gives_items(raw: bytes, at: int, noise: bytes, name: str | None) -> None:
    holds(Record("t", 0, 0, raw[:at] + noise + raw[at + 1 :]), name)


def test_no_error_repeats_the_payload() -> None:
    """Every text of every golden payload becomes a canary, one at a time and all at once."""
    seen = 0
    for name, payload in GOLDEN:
        for place in places(payload):
            changed = copy.deepcopy(payload)
            parent = changed
            for step in place[:-1]:
                parent = parent[step]
            parent[place[-1]] = CANARY
            for item in holds(Record("t", 0, 0, json.dumps(changed).encode()), name):
                seen += isinstance(item, Dead)
    assert seen > 500  # so many refusals were looked at
