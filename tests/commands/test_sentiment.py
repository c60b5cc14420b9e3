"""`echolot evaluate sentiment` as a newcomer would type it."""

from __future__ import annotations

import json

from tests.commands.test_errors import assert_says, echolot


def test_a_plain_file_is_measured_with_the_shipped_model(tmp_path):
    path = tmp_path / "tweets.tsv"
    path.write_text("I love this, thank you so much!\tpositive\nDas ist so ein Mist, furchtbar\t0\n", encoding="utf-8")
    done = echolot("evaluate", "sentiment", path, "--json")
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)["figures"]
    assert row["posts"] == 2 and row["f1_negative"] == row["f1_positive"] == 1.0


def test_an_unknown_class_is_told_with_its_line(tmp_path):
    path = tmp_path / "tweets.tsv"
    path.write_text("nice\tgood\n", encoding="utf-8")
    assert_says(echolot("evaluate", "sentiment", path), 1, "tweets.tsv:1", "'good' is no sentiment")


def test_a_folder_without_a_set_says_what_belongs_there(tmp_path):
    assert_says(echolot("train", "sentiment", tmp_path, "--out", tmp_path / "out"), 1, "no sentiment set found")
