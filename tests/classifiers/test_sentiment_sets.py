"""Sentiment sets: only what may be trained on is read, texts and labels stay together."""

from __future__ import annotations

import pytest

from classifiers.sentiment_sets import SentimentPost, read
from schemas.errors import TerminalError

MOBASA = """<?xml version="1.0" ?><Documents>
<Document id="1"><sentiment>negative</sentiment><text>Der Aufzug ist &quot;kaputt&quot;</text></Document>
<Document id="2"><sentiment>unknown</sentiment><text>x</text></Document></Documents>"""


def test_train_parts_alone_are_read(tmp_path):
    for language in ("german", "arabic"):
        for part in ("train", "val", "test"):
            stem = tmp_path / f"data_sentiment_{language}_{part}"
            stem.with_name(stem.name + "_text.txt").write_text(f"{language} {part}\nzwei\n", encoding="utf-8")
            stem.with_name(stem.name + "_labels.txt").write_text("0\n2\n", encoding="utf-8")
    for part in ("dev", "test"):
        (tmp_path / f"corpus_{part}-sim3s-mobasa_v1.xml").write_text(MOBASA.replace("Der", part), encoding="utf-8")
    assert read(tmp_path) == [
        SentimentPost("german train", 0, "umsab", "de"),
        SentimentPost("zwei", 2, "umsab", "de"),
        SentimentPost('dev Aufzug ist "kaputt"', 0, "mobasa", "de"),
    ]


def test_a_folder_without_a_set_and_labels_that_do_not_fit_are_named(tmp_path):
    with pytest.raises(TerminalError, match="no sentiment set found; give a folder with UMSAB"):
        read(tmp_path)
    (tmp_path / "data_sentiment_french_train_text.txt").write_text("un\ndeux\n")
    (tmp_path / "data_sentiment_french_train_labels.txt").write_text("1\n")
    with pytest.raises(TerminalError, match="2 texts but 1 labels; fetch the set again"):
        read(tmp_path)
