"""`echolot evaluate language` as a newcomer would type it."""

from __future__ import annotations

import json

from tests.commands.test_errors import assert_says, echolot


def test_without_a_file_the_shipped_posts_are_measured():
    done = echolot("evaluate", "language", "--json")
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert shown.keys() == {"figures"}
    assert {row["part"] for row in shown["figures"]} == {"dev", "test"}
    assert {"all", "de", "und"} <= {row["language"] for row in shown["figures"]}


def test_errors_lists_every_mistake_of_an_own_file(tmp_path):
    path = tmp_path / "own.tsv"
    path.write_text("Guten Tag zusammen\tde\nGuten Abend zusammen\tnl\n", encoding="utf-8")
    table = echolot("evaluate", "language", str(path), "--errors")
    assert table.returncode == 0 and "test nl told as de, 1-3 words, 2: Guten Abend zusammen" in table.stdout
    shown = json.loads(echolot("evaluate", "language", str(path), "--errors", "--json").stdout)
    assert [mistake["verdict"] for mistake in shown["mistakes"]] == ["de"]


def test_a_picture_shows_which_language_is_told_as_which(tmp_path):
    picture, dev = tmp_path / "told.svg", tmp_path / "dev.jsonl"
    assert echolot("evaluate", "language", "--picture", picture).returncode == 0
    drawn = picture.read_text(encoding="utf-8")
    assert all(f">{word}</text>" in drawn for word in ("de", "pt", "other", "none", "0.92"))
    dev.write_text('{"id": "a", "text": "Guten Tag", "lang": "de", "part": "dev"}', encoding="utf-8")
    assert_says(echolot("evaluate", "language", dev, "--picture", picture), 2, "no posts of that part")


def test_a_wrong_file_is_one_sentence_with_line_and_mend(tmp_path):
    path = tmp_path / "own.tsv"
    path.write_text("Guten Tag\tGerman\n", encoding="utf-8")
    done = echolot("evaluate", "language", str(path))
    assert done.returncode != 0 and "own.tsv:1: language 'German' is no code" in done.stderr.replace("\n", "")
    assert "Traceback" not in done.stderr
