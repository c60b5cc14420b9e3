"""Sentiment: trained end to end on generated posts, by words and by sentence vectors, measured on plain files."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest

from classifiers import artefact, held_out_tones, registry, sentiment_sets, train_sentiment
from classifiers.encoder.artefact import graph_hash
from classifiers.encoder.sentences import vectors
from classifiers.evaluate_sentiment import evaluate, figures
from classifiers.fitting import Calibration, Logits
from classifiers.judge import Judge
from classifiers.labelled import GoldError
from classifiers.sentiment import CLASSES, NAME, Sentiment, no_brand, normalised
from classifiers.sentiment_sets import SentimentPost
from classifiers.train_sentiment import targets_of
from classifiers.vocabulary import prepared
from configs.brands import Brands
from configs.loading import SHIPPED, load
from configs.taxonomy import Taxonomy
from schemas.errors import TerminalError
from tests.classifiers.samples import mention
from tests.classifiers.tiny_encoder import tiny

BRANDS, SIX = load(SHIPPED / "brands.yaml", Brands), load(SHIPPED / "taxonomy.yaml", Taxonomy)

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
    return classifier.classify(
        [mention(text) for text in texts], {"sentence_vector": found, "encoder_sentiment": [b""] * len(texts)}
    )


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


@pytest.fixture(scope="module")
def heard(trained, tmp_path_factory):
    """A model of intents with an encoder, whose word on some of the posts is kept, and sentiment that hears it."""
    folder, intents = trained[0], tmp_path_factory.mktemp("intents")
    shipped = replace(artefact.load(), encoder=None)
    encoder = tiny(tuple(output.name for output in shipped.outputs), cut=0.0)
    artefact.save(replace(shipped, encoder=encoder), intents)
    posts = [post for post in sentiment_sets.read(folder) if "heute" in post.text]
    noise = np.random.default_rng(5).normal(size=(len(posts), 3))
    held_out_tones.save(intents, encoder.graph, [p.text for p in posts], noise + 2 * targets_of(posts).truth)
    return intents, encoder, train_sentiment.train([folder], folder / "hearing", 1, intents)


def test_the_encoders_word_is_heard_as_calibrated_and_of_its_own_model_alone(trained, heard):
    intents, _, report = heard
    model = artefact.load(trained[0] / "hearing", NAME)
    rows = {row.stage: row for row in report.figures}
    assert rows["with the encoder"].posts == rows["both, on the posts of the encoder's figures"].posts
    assert 0 < rows["with the encoder"].posts < 720
    assert model.encoder.of == graph_hash(intents) != "" and len(model.encoder.stages) == 2
    texts = ["toller Service, danke", "so ein Mist", "love it"]
    tones = np.array([[3, 0, -1], [0, 2, 0], [-2, 0, 1]], np.float32)
    found = vectors(texts)
    seen = {"sentence_vector": [v.astype(np.float32).tobytes() for v in found]}
    seen["encoder_sentiment"] = [tones[0].tobytes(), b"", tones[2].tobytes()]
    said, deaf = (
        Sentiment(model, encoder).classify([mention(text) for text in texts], seen)["sentiment_probabilities"]
        for encoder in (model.encoder.of, "another")
    )
    features = model.vocabulary.matrix(prepared(texts, no_brand))
    linear = features @ model.weights + np.array([output.bias for output in model.outputs])
    heads = Sentiment(model)._sentences.logits(list(found.astype(np.float32)))
    stages = model.encoder.stages
    both = Calibration(model.outputs, model.scales, stages[:1]).probabilities(Logits(linear, (heads,)))
    all_three = Calibration(model.outputs, model.scales, stages).probabilities(Logits(linear, (heads, tones)))
    assert np.array(deaf) == pytest.approx(normalised(both), abs=1e-4)
    assert np.array(said[1]) == pytest.approx(normalised(both)[1], abs=1e-4)
    assert np.array(said)[[0, 2]] == pytest.approx(normalised(all_three)[[0, 2]], abs=1e-4)
    assert said[0] != deaf[0]


def test_the_judge_hands_the_encoders_word_on(trained, heard):
    """The tiny encoder says .8 of every class: nothing but that changes the calibrated probabilities."""
    intents, _, _ = heard
    made = registry.build(registry.Ingredients(BRANDS, SIX, intents, sentiment_path=trained[0] / "hearing"))
    columns = made.judge([mention("kaputt danke kaputt"), mention("")])
    assert np.frombuffer(columns["encoder_sentiment"][0], np.float32) == pytest.approx([0.8] * 3)
    (listening,) = (c for c in made.classifiers if isinstance(c, Sentiment))
    assert listening._hears and not Sentiment(artefact.load(trained[0] / "out", NAME), graph_hash(intents))._hears


def test_words_of_another_encoder_are_refused(heard, tmp_path):
    intents, encoder, _ = heard
    assert held_out_tones.load(tmp_path, encoder.graph) is None and held_out_tones.load(intents, b"") is None
    with pytest.raises(TerminalError, match="belongs to another encoder; train the model anew"):
        held_out_tones.load(intents, b"another graph")
    (tmp_path / held_out_tones.FILE).write_bytes((intents / held_out_tones.FILE).read_bytes()[:-30])
    with pytest.raises(TerminalError, match=r"cannot be read .* train the model anew"):
        held_out_tones.load(tmp_path, encoder.graph)
    known, logits = held_out_tones.load(intents, encoder.graph).of(["ganz neu", "@user TOLLER Service, danke heute 0"])
    assert known.tolist() == [1] and logits.shape == (1, 3), "known by its letters, whatever handle and number"


def test_a_text_without_a_known_word_is_left_unjudged(trained):
    found = judged(trained[0], ["", "🙃", "зщш"])
    assert found["sentiment"] == ["", "", ""] and found["sentiment_probabilities"] == [[], [], []]
    whys = ("no-text", "unknown-words", "unknown-script")
    assert found["sentiment_reasons"] == [[f"sentiment:unjudged:{why}"] for why in whys]


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
    columns: ClassVar = {"sentence_vector": bytes, "encoder_sentiment": bytes, "vectors_reasons": list}

    def classify(self, mentions, seen):
        none = [b""] * len(mentions)
        return {"sentence_vector": none, "encoder_sentiment": none, "vectors_reasons": [[]] * len(mentions)}


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
