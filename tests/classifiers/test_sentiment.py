"""Sentiment: trained end to end on generated posts, by words and by sentence vectors, measured on plain files."""

from __future__ import annotations

import random
from typing import ClassVar

import numpy as np
import pytest

from classifiers import artefact, train_sentiment
from classifiers.encoder.sentences import vectors
from classifiers.evaluate_sentiment import evaluate, figures
from classifiers.fitting import Calibration, Logits
from classifiers.judge import Judge
from classifiers.labelled import GoldError
from classifiers.sentiment import CLASSES, NAME, Sentiment, no_brand, normalised
from classifiers.sentiment_sets import SentimentPost
from classifiers.vocabulary import prepared
from schemas.errors import TerminalError
from tests.classifiers.samples import mention

TONES = {
    0: ["Furchtbarer Dienst, nie wieder", "so ein Mist, alles kaputt", "terrible and rude staff"],
    1: ["Der Zug fährt um neun Uhr", "die Filiale öffnet am Montag", "the train leaves at nine"],
    2: ["Wunderbar, ich liebe es", "toller Service, danke", "great staff, love it"],
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder, draw = tmp_path_factory.mktemp("sentiment"), random.Random(3)
    rows = [
        (f"{draw.choice(TONES[tone])} {draw.choice(['heute', 'gestern', 'in Köln', 'again'])} {n}", tone)
        for n in range(240)
        for tone in TONES
    ]
    stem = folder / "data_sentiment_german_train_text.txt"
    stem.write_text("".join(f"{text}\n" for text, _ in rows), encoding="utf-8")
    stem.with_name("data_sentiment_german_train_labels.txt").write_text("".join(f"{tone}\n" for _, tone in rows))
    return folder, train_sentiment.train([folder], folder / "out", 1)


def judged(folder, texts, asked=True):
    found = [vector.astype(np.float32).tobytes() if asked else b"" for vector in vectors(texts)]
    classifier = Sentiment(artefact.load(folder / "out", NAME))
    return classifier.classify([mention(text) for text in texts], {"sentence_vector": found})


@pytest.mark.parametrize("asked", [True, False])
def test_what_was_taught_is_told_with_and_without_a_vector(trained, asked):
    texts = ["toller Service, ich liebe es", "so ein furchtbarer Mist", "der Zug fährt am Montag"]
    found = judged(trained[0], texts, asked)
    assert found["sentiment"] == ["positive", "negative", "neutral"]
    assert all(sum(row) == pytest.approx(1, abs=2e-4) for row in found["sentiment_probabilities"])


def test_the_classifier_says_what_training_calibrated(trained):
    model = artefact.load(trained[0] / "out", NAME)
    texts = ["Mist, danke", "Service heute um neun", "love the rude train"]
    features = model.vocabulary.matrix(prepared(texts, no_brand))
    linear = features @ model.weights + np.array([output.bias for output in model.outputs])
    heads = Sentiment(model)._sentences.logits(list(vectors(texts).astype(np.float32)))
    words = Calibration(model.outputs, model.scales).probabilities(Logits(linear))
    both = Calibration(model.outputs, model.scales, model.encoder.stages).probabilities(Logits(linear, (heads,)))
    for asked, wanted in ((False, words), (True, both)):
        found = judged(trained[0], texts, asked)["sentiment_probabilities"]
        assert np.array(found) == pytest.approx(normalised(wanted), abs=1e-4)
    assert np.abs(words - both).max() > 0.01


def test_a_text_without_a_known_word_is_left_unjudged(trained):
    found = judged(trained[0], ["", "🙃", "зщш"])
    assert found["sentiment"] == ["", "", ""] and found["sentiment_probabilities"] == [[], [], []]


def test_figures_are_on_posts_held_out_and_training_is_repeatable(trained):
    folder, report = trained
    assert {row.stage for row in report.figures} == {"words alone", "both"}
    assert all(row.macro_f1 > 0.9 and row.posts == 720 for row in report.figures)
    again = train_sentiment.train([folder], folder / "again", 1)
    assert again.figures == report.figures
    assert artefact.load(folder / "again", NAME).content == artefact.load(folder / "out", NAME).content
    card = (folder / "out" / "sentiment.md").read_text(encoding="utf-8")
    assert "| umsab | de | 240 | 240 | 240 |" in card and "sentiment-confusion.svg" in card


def test_a_model_of_something_else_is_refused():
    with pytest.raises(TerminalError, match="no model of sentiment: it says complaint"):
        Sentiment(artefact.load())
    with pytest.raises(TerminalError, match=r"sentiment\.json cannot be read.*train sentiment.*judge\.sentiment_model"):
        artefact.load(artefact.SHIPPED, NAME)


def test_figures_count_by_class():
    posts = [SentimentPost("x", tone, "s", "de") for tone in (0, 0, 1, 2)]
    scores = np.array([[0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.1, 0.8, 0.1], [0.0, 0.0, 1.0]])
    (row,) = figures("", posts, scores)
    assert (row.f1_negative, row.f1_neutral, row.f1_positive) == pytest.approx((2 / 3, 2 / 3, 1.0))
    assert row.macro_recall == pytest.approx((0.5 + 1 + 1) / 3)
    assert row.calibration_error == pytest.approx((0.1 + 0.7 + 0.2 + 0) / 4)


class Vectors:
    """Stands in for `intents`: no text was doubtful."""

    name, version = "vectors", 1
    needs = ()
    columns: ClassVar = {"sentence_vector": bytes, "vectors_reasons": list}

    def classify(self, mentions, seen):
        return {"sentence_vector": [b""] * len(mentions), "vectors_reasons": [[]] * len(mentions)}


def test_plain_files_are_measured_by_name_or_number(trained, tmp_path):
    judge = Judge([Vectors(), Sentiment(artefact.load(trained[0] / "out", NAME))])
    path = tmp_path / "mine.tsv"
    path.write_text("toller Service\tpositive\nso ein Mist\t0\nder Zug fährt\tneutral\n🙃\t1\n", encoding="utf-8")
    (row,) = evaluate(path, judge).figures
    assert (row.posts, row.macro_f1) == (4, 1.0)
    path.write_text("toller Service\tpositive\nso ein Mist\tbad\n", encoding="utf-8")
    with pytest.raises(GoldError, match=r"mine\.tsv:2: 'bad' is no sentiment; write negative, neutral, positive"):
        evaluate(path, judge)


def test_the_order_of_classes_is_the_sets():
    assert CLASSES == ("negative", "neutral", "positive")
