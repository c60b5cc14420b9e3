"""`echolot train intents` and `echolot evaluate intents` as somebody types them, on generated posts."""

from __future__ import annotations

import json

import pytest
import yaml

from configs.loading import SHIPPED, load
from configs.taxonomy import Taxonomy
from tests.classifiers.samples import labelled_rows, write_gold
from tests.commands.test_errors import assert_says, echolot

INTENTS = [intent.id for intent in load(SHIPPED / "taxonomy.yaml", Taxonomy).intents]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    gold = write_gold(folder / "gold.jsonl", labelled_rows(INTENTS))
    done = echolot("train", "intents", gold, "--out", folder / "model")
    assert done.returncode == 0, done.stderr
    return folder, gold, done


def test_training_shows_its_figures_and_where_the_model_lies(trained):
    folder, _, done = trained
    assert "collections: authored" in done.stderr + done.stdout
    assert f"model and card are in {folder / 'model'}; use it with judge.model" in done.stderr + done.stdout
    card = (folder / "model" / "intents.md").read_text()
    assert all(
        stage in card for stage in ("linear alone", "frozen encoder (sentence vectors) alone", "cascade, as shipped")
    )
    assert all(picture in card for picture in ("intents-confusion.svg", "intents-reliability.svg"))


def test_evaluation_gives_every_figure_per_label_and_language(trained):
    folder, gold, _ = trained
    config = folder / "echolot.yaml"
    config.write_text(yaml.safe_dump({"source": {"kind": "files", "path": "in"}, "judge": {"model": "model"}}))
    done = echolot("evaluate", "intents", gold, "--config", config, "--json")
    assert done.returncode == 0, done.stderr
    rows = {(row["label"], row["language"]): row for row in json.loads(done.stdout)["figures"]}
    assert {label for label, _ in rows} == {*INTENTS, "macro", "needs_intervention"}
    assert {"all", "de", "en"} <= {language for _, language in rows}
    posts = [json.loads(line) for line in gold.read_text().splitlines()]
    whole = rows["needs_intervention", "all"]
    assert whole["posts"] == len(posts) and whole["positives"] == sum(post["needs_intervention"] for post in posts)
    assert all(rows[intent, "all"]["f1"] > 0.8 for intent in INTENTS), "these posts are easy, and it has seen them"
    assert whole["average_precision"] > 0.9 and whole["precision"] > 0.8 and whole["recall"] > 0.8
    assert 0 < whole["precision_at_2_percent"] <= 1 and 10 < whole["queue_per_1000"] < 200


def test_a_row_without_sense_is_told_with_file_and_line(tmp_path):
    gold = tmp_path / "gold.jsonl"
    gold.write_text('{"id": "1", "text": "a"}\n')
    for command in (("evaluate", "intents", gold), ("train", "intents", gold, "--out", tmp_path / "out")):
        assert_says(echolot(*command), 1, "gold.jsonl:1")
