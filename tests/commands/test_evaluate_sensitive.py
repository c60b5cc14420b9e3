"""`echolot evaluate sensitive` as a newcomer would type it."""

from __future__ import annotations

import json

from tests.commands.test_errors import echolot

ROW = {"id": "a", "text": "Rad gestohlen", "lang": "de", "source": "mine", "part": "dev", "sensitive": ["self_harm"]}


def test_without_a_file_the_shipped_posts_are_measured():
    done = echolot("evaluate", "sensitive", "--json")
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert {row["part"] for row in shown["figures"]} == {"dev", "test"} and "mistakes" not in shown
    assert {row["label"]: row["right"] for row in shown["figures"]}.keys() == {
        "crime", "data_breach", "discrimination", "health_safety", "self_harm",
    }  # fmt: skip
    assert sum(row["right"] for row in shown["figures"]) > 300


def test_errors_lists_every_mistake_of_an_own_file(tmp_path):
    path = tmp_path / "own.jsonl"
    path.write_text(json.dumps(ROW) + "\n", encoding="utf-8")
    table = echolot("evaluate", "sensitive", str(path), "--errors")
    assert table.returncode == 0, table.stderr
    assert "dev wrong crime a: Rad gestohlen" in table.stdout
    assert "dev missed self_harm a: Rad gestohlen" in table.stdout
    shown = json.loads(echolot("evaluate", "sensitive", str(path), "--errors", "--json").stdout)
    assert [(mistake["kind"], mistake["label"]) for mistake in shown["mistakes"]] == [
        ("wrong", "crime"), ("missed", "self_harm"),
    ]  # fmt: skip


def test_a_wrong_file_is_one_sentence_with_line_and_mend(tmp_path):
    path = tmp_path / "own.jsonl"
    path.write_text(json.dumps(ROW | {"sensitive": ["theft"]}) + "\n", encoding="utf-8")
    done = echolot("evaluate", "sensitive", str(path))
    assert done.returncode != 0 and "own.jsonl:1: label 'theft' is unknown" in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr
