"""Explanations are the judge's own answers to a text without a word."""

from __future__ import annotations

import pytest

from classifiers import artefact
from classifiers.encoder import artefact as encoder_artefact
from classifiers.explain import explain
from classifiers.intents import Intents
from classifiers.sentiment import NAME, Sentiment
from configs.loading import SHIPPED, load
from configs.taxonomy import Taxonomy
from tests.classifiers.samples import classified, mention

INTENTS = Intents(artefact.load(), load(SHIPPED / "taxonomy.yaml", Taxonomy), ["DB_Bahn"])
SENTIMENT = Sentiment(artefact.load(None, NAME), encoder_artefact.graph_hash(artefact.SHIPPED))
TEXT = "@DB_Bahn Der Aufzug ist seit Wochen defekt danke"


def test_a_words_effect_is_what_leaving_it_out_changes():
    (needs, *others) = explain(INTENTS, SENTIMENT, mention(TEXT), most=100)
    assert needs.label == "needs_intervention"
    judged = classified(INTENTS, [mention(TEXT)])
    assert needs.value == judged["needs_intervention_probability"][0]
    tone = SENTIMENT.classify([mention(TEXT)], judged)["sentiment"][0]
    assert [said.label for said in others] == [*judged["intents"][0], "severity", "relevance", f"sentiment {tone}"]
    defect = next(said for said in others if said.label == "defect")
    without = classified(INTENTS, [mention(TEXT.replace(" defekt", ""))])
    place = judged["intent_names"][0].index("defect")
    change = next(effect.change for effect in defect.effects if effect.word == "defekt")
    assert change == pytest.approx(defect.value - without["intent_probabilities"][0][place], abs=5e-4)
    assert change > 0


def test_severity_relevance_and_sentiment_are_explained_by_what_changes_without_a_word():
    text = "@DB_Bahn Wenn ihr das Geld nicht erstattet verklage ich euch, danke"
    said = {each.label.split()[0]: each for each in explain(INTENTS, SENTIMENT, mention(text), most=100)}
    judged = classified(INTENTS, [mention(text)])
    assert said["severity"].value == judged["severity"][0] >= 2
    assert said["relevance"].value == judged["relevance_probability"][0]
    assert said["sentiment"].value == max(SENTIMENT.classify([mention(text)], judged)["sentiment_probabilities"][0])
    for word in text.split():
        left = [mention(" ".join(each for each in text.split() if each != word))]
        without = classified(INTENTS, left)
        toned = SENTIMENT.classify(left, without)["sentiment_probabilities"][0]
        place = ("negative", "neutral", "positive").index(said["sentiment"].label.split()[1])
        for label, value, least in (
            ("severity", without["severity"][0], 0.5),
            ("relevance", without["relevance_probability"][0], 0.005),
            ("sentiment", toned[place], 0.005),
        ):
            change = round(said[label].value - value, 3)
            named = {effect.word: effect.change for effect in said[label].effects}
            assert named.get(word, 0) == (change if abs(change) >= least else 0), (label, word)
    assert any(each.effects for each in (said["severity"], said["sentiment"]))


def test_the_strongest_come_first_and_no_more_than_asked():
    for said in explain(INTENTS, SENTIMENT, mention(TEXT), most=2):
        sizes = [abs(effect.change) for effect in said.effects]
        assert len(sizes) <= 2
        assert sizes == sorted(sizes, reverse=True)


def test_a_text_without_words_and_a_long_one_are_explained():
    assert explain(INTENTS, SENTIMENT, mention(""))[0].effects == ()
    assert explain(INTENTS, SENTIMENT, mention("defekt " * 5000))[0].label == "needs_intervention"
