"""`echolot evaluate brands`, as a newcomer would type it."""

from __future__ import annotations

import json

from tests.commands.test_errors import assert_says, echolot
from tests.jobs import ROOT

POST = {"id": "1", "text": "Spotify und Garmin", "lang": "de", "brands": ["spotify"]}


def test_without_a_file_the_shipped_posts_are_judged():
    done = echolot("evaluate", "brands", "--json")
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    lines = (ROOT / "samples" / "labelled" / "brands.jsonl").read_text(encoding="utf-8").splitlines()
    assert shown["figures"][0]["posts"] == "all" and shown["figures"][0]["count"] == len(lines)
    assert "errors" not in shown


def test_errors_show_the_words_that_fired(tmp_path):
    (tmp_path / "own.jsonl").write_text(json.dumps(POST), encoding="utf-8")
    (tmp_path / "brands.yaml").write_text(
        "brands: [{id: spotify, name: Spotify}, {id: garmin, name: Garmin}]", encoding="utf-8"
    )
    done = echolot("evaluate", "brands", tmp_path / "own.jsonl", "--errors", env_columns=200)
    assert done.returncode == 0, done.stderr
    for part in ("1 posts not told right", "garmin:Garmin", "spotify:Spotify", "Spotify und Garmin"):
        assert part in done.stdout


def test_a_public_set_of_texts_and_brands_is_measured(tmp_path):
    (tmp_path / "own.tsv").write_text("Spotify und Garmin\tspotify\nnichts\tnone\n", encoding="utf-8")
    (tmp_path / "brands.yaml").write_text(
        "brands: [{id: spotify, name: Spotify}, {id: garmin, name: Garmin}]", encoding="utf-8"
    )
    shown = json.loads(echolot("evaluate", "brands", tmp_path / "own.tsv", "--errors", "--json").stdout)
    (figures,) = shown["figures"]
    assert (figures["posts"], figures["count"], figures["expected"], figures["found"]) == ("all", 2, 1, 2)
    assert [(error["id"], error["found"]) for error in shown["errors"]] == [("1", ["garmin", "spotify"])]
    (tmp_path / "own.tsv").write_text("hallo\tsptfy\n", encoding="utf-8")
    assert_says(echolot("evaluate", "brands", tmp_path / "own.tsv"), 1, "own.tsv:1: label 'sptfy' is unknown")


def test_posts_without_brands_beside_them_ask_for_brands(tmp_path):
    (tmp_path / "own.jsonl").write_text(json.dumps(POST), encoding="utf-8")
    done = echolot("evaluate", "brands", tmp_path / "own.jsonl")
    assert done.returncode == 2 and "--brands" in done.stderr and "there is no" in done.stderr


def test_a_wrong_label_is_told_with_its_line(tmp_path):
    (tmp_path / "own.jsonl").write_text(json.dumps(POST | {"brands": ["sptfy"]}), encoding="utf-8")
    done = echolot(
        "evaluate", "brands", tmp_path / "own.jsonl", "--brands", ROOT / "configs" / "shipped" / "brands.yaml"
    )
    assert_says(done, 1, "own.jsonl:1", "sptfy", "mend the label")
