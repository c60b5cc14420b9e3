"""The figures of sensitive matters by hand, bad lines, and the file that is shipped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from classifiers.evaluate_labels import Figure
from classifiers.evaluate_sensitive import LABELS, evaluate, read
from classifiers.labelled import PARTS, GoldError

SHIPPED = Path(__file__).parents[2] / "samples" / "labelled" / "sensitive.jsonl"
GOOD = {"id": "a", "text": "Rad gestohlen", "lang": "de", "source": "mine", "part": "dev", "sensitive": ["crime"]}


def written(folder, *rows):
    path = folder / "sensitive.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return path


@pytest.fixture(scope="module")
def shipped():
    return read(SHIPPED)


def test_figures_and_mistakes_are_those_counted_by_hand(tmp_path):
    rows = [
        GOOD,
        GOOD | {"id": "b", "sensitive": []},
        GOOD | {"id": "c", "text": "hallo"},
        GOOD | {"id": "d", "lang": "en", "sensitive": ["crime", "self_harm"]},
        GOOD | {"id": "e", "part": "test"},
    ]
    report = evaluate(read(written(tmp_path, *rows)))
    figures = {(f.part, f.language, f.label): f for f in report.figures}
    assert len(figures) == len(PARTS) * 2 * len(LABELS)
    assert figures["dev", "all", "crime"] == Figure("dev", "all", "crime", posts=3, marked=3, right=2)
    assert figures["dev", "de", "crime"] == Figure("dev", "de", "crime", posts=2, marked=2, right=1)
    assert figures["dev", "all", "self_harm"] == Figure("dev", "all", "self_harm", posts=1, marked=0, right=0)
    assert figures["test", "all", "crime"].f1 == 1
    found = [(mistake.kind, mistake.label, mistake.id) for mistake in report.mistakes]
    assert found == [("wrong", "crime", "b"), ("missed", "crime", "c"), ("missed", "self_harm", "d")]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({key: value for key, value in GOOD.items() if key != "sensitive"}, "`sensitive` is missing; add it"),
        (GOOD | {"sensitive": "crime"}, "`sensitive` is str; write a list"),
        (GOOD | {"sensitive": ["theft"]}, "label 'theft' is unknown; write one of crime, data_breach"),
        (GOOD | {"sensitive": ["self_harm", "crime"]}, "each label once, in the order of the alphabet"),
    ],
)
def test_a_bad_line_is_refused_with_its_number_and_the_mend(tmp_path, row, message):
    path = written(tmp_path, GOOD, row | {"id": "b"})
    with pytest.raises(GoldError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}:2: ") and message in str(caught.value)


def test_the_shipped_file_is_large(shipped):
    assert len(shipped) >= 1500 and sum(bool(post.labels) for post in shipped) >= 300
    assert sum(post.language == "de" for post in shipped) >= 600


@pytest.mark.parametrize(
    ("matter", "precision", "recall"),
    [
        ("crime", 0.45, 0.85),
        ("data_breach", 0.85, 0.95),
        ("discrimination", 0.8, 0.75),
        ("health_safety", 0.55, 0.85),
        ("self_harm", 0.4, 0.9),
    ],
)
def test_matters_on_the_test_half_are_as_right_as_the_card_says(shipped, matter, precision, recall):
    figures = {(f.part, f.language, f.label): f for f in evaluate(shipped).figures}
    found = figures["test", "all", matter]
    assert found.precision >= precision and found.recall >= recall
