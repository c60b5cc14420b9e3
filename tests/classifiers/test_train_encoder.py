"""What the encoder is taught, and what is kept from it; the training itself is tested in encoder/ (needs torch)."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from classifiers import train_encoder
from classifiers.encoder.lesson import UNKNOWN, Kind
from classifiers.feeds import WEIGHT, FeedPost
from classifiers.fitting import targets_of
from classifiers.gold import GoldPost
from classifiers.sentiment_sets import SentimentPost
from classifiers.train import Further
from schemas.errors import TerminalError

INTENTS = ("complaint", "praise")
POSTS = [
    GoldPost("1", "@DB der Zug steht", "de", "umsab/de", frozenset({"complaint"}), True, 2),
    GoldPost("2", "danke euch", "de", "ibm", frozenset({"praise"}), False, 0),
    GoldPost("3", "ausgedacht", "de", "authored", frozenset(), False, 0),
]
FEED = [FeedPost("guten Morgen", "umsab"), FeedPost("schönes Wetter", "elsewhere")]
TONES = [
    SentimentPost("@user Der Zug steht.", 0, "umsab", "de"),
    SentimentPost("guten Morgen!", 2, "umsab", "de"),
    SentimentPost("ganz neu", 1, "mobasa", "de"),
]
TEXTS = [FeedPost("the app crashes", "ibm"), FeedPost("how do I pay?", "banking")]


def made():
    targets = targets_of(POSTS, INTENTS)
    return train_encoder.lessons_of(POSTS, FEED, TONES, targets, lambda handle: handle == "db", TEXTS)


def test_each_text_is_one_lesson_with_all_that_is_known_of_it():
    lessons, _ = made()
    assert [(lesson.text, lesson.sentiment, lesson.kind) for lesson in lessons] == [
        ("@DB der Zug steht", 0, Kind.POST), ("danke euch", UNKNOWN, Kind.POST), ("ausgedacht", UNKNOWN, Kind.POST),
        ("guten Morgen", 2, Kind.OTHER), ("schönes Wetter", UNKNOWN, Kind.OTHER), ("ganz neu", 1, Kind.OTHER),
        ("the app crashes", UNKNOWN, Kind.TEXT), ("how do I pay?", UNKNOWN, Kind.TEXT),
    ]  # fmt: skip
    # complaint, praise, needs_intervention, severity 2, 3, 4, relevance
    assert lessons[0].verdicts.tolist() == [1, 0, 1, 1, 0, 0, 1]
    assert np.isnan(lessons[1].verdicts).tolist() == [False, False, False, True, True, True, False]
    assert [n for n, value in enumerate(lessons[3].verdicts) if value == 0] == [2], "a feed says nobody is needed"
    assert all(np.isnan(lesson.verdicts).all() for lesson in lessons[5:]), "a tone or a text says nothing of verdicts"
    assert [lesson.weight for lesson in lessons] == [2.0, 2.0, 1.0, WEIGHT, WEIGHT, 1.0, 1.0, 1.0]


def test_a_collection_left_out_takes_its_feed_its_tones_and_its_texts_along_and_others_are_never_left_out():
    assert made()[1] == ["umsab", "ibm", "", "umsab", "", "", "ibm", ""]


def test_groups_are_of_like_size_and_keep_a_collection_together():
    origins = ["a"] * 9 + ["b"] * 5 + ["c"] * 4 + ["d"] * 3 + [""] * 2
    found = train_encoder.grouped([*origins, *["d"] * 90], origins, 3)
    assert set(found) == {"a", "b", "c+d", ""} and len(found) == len(origins) + 90
    assert all(name == "" if origin == "" else origin in name for origin, name in zip(origins, found, strict=False))


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "classifiers.encoder.trainer", None)
    with pytest.raises(TerminalError, match=r"pip install 'echolot\[training\]'"):
        train_encoder.read(Further(), POSTS, FEED)
