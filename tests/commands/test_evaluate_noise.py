"""`echolot evaluate noise` as a newcomer would type it."""

from __future__ import annotations

import json

from tests.commands.test_errors import assert_says, echolot

ROW = {"id": "a", "text": "RT @x: hallo", "lang": "de", "source": "mine", "part": "dev", "noise": []}


def test_without_a_file_the_shipped_posts_are_measured():
    done = echolot("evaluate", "noise", "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)["figures"]
    assert {row["language"] for row in figures} == {"all", "de"} and {row["part"] for row in figures} == {"dev", "test"}
    assert sum(row["right"] for row in figures) > 100


def test_errors_lists_every_mistake_of_an_own_file(tmp_path):
    path = tmp_path / "own.jsonl"
    path.write_text(json.dumps(ROW) + "\n", encoding="utf-8")
    table = echolot("evaluate", "noise", str(path), "--errors")
    assert table.returncode == 0 and "dev wrong repost a: RT @x: hallo" in table.stdout
    shown = json.loads(echolot("evaluate", "noise", str(path), "--errors", "--json").stdout)
    assert [mistake["label"] for mistake in shown["mistakes"]] == ["repost"]


def test_a_public_set_of_texts_and_labels_is_measured(tmp_path):
    path = tmp_path / "own.tsv"
    path.write_text("RT @x: hallo\trepost\nWir suchen dich als Fahrer (m/w/d)\tnone\nhallo\t\n", encoding="utf-8")
    shown = json.loads(echolot("evaluate", "noise", path, "--errors", "--json").stdout)
    assert {(row["part"], row["language"]) for row in shown["figures"]} == {("test", "all")}
    (repost,) = (row for row in shown["figures"] if row["label"] == "repost")
    assert (repost["posts"], repost["right"]) == (1, 1)
    assert [(each["kind"], each["label"], each["id"]) for each in shown["mistakes"]] == [("wrong", "job", "2")]
    path.write_text("hallo\trepost, spammy\n", encoding="utf-8")
    assert_says(echolot("evaluate", "noise", path), 1, "own.tsv:1: label 'spammy' is unknown")


def test_a_wrong_file_is_one_sentence_with_line_and_mend(tmp_path):
    path = tmp_path / "own.jsonl"
    path.write_text(json.dumps(ROW | {"part": "x"}) + "\n", encoding="utf-8")
    done = echolot("evaluate", "noise", str(path))
    assert done.returncode != 0 and "own.jsonl:1: `part` is 'x'; write dev or test" in done.stderr.replace("\n", "")
    assert "Traceback" not in done.stderr
