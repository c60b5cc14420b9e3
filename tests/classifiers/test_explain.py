"""Explanations are the judge's own answers to a text without a word."""

from __future__ import annotations

import pytest

from classifiers import artefact
from classifiers.explain import explain
from classifiers.intents import Intents
from configs.loading import SHIPPED, load
from configs.taxonomy import Taxonomy
from tests.classifiers.samples import classified, mention

INTENTS = Intents(artefact.load(), load(SHIPPED / "taxonomy.yaml", Taxonomy), ["DB_Bahn"])
TEXT = "@DB_Bahn Der Aufzug ist seit Wochen defekt danke"


def test_a_words_effect_is_what_leaving_it_out_changes():
    (needs, *others) = explain(INTENTS, mention(TEXT), most=100)
    assert needs.label == "needs_intervention"
    judged = classified(INTENTS, [mention(TEXT)])
    assert needs.probability == judged["needs_intervention_probability"][0]
    assert [said.label for said in others] == judged["intents"][0]
    defect = next(said for said in others if said.label == "defect")
    without = classified(INTENTS, [mention(TEXT.replace(" defekt", ""))])
    place = judged["intent_names"][0].index("defect")
    change = next(effect.change for effect in defect.effects if effect.word == "defekt")
    assert change == pytest.approx(defect.probability - without["intent_probabilities"][0][place], abs=5e-4)
    assert change > 0


def test_the_strongest_come_first_and_no_more_than_asked():
    for said in explain(INTENTS, mention(TEXT), most=2):
        sizes = [abs(effect.change) for effect in said.effects]
        assert len(sizes) <= 2
        assert sizes == sorted(sizes, reverse=True)


def test_a_text_without_words_and_a_long_one_are_explained():
    assert explain(INTENTS, mention(""))[0].effects == ()
    assert explain(INTENTS, mention("defekt " * 5000))[0].label == "needs_intervention"
