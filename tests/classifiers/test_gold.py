from __future__ import annotations

import json

import pytest

from classifiers.gold import GoldError, GoldPost, read
from tests.classifiers.samples import write_gold

INTENTS = ("complaint", "praise")
GOOD = {
    "id": "a1", "text": "x", "lang": "de", "source": "mobasa-dev", "intents": ["praise"], "needs_intervention": False,
    "severity": 0,
}  # fmt: skip


def test_a_good_row_is_read(tmp_path):
    path = write_gold(
        tmp_path / "gold.jsonl", [GOOD | {"sure": True}, GOOD | {"id": "a1-de", "source": "ibm-dev/translated"}]
    )
    first, twin = read(path, INTENTS)
    assert (first.id, first.language, first.origin, first.intents) == ("a1", "de", "mobasa", {"praise"})
    assert first.group == twin.group == "a1"
    assert (twin.origin, twin.is_translated, twin.is_real) == ("ibm", True, True)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({key: value for key, value in GOOD.items() if key != "text"}, "`text` is missing"),
        (GOOD | {"text": 3}, "`text` is int; write a string"),
        (GOOD | {"needs_intervention": 1}, "`needs_intervention` is int; write true or false"),
        (GOOD | {"severity": True}, "`severity` is bool"),
        (GOOD | {"severity": 5, "needs_intervention": True}, "`severity` is 5; write 0 to 4"),
        (GOOD | {"severity": 2}, "severity 2 contradicts"),
        (GOOD | {"needs_intervention": True}, "severity 0 contradicts"),
        (GOOD | {"intents": ["prais"]}, "'prais' is not in the taxonomy; write one of complaint, praise"),
        (GOOD | {"intents": [["praise"]]}, "not in the taxonomy"),
        (["a list"], "not an object"),
    ],
)
def test_a_bad_row_is_refused_with_file_line_and_mend(tmp_path, row, message):
    path = write_gold(tmp_path / "gold.jsonl", [GOOD, row])
    with pytest.raises(GoldError) as caught:
        read(path, INTENTS)
    assert str(caught.value).startswith(f"{path}:2: ")
    assert message in str(caught.value)


def test_a_torn_line_is_refused_with_its_number(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(GOOD) + '\n\n{"id": "a2"', encoding="utf-8")
    with pytest.raises(GoldError, match=r"gold\.jsonl:3: not JSON"):
        read(path, INTENTS)


def test_a_missing_an_empty_and_a_binary_file_are_refused(tmp_path):
    with pytest.raises(GoldError, match="cannot be read"):
        read(tmp_path / "none.jsonl", INTENTS)
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(GoldError, match="holds no posts"):
        read(tmp_path / "empty.jsonl", INTENTS)
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(GoldError, match="cannot be read"):
        read(tmp_path / "binary.jsonl", INTENTS)


def test_a_doubled_id_is_refused(tmp_path):
    with pytest.raises(GoldError, match="'a1' stands twice"):
        read(write_gold(tmp_path / "gold.jsonl", [GOOD, GOOD]), INTENTS)


def test_a_line_separator_within_a_text_is_no_new_line(tmp_path):
    path = write_gold(tmp_path / "gold.jsonl", [GOOD | {"text": "a\u2028b\x85c"}])
    assert read(path, INTENTS)[0].text == "a\u2028b\x85c"


@pytest.mark.parametrize(
    ("source", "origin"),
    [
        ("mine/2026", "mine"),
        ("shop_reviews", "shop_reviews"),
        ("shop-reviews", "shop"),
        ("germeval2018-train", "germeval"),
        ("minibar-Garmin_Connect/translated", "minibar"),
        ("2026", "2026"),
        ("-x", "-x"),
    ],
)
def test_a_collection_is_the_source_up_to_its_first_dash_or_slash_without_digits_at_its_end(source, origin):
    assert GoldPost("1", "x", "de", source, frozenset(), False, 0).origin == origin
