from __future__ import annotations

import pytest

from classifiers import tsv
from classifiers.evaluate import AS_SHIPPED, evaluate
from classifiers.labelled import GoldError
from classifiers.registry import Ingredients, build
from configs.brands import Brands
from configs.loading import SHIPPED, load
from configs.taxonomy import Taxonomy

LABELS = ("complaint", "defect", "praise")


def read(path):
    return tsv.read(path, lambda where, text, label: (text, tsv.labels(where, label, LABELS)))


def test_lines_are_read(tmp_path):
    path = tmp_path / "set.tsv"
    path.write_text("a\tb\tpraise\r\n\nkaputt!\tcomplaint, defect\nhallo\tnone\nna\t\n", encoding="utf-8")
    assert read(path) == [
        ("a\tb", {"praise"}), ("kaputt!", {"complaint", "defect"}), ("hallo", set()), ("na", set()),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("ok\tpraise\nno tab here\n", r"set\.tsv:2: no tab"),
        ("ok\tprais\n", r"set\.tsv:1: label 'prais' is unknown; write none or one of complaint, defect, praise"),
        ("\n\n", "holds no posts"),
    ],
)
def test_lines_that_cannot_be_used_are_named(tmp_path, content, said):
    path = tmp_path / "set.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(GoldError, match=said):
        read(path)
    with pytest.raises(GoldError, match="cannot be read"):
        read(tmp_path / "none.tsv")


def test_a_public_set_is_evaluated_on_the_intents_that_it_names(tmp_path):
    path = tmp_path / "public.tsv"
    path.write_text(
        "Love this hotel, the staff were very friendly\tpraise\n"
        "Looking forward to the match on Sunday\tnone\n"
        "Guten Morgen zusammen\tpraise\n",
        encoding="utf-8",
    )
    taxonomy = load(SHIPPED / "taxonomy.yaml", Taxonomy)
    report = evaluate(path, build(Ingredients(load(SHIPPED / "brands.yaml", Brands), taxonomy)))
    assert [row.label for row in report.figures] == ["praise", "macro"]
    row = report.find(AS_SHIPPED, "all", "praise")
    assert (row.posts, row.positives, row.precision, row.recall) == (3, 2, 1.0, 0.5)
