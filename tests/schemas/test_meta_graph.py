"""Facebook and Instagram: what their golden payloads cannot show one at a time."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.addresses import post_of, root_of
from schemas.mention import Mention
from schemas.mojibake import mended
from schemas.payload import parse_json
from schemas.record import Dead, Ignored
from tests.schemas.golden import ROOT, Case, dead_of, decoded, only

WORDS = st.sampled_from(
    ["Fähre", "größer", "Straße", "Öl", "Übel", "–", "„so“", "schön", "naïve", "50 €", "😡", "bus", "ok"]
)
TEXTS = st.lists(WORDS, min_size=1, max_size=8).map(" ".join)


def broken(text: str) -> str:
    """As the personal data download writes it."""
    return text.encode().decode("latin-1")


@given(TEXTS, TEXTS)
def test_what_the_download_broke_is_whole_again_and_marked(message: str, name: str) -> None:
    whole = {"id": "1_2", "message": message, "from": {"name": name}}
    raw = {"id": "1_2", "message": broken(message), "from": {"name": broken(name)}}
    found, mark = mended(raw)
    assert found == whole
    assert bool(mark) == (raw != whole)


@given(TEXTS, TEXTS)
def test_text_that_is_whole_is_never_touched(message: str, name: str) -> None:
    raw = {"id": "1_2", "message": message, "from": {"name": name}}
    assert mended(raw) == (raw, {})


@pytest.mark.parametrize(
    "text", ["Spaß®", "Spaß® ü", "Ã¼ statt ü", "Ã", "Â", "20 °C", "«À»", "S\u00e3o Paulo", "Ü\u0085"]
)
def test_text_that_only_looks_broken_is_never_touched(text: str) -> None:
    assert mended({"message": text}) == ({"message": text}, {})


def test_one_broken_text_beside_a_whole_one_is_not_certain() -> None:
    raw = {"message": broken("Fähre"), "from": {"name": "Jürgen S."}}
    assert mended(raw) == (raw, {})
    assert mended({"message": broken("Fähre"), "from": {"name": "Jo B."}})[0]["message"] == "Fähre"


def encoded(payload: Any) -> bytes:
    return json.dumps(payload).encode()


def mentions(name: str) -> list[Mention]:
    cases = [Case(name, path) for path in sorted((ROOT / name).glob("*.json")) if "expected" not in path.name]
    items = [item for case in cases if case.path.stem != "contract" for item in case.decode()]
    return [item for item in items if isinstance(item, Mention)]


@pytest.mark.parametrize("name", ["facebook", "youtube", "instagram"])
def test_an_address_names_the_post_by_the_same_id(name: str) -> None:
    """So that a post bought by its address through a listening tool is the same mention."""
    read = [mention for mention in mentions(name) if mention.url]
    by_the_page = [mention for mention in read if "/videos/" not in str(mention.url) or name != "facebook"]
    assert len(by_the_page) > 3
    for mention in by_the_page:
        assert post_of(str(mention.url)) == (name, mention.native_id)
        assert root_of(str(mention.url)) == mention.root_id


@pytest.mark.parametrize("name", ["facebook", "instagram"])
def test_pages_come_without_paging_and_empty_too(name: str) -> None:
    """They are recognised with their paging alone: without it the X API's pages look the same."""
    payload = Case(name, ROOT / name / "good_comment.json").payload
    assert decoded(encoded({"data": [payload]}), name) == decoded(encoded(payload), name)
    assert only(decoded(encoded({"data": []}), name)) == Ignored("empty_page")
    assert only(decoded(encoded({"data": [], "paging": {}}), name)) == Ignored("empty_page")


@pytest.mark.parametrize(("name", "other"), [("facebook", "instagram"), ("instagram", "facebook")])
def test_the_other_s_webhook_is_refused(name: str, other: str) -> None:
    webhook = Case(other, ROOT / other / "good_webhook_comment.json").payload
    assert dead_of(webhook, name).detail.startswith("object: not ")


@pytest.mark.parametrize(
    "stem", ["bad_object_in_a_page", "bad_comment_within_a_post", "bad_webhook_without_comment_id"]
)
def test_a_dead_letter_of_a_page_is_dead_again_by_itself(stem: str) -> None:
    """Its bytes are the one bad object, or a webhook of the one bad change: mended, they can be sent again."""
    dead = [item for item in Case("facebook", ROOT / "facebook" / f"{stem}.json").decode() if isinstance(item, Dead)]
    assert dead
    for item in dead:
        again = only(decoded(item.raw, "facebook"))
        assert isinstance(again, Dead)
        assert again.reason == item.reason


def test_a_mended_webhook_of_one_change_gives_its_mention() -> None:
    case = Case("facebook", ROOT / "facebook" / "bad_webhook_without_comment_id.json")
    dead, mention = case.decode()
    assert isinstance(dead, Dead)
    webhook: Any = parse_json(dead.raw)
    webhook["entry"][0]["changes"][0]["value"]["comment_id"] = "260000000000002_370000000000003"
    assert only(decoded(encoded(webhook), "facebook")) == mention
