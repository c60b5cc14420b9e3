"""What Reddit writes where a text was is a deletion in every format, and a text in brackets stays a text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from schemas.decode import decode
from schemas.formats.registry import FORMATS
from schemas.mention import Mention
from schemas.placeholders import why_gone
from schemas.record import Deletion, Record
from tests.schemas.golden import ROOT, Case, decoded, mention_of, only
from tests.schemas.mapped import ROW, item_of, mapped

PLACEHOLDERS = {
    "[deleted]": "deleted",
    "[removed]": "removed",
    " [REMOVED]\n": "removed",
    "[deleted by user]": "deleted",
    "[Removed by moderator]": "removed",
    "[ Removed by Reddit ]": "removed",
    "[ Removed by Reddit in response to a copyright notice. ]": "removed",
    "[ Removed by Reddit on account of violating the [content policy](/help/contentpolicy). ]": "removed",
}
TEXTS = ["", "removed", "[removed] why?", "[removed][deleted]", "[closed]", "[deleted by\nuser]", "[removed by [a] [b"]
REDDIT = {"platform": "reddit", "native_id": "t1_a", "published_at": "2024-03-01T12:00:00Z"}
COMMENT = {"id": "a", "link_id": "t3_b", "created_utc": 1709294400}
BRANDWATCH = Case("brandwatch", ROOT / "brandwatch" / "odd_reddit_comment.json")


def canonical(text: str) -> Any:
    return only(decoded(json.dumps(REDDIT | {"text": text}).encode(), "canonical"))


def reddit(text: str) -> Any:
    return only(decoded(json.dumps(COMMENT | {"body": text}).encode(), "reddit"))


def of_a_mapping_file(text: str) -> Any:
    return item_of(ROW | {"Body": text}, mapped(platform="reddit"))


def of_a_listening_tool(text: str) -> Any:
    row = json.dumps(BRANDWATCH.payload | {"Full Text": text}).encode()
    return only(decoded(row, "brandwatch", **BRANDWATCH.headers))


SOURCES = [canonical, reddit, of_a_mapping_file, of_a_listening_tool]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("text", PLACEHOLDERS)
def test_a_placeholder_is_a_deletion_in_every_format(source: Any, text: str) -> None:
    item, stood = source(text), source("Wo bleibt mein Paket?")
    assert item == Deletion("reddit", stood.native_id, None, PLACEHOLDERS[text])


@pytest.mark.parametrize("text", TEXTS)
def test_other_texts_are_texts(text: str) -> None:
    assert why_gone(text) is None
    assert canonical(text).text == text


def test_other_platforms_have_no_placeholders() -> None:
    assert mention_of(REDDIT | {"platform": "x", "text": "[removed]"}, "canonical").text == "[removed]"


def test_a_title_says_it_of_a_submission_and_not_of_a_reply() -> None:
    told = REDDIT | {"text": "Steht noch", "title": "[deleted by user]"}
    assert only(decoded(json.dumps(told).encode(), "canonical")) == Deletion("reddit", "t1_a", None, "deleted")
    assert mention_of(told | {"relation": "reply"}, "canonical").text == "Steht noch"


class Forgetful:
    """A format of a later day, which does not know of placeholders."""

    name, columns = "forgetful", None

    def looks_like(self, payload: Any) -> bool:
        return False

    def items(self, payload: Any, headers: Any) -> Any:
        yield Mention(**(REDDIT | {"text": "kept"}))
        yield Mention(**(REDDIT | {"text": "[removed]"}))


def test_no_format_can_forget_it() -> None:
    formats = {**FORMATS, "forgetful": Forgetful()}
    items = decode(Record("t", 0, 0, b"{}"), format_name="forgetful", max_bytes=99, formats=formats)
    assert [type(item) for item in items] == [Mention, Deletion]


def test_a_placeholder_is_nothing_that_a_deletion_could_keep() -> None:
    """Whatever the platform: there the record says that the post is gone."""
    removed = COMMENT | {"removed_by_category": "moderator"}
    stood = only(decoded(json.dumps(removed | {"body": "Wo bleibt mein Paket?"}).encode(), "reddit"))
    assert isinstance(stood, Deletion) and stood.mention is not None
    assert stood.mention.text == "Wo bleibt mein Paket?"
    for text, reason in PLACEHOLDERS.items():
        gone = only(decoded(json.dumps(removed | {"body": text}).encode(), "reddit"))
        assert gone == Deletion("reddit", "t1_a", None, reason)


def test_what_a_deletion_keeps_is_bounded_too() -> None:
    heavy = COMMENT | {"body": "x", "removed_by_category": "moderator", "blob": "y" * 100_000}
    item = only(decoded(json.dumps(heavy).encode(), "reddit"))
    assert isinstance(item, Deletion) and item.mention is not None
    assert item.mention.extra == {"left_out": {"count": 1, "names": ["blob"]}}
