"""`echolot train intents` and `echolot evaluate intents` as somebody types them, on generated posts."""

from __future__ import annotations

import json

import pytest
import yaml

from configs.loading import SHIPPED, load
from configs.taxonomy import Taxonomy
from tests.classifiers.samples import labelled_rows, write_gold
from tests.commands.test_errors import assert_says, configured, echolot
from tests.jobs import canonical

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
        stage in card for stage in ("linear alone", "Universal Sentence Encoder, frozen, alone", "cascade, as shipped")
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


def test_posts_that_are_not_judged_are_counted_in_a_note(tmp_path):
    gold, why = (
        tmp_path / "own.tsv",
        "1 of 2 posts were not judged (no text, or words or a script unknown), and count as",
    )
    gold.write_text("Der Aufzug ist kaputt\tdefect\nПоезд опоздал\tcomplaint\n", encoding="utf-8")
    said = json.loads(echolot("evaluate", "intents", gold, "--json").stdout)
    assert said["notes"] == [f"{why} without intent"]
    gold.write_text("Danke!\tpositive\nПоезд опоздал\tnegative\n", encoding="utf-8")
    said = json.loads(echolot("evaluate", "sentiment", gold, "--json").stdout)
    assert said["notes"] == [f"{why} neutral"]
    assert f"Note: {why} neutral" in echolot("evaluate", "sentiment", gold).stdout


def test_a_seventh_intent_from_labelled_rows_to_the_table(tmp_path):
    """A taxonomy of one more, training, and the job, as docs/training.md says."""
    taxonomy = yaml.safe_load((SHIPPED / "taxonomy.yaml").read_text(encoding="utf-8"))
    more = {"id": "safety", "title": "Safety", "applies": "somebody may be hurt", "not_applies": "fear alone"}
    (tmp_path / "taxonomy.yaml").write_text(
        yaml.safe_dump({"version": 2, "intents": [*taxonomy["intents"], more]}, allow_unicode=True)
    )
    gold = write_gold(tmp_path / "gold.jsonl", labelled_rows([*INTENTS, "safety"], 280))
    done = echolot("train", "intents", gold, "--taxonomy", tmp_path / "taxonomy.yaml", "--out", tmp_path / "model")
    assert done.returncode == 0, done.stderr
    judge = {"taxonomy": "taxonomy.yaml", "model": "model"}
    assert_says(echolot("check", configured(tmp_path, judge={"model": "model"})), 1, "the model knows the intents")
    config = configured(tmp_path, judge=judge)
    (tmp_path / "in" / "a.jsonl").write_bytes(canonical("1", "@DB_Bahn Rauch im Wagen in Köln") + b"\n")
    assert echolot("stream", "--config", config).returncode == 0
    asked = echolot("sql", "SELECT intents, queued FROM mentions", "--config", config, "--json")
    assert json.loads(asked.stdout) == [{"intents": ["safety"], "queued": 1}]
