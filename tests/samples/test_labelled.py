"""Laws of the labelled files that come with the project: halves by id, licensed sources, no copies, none authored."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from classifiers.labelled import PARTS

FOLDER = Path(__file__).parents[2] / "samples" / "labelled"
HALVED = ("languages", "noise", "sensitive")
LICENSED = {"mobasa", "umsab", "germeval2018", "ijcnlp", "ibm", "minibar"}


def rows(name: str) -> list[dict]:
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()]


def test_all_files_are_looked_at():
    assert {path.stem for path in FOLDER.glob("*.jsonl")} == {*HALVED, "brands"}


@pytest.mark.parametrize("name", HALVED)
def test_the_half_of_a_post_follows_from_its_id_alone(name):
    for row in rows(name):
        odd = int(sha256(f"{name}-part:{row['id']}".encode()).hexdigest()[:2], 16) % 2
        assert row["part"] == PARTS[odd], row["id"]


@pytest.mark.parametrize("name", HALVED)
def test_sources_may_be_passed_on_and_no_post_is_authored_translated_or_there_twice(name):
    found = rows(name)
    assert {row["source"].partition("-")[0] for row in found} <= LICENSED
    assert not [row["id"] for row in found if "authored" in row["source"] or "translated" in row["source"]]
    assert [text for text, times in Counter(row["text"] for row in found).items() if times > 1] == []


@pytest.mark.parametrize("name", ["noise", "sensitive"])
def test_a_part_was_drawn_without_selection(name):
    assert Counter(row["drawn"] for row in rows(name))["random"] >= 190
