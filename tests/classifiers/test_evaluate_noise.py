"""The figures of noise by hand, bad files, and the file that is shipped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from classifiers.evaluate_labels import Figure
from classifiers.evaluate_noise import evaluate
from classifiers.labelled import PARTS, GoldError
from classifiers.noise_gold import LABELS, read
from classifiers.noise_rules import Noise
from classifiers.triage import _BY_NOISE

SHIPPED = Path(__file__).parents[2] / "samples" / "labelled" / "noise.jsonl"
GOOD = {"id": "a", "text": "RT @x: hallo", "lang": "de", "source": "mobasa-dev", "part": "dev", "noise": ["repost"]}


def written(folder, *rows):
    path = folder / "noise.jsonl"
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows), "utf-8")
    return path


@pytest.fixture(scope="module")
def shipped():
    return read(SHIPPED)


def test_figures_are_those_counted_by_hand(tmp_path):
    rows = [
        GOOD,
        GOOD | {"id": "b", "noise": []},
        GOOD | {"id": "c", "text": "hallo"},
        GOOD | {"id": "d", "lang": "en"},
        GOOD | {"id": "e", "part": "test"},
    ]
    figures = {(f.part, f.language, f.label): f for f in evaluate(read(written(tmp_path, *rows))).figures}
    assert len(figures) == len(PARTS) * 2 * len(LABELS)
    assert figures["dev", "all", "repost"] == Figure("dev", "all", "repost", posts=3, marked=3, right=2)
    german = figures["dev", "de", "repost"]
    assert (german.posts, german.marked, german.right) == (2, 2, 1)
    assert (german.precision, german.recall, german.f1) == (0.5, 0.5, 0.5)
    assert figures["test", "all", "repost"].f1 == 1


def test_shares_differ_where_counts_do():
    figure = Figure("dev", "all", "job", posts=8, marked=4, right=3)
    assert (figure.precision, figure.recall, figure.f1) == (0.75, 0.375, 0.5)
    nothing = Figure("dev", "all", "job", posts=0, marked=0, right=0).to_row()
    assert (nothing["precision"], nothing["recall"], nothing["f1"]) == (None, None, None)


def test_every_mistake_is_listed_and_nothing_else(tmp_path):
    rows = [GOOD, GOOD | {"id": "b", "noise": []}, GOOD | {"id": "c", "text": "hallo"}]
    found = [(m.kind, m.label, m.id) for m in evaluate(read(written(tmp_path, *rows))).mistakes]
    assert found == [("wrong", "repost", "b"), ("missed", "repost", "c")]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({key: value for key, value in GOOD.items() if key != "noise"}, "`noise` is missing; add it"),
        (GOOD | {"text": ""}, '`text` is ""; write a text that is not empty'),
        (GOOD | {"lang": None}, "`lang` is null; write a text"),
        (GOOD | {"part": "train"}, "`part` is 'train'; write dev or test"),
        (GOOD | {"noise": "spam"}, "`noise` is str; write a list"),
        (GOOD | {"noise": ["ad"]}, "label 'ad' is unknown; write one of advert, bot"),
        (GOOD | {"noise": ["hashtag_storm"]}, "label 'hashtag_storm' is unknown"),
        (GOOD | {"noise": [["spam"]]}, "is unknown"),
        (GOOD | {"noise": ["spam", "bot"]}, "each label once, in the order of the alphabet"),
        (GOOD | {"noise": ["bot", "bot"]}, "each label once"),
        (GOOD | {"id": "a"}, "id 'a' stands twice, in line 1 too"),
        ('{"id": "x"', "not JSON"),
        ("[1]", "not an object"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_bad_line_is_refused_with_its_number_and_the_mend(tmp_path, row, message):
    row = row | {"id": "b"} if isinstance(row, dict) and "stands twice" not in message else row
    path = written(tmp_path, GOOD, row)
    with pytest.raises(GoldError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}:2: ") and message in str(caught.value)


def test_a_missing_an_empty_and_a_binary_file_are_refused(tmp_path):
    with pytest.raises(GoldError, match="cannot be read"):
        read(tmp_path / "none.jsonl")
    with pytest.raises(GoldError, match="holds no posts"):
        read(written(tmp_path))
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(GoldError, match="cannot be read"):
        read(tmp_path / "binary.jsonl")


def test_the_shipped_file_is_large_and_mostly_german(shipped):
    assert len(shipped) >= 500
    assert sum(post.language == "de" for post in shipped) >= 250


@pytest.mark.parametrize(
    ("label", "precision", "recall"),
    [("bot", 0.95, 0.75), ("press", 0.85, 0.25), ("repost", 0.95, 0.9), ("spam", 0.95, 0.6), ("troll", 0.9, 0.1)],
)
def test_marks_on_the_test_half_are_as_right_as_the_card_says(shipped, label, precision, recall):
    figures = {(f.part, f.language, f.label): f for f in evaluate(shipped).figures}
    found = figures["test", "all", label]
    assert found.precision >= precision and found.recall >= recall


def test_the_new_marks_keep_nothing_out_of_the_queue():
    assert not {Noise.PRESS, Noise.BOT, Noise.SPAM, Noise.TROLL} & {noise for noise, _ in _BY_NOISE}
