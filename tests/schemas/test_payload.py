"""Laws of parsing: what comes out can be stored, and nothing that can be read is lost."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Rejected
from schemas.payload import parse_json, parse_row
from tests.schemas.golden import mention_of

ANY_TEXT = st.text(st.characters(codec=None), max_size=20)  # lone surrogates included
WHOLE = st.text(max_size=20)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | WHOLE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WHOLE, inner, max_size=3),
    max_leaves=10,
)


@given(JSON)
def test_json_is_read_as_the_standard_library_reads_it(value: Any) -> None:
    assert parse_json(json.dumps(value).encode()) == value
    assert parse_json(b"\xef\xbb\xbf" + json.dumps(value, ensure_ascii=False).encode()) == value


@given(JSON)
def test_a_lone_surrogate_elsewhere_changes_no_value(value: Any) -> None:
    """The second parser reads all else as the first does."""
    assert parse_json(json.dumps(["\ud83d", value]).encode()) == ["\ufffd", value]


@given(ANY_TEXT, ANY_TEXT)
def test_lone_surrogates_become_the_replacement_character(key: str, text: str) -> None:
    """One for one, in keys and values; pairs stay whole; and the result can be stored."""
    value = parse_json(json.dumps({"k" + key: [text]}).encode())
    assert list(value) == [repaired("k" + key)]
    assert value[repaired("k" + key)] == [repaired(text)]
    orjson.dumps(value)


def repaired(text: str) -> str:
    joined = json.loads(json.dumps(text))  # a high and a low half side by side are one character in JSON
    return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in joined)


@given(ANY_TEXT)
def test_a_post_with_lone_surrogates_is_not_lost(text: str) -> None:
    payload = {"platform": "play", "native_id": "1", "published_at": "2024-01-01T00:00:00Z", "text": text, "mood": text}
    mention = mention_of(payload)
    assert mention.text == repaired(text).replace("\0", "\ufffd")
    assert mention.extra["mood"] == repaired(text)
    assert mention.revision > 0


def test_integers_beyond_64_bits_beside_a_surrogate_are_kept_as_text() -> None:
    assert parse_json(b'["\\ud83d", 18446744073709551616, -9223372036854775808]') == ["\ufffd", str(2**64), -(2**63)]


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=20), min_size=2, max_size=5))
def test_a_row_that_a_csv_writer_wrote_is_read_whole(fields: list[str]) -> None:
    sheet = io.StringIO(newline="")
    csv.writer(sheet, quoting=csv.QUOTE_ALL).writerow(fields)
    columns = [f"c{number}" for number in range(len(fields))]
    assert list(parse_row(sheet.getvalue().encode(), columns).values()) == fields


@pytest.mark.parametrize("value", [b"a", b"a,b,c", b"a,b\nc,d", b'"a,b', b'"a"x,b', b"\n"])
def test_a_row_with_other_fields_than_columns_is_refused(value: bytes) -> None:
    with pytest.raises(Rejected) as caught:
        parse_row(value, ["one", "two"])
    assert caught.value.reason == "not_csv"
