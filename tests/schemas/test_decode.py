"""Laws of the decoder itself: tombstones, refusals before parsing, choice of the format, CSV rows, outcomes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from schemas.decode import decode, outcome
from schemas.extras import EXTRA_BYTES
from schemas.formats.protocol import Item
from schemas.jsontext import dumps
from schemas.mention import Mention
from schemas.record import Dead, Deletion, Ignored, Outcome, Reason, Record
from tests.schemas.golden import MAX_BYTES, decoded, mention_of, only

MINIMAL = {"platform": "play", "native_id": "1", "text": "gut", "published_at": "2026-03-14T09:26:53Z"}
ROW = "8,115712,True,Tue Oct 31 22:10:47 +0000 2017,hi,,\n"


def reason(value: bytes, format_name: str | None = None, **headers: bytes) -> Reason:
    item = only(decoded(value, format_name, **headers))
    assert isinstance(item, Dead)
    assert item.raw == value
    return item.reason


def tombstone(key: bytes | None) -> Item:
    return only(decode(Record("t", 0, 0, None, key), format_name=None, max_bytes=10))


def test_a_tombstone_deletes_what_its_key_names() -> None:
    assert tombstone(b"x:123") == Deletion("x", "123", None, "tombstone")
    assert tombstone(b"bluesky:at://did:plc:a/b/c") == Deletion("bluesky", "at://did:plc:a/b/c", None, "tombstone")


@pytest.mark.parametrize(
    "key",
    [
        None,
        b"",
        b"x",
        b"x:",
        b":1",
        b"X:1",
        b"x y:1",
        b"x:\x00",
        b"\xff:1",
        b"x:\n",
        b"p" * 33 + b":1",
        b"x:" + b"1" * 513,
    ],
)
def test_a_tombstone_without_a_usable_key_is_ignored(key: bytes | None) -> None:
    assert tombstone(key) == Ignored("tombstone")


@pytest.mark.parametrize("value", [b"", b" ", b"\r\n\t", b"\xef\xbb\xbf", b"\xef\xbb\xbf \n"])
def test_nothing_but_white_space_is_empty(value: bytes) -> None:
    assert reason(value) is Reason.EMPTY


def test_a_record_of_the_largest_size_is_taken_and_one_byte_more_is_not() -> None:
    value = json.dumps(MINIMAL).encode()
    record = Record("t", 0, 0, value)
    assert isinstance(only(decode(record, format_name=None, max_bytes=len(value))), Mention)
    dead = only(decode(record, format_name=None, max_bytes=len(value) - 1))
    assert isinstance(dead, Dead)
    assert dead.reason is Reason.OVERSIZED and f"max_record_bytes is {len(value) - 1}: raise it" in dead.detail


@pytest.mark.parametrize("value", [b"\xff\xfe{\x00}\x00", b'{"platform":"\xe4"}', b'"\xed\xa0\x80"', b'{"a": \xff'])
def test_other_encodings_than_utf8_are_refused_not_guessed(value: bytes) -> None:
    assert reason(value) is Reason.NOT_UTF8
    assert reason(value + b",,,", "twcs") is Reason.NOT_UTF8


@pytest.mark.parametrize(
    "value", [b"{", b"nonsense", b"{'a': 1}", b"[1,]", b'{"a": NaN}', b'"\\ud83d', b'{"a": 1e999, "b": "\\ud83d"}']
)
def test_what_is_no_json_is_refused(value: bytes) -> None:
    assert reason(value) is Reason.NOT_JSON


@pytest.mark.parametrize("deep", [101, 1_000, 1_100, 10_000, 300_000])
@pytest.mark.parametrize("shape", ["list", "object", "unclosed", "surrogate", "mixed"])
def test_deep_nesting_is_refused_without_a_crash(deep: int, shape: str) -> None:
    value = {
        "list": b"[" * deep + b"]" * deep,
        "object": b'{"a":' * deep + b"1" + b"}" * deep,
        "unclosed": b"[" * deep,
        "surrogate": b'["\\ud83d",' + b"[" * (deep - 1) + b"]" * deep,
        "mixed": b'[{"]}":' * (deep // 2 + 1) + b"1" + b"}]" * (deep // 2 + 1),
    }[shape]
    assert only(decode(Record("t", 0, 0, value), format_name=None, max_bytes=10**7)) == Dead(
        Reason.TOO_DEEP, "nested deeper than 100 levels", value
    )


def test_a_hundred_levels_and_many_brackets_in_text_are_not_too_deep() -> None:
    extra: Any = 1
    for _ in range(99):
        extra = {"a": extra}
    assert mention_of({**MINIMAL, "extra": extra}).extra == extra
    assert mention_of({**MINIMAL, "text": "[{" * 5_000}).text == "[{" * 5_000
    assert only(decoded(json.dumps({**MINIMAL, "text": "\\ud83d" + "[{" * 500}).replace("\\\\u", "\\u").encode()))


def test_the_setting_beats_the_header_and_the_header_beats_the_looks() -> None:
    value = json.dumps(MINIMAL).encode()
    assert isinstance(only(decoded(value, "canonical", echolot_format=b"twcs")), Mention)
    assert reason(value, echolot_format=b"reddit") is Reason.MISSING_FIELD
    assert isinstance(only(decoded(value)), Mention)


def test_an_unknown_format_is_refused_and_the_known_ones_are_listed() -> None:
    by_setting, by_header = only(decoded(b"{}", "pulse")), only(decoded(b"{}", echolot_format=b"pul\xffse"))
    for item, where in ((by_setting, "the setting `format`"), (by_header, "the record's header echolot-format")):
        assert isinstance(item, Dead)
        assert item.reason is Reason.UNKNOWN_FORMAT
        assert item.detail.startswith(where)
        assert "canonical, x_v2, twcs, mastodon, reddit, bluesky" in item.detail
        assert "pul" not in item.detail
    assert reason(b'{"hello": "world"}') is Reason.UNKNOWN_FORMAT
    assert reason(b"[]") is Reason.UNKNOWN_FORMAT


def test_a_row_without_listed_columns_has_the_format_s_order() -> None:
    mention = only(decoded(ROW.encode(), "twcs"))
    assert isinstance(mention, Mention)
    assert (mention.native_id, mention.text) == ("8", "hi")


def test_listed_columns_give_order_and_are_recognised() -> None:
    columns = b"text, tweet_id,author_id,inbound,created_at,response_tweet_id,in_response_to_tweet_id,mood"
    value = b"hi,8,115712,True,Tue Oct 31 22:10:47 +0000 2017,,7.0,bad"
    mention = only(decoded(value, echolot_columns=columns))
    assert isinstance(mention, Mention)
    assert (mention.native_id, mention.text, mention.parent_id, mention.extra["mood"]) == ("8", "hi", "7", "bad")


@pytest.mark.parametrize("columns", [b"a,a", b"\xff", b'"a', b"tweet_id"])
def test_unusable_columns_make_a_dead_letter(columns: bytes) -> None:
    assert reason(ROW.encode(), "twcs", echolot_columns=columns) is Reason.NOT_CSV


def test_a_csv_field_may_be_longer_than_the_module_s_own_limit() -> None:
    long = "x" * 200_000
    mention = only(decoded(ROW.replace("hi", long).encode(), "twcs"))
    assert isinstance(mention, Mention)
    assert mention.text == long


class Broken:
    """A format with a bug, after one good item."""

    name, columns = "broken", None

    def looks_like(self, payload: Any) -> bool:
        return False

    def items(self, payload: Any, headers: Mapping[str, bytes]) -> Iterator[Item]:
        yield Ignored("first")
        raise {"bug": ZeroDivisionError("secret text"), "memory": MemoryError(), "deep": RecursionError()}[
            payload["kind"]
        ]


def by_broken(value: bytes) -> list[Item]:
    record = Record("topic", 0, 7, value)
    return decode(record, format_name="broken", max_bytes=MAX_BYTES, formats={"broken": Broken()})


def test_a_format_s_bug_becomes_a_dead_letter_with_its_class_alone() -> None:
    first, dead = by_broken(b'{"kind": "bug"}')
    assert first == Ignored("first")
    assert dead == Dead(Reason.FORMAT_BUG, "ZeroDivisionError", b'{"kind": "bug"}')
    assert by_broken(b'{"kind": "deep"}')[1] == Dead(Reason.FORMAT_BUG, "RecursionError", b'{"kind": "deep"}')


def test_a_full_memory_is_not_the_record_s_fault() -> None:
    with pytest.raises(MemoryError):
        by_broken(b'{"kind": "memory"}')


def test_outcomes() -> None:
    good = mention_of(MINIMAL)
    dead, gone, ignored = Dead(Reason.EMPTY, "", b""), Deletion("x", "1", None, "deleted"), Ignored("like")
    assert outcome([good, dead]) is Outcome.DEAD
    assert outcome([ignored, good]) is Outcome.GOOD
    assert outcome([gone]) is Outcome.GOOD
    assert outcome([ignored]) is Outcome.IGNORED


def test_a_heavy_extra_is_cut_and_says_what_was_left_out() -> None:
    heavy = {"light": "kept", "previews": "x" * EXTRA_BYTES, "media": ["y" * 40_000], "polls": ["z" * 30_000]}
    mention = mention_of({**MINIMAL, "extra": heavy})
    left_out = {"count": 2, "names": ["media", "previews"]}
    assert mention.extra == {"light": "kept", "polls": heavy["polls"], "left_out": left_out}
    assert len(dumps(mention.extra)) <= EXTRA_BYTES


def test_an_extra_of_many_small_fields_is_bounded_too() -> None:
    many = {f"field {number}": "x" * 20 for number in range(10_000)}
    extra = mention_of({**MINIMAL, "extra": many}).extra
    assert len(dumps(extra)) <= EXTRA_BYTES
    assert extra["left_out"]["count"] + len(extra) - 1 == 10_000


def test_dead_items_of_a_page_hold_their_own_bytes() -> None:
    bad = {"id": "9", "author_id": "1", "created_at": "2024-08-12T15:00:00.000Z"}
    value = json.dumps({"data": [bad], "meta": {}}).encode()
    dead = only(decode(Record("t", 0, 0, value), format_name=None, max_bytes=MAX_BYTES))
    assert isinstance(dead, Dead)
    assert json.loads(dead.raw) == bad
