from __future__ import annotations

import pytest

from classifiers import registry
from classifiers.judge import Judge
from classifiers.noise import NoiseMarks
from classifiers.triage import Triage
from configs.brands import Brands
from configs.loading import SHIPPED, load
from configs.taxonomy import Taxonomy
from schemas.errors import TerminalError
from tests.classifiers.samples import mention

BRANDS, TAXONOMY = load(SHIPPED / "brands.yaml", Brands), load(SHIPPED / "taxonomy.yaml", Taxonomy)
JUDGE = registry.build(registry.Ingredients(BRANDS, TAXONOMY))
STORED = (
    "brands", "language", "author_is_brand", "intents", "intent_names", "intent_probabilities", "needs_intervention",
    "needs_intervention_probability", "severity", "noise", "sensitive", "fingerprint", "virality_probability",
    "expected_reach", "risk", "queued", "suppressed_by", "reasons",
)  # fmt: skip


class _Fake:
    name, version, needs, columns = "fake", 1, (), {"fake_reasons": list}

    def __init__(self, **changes):
        vars(self).update(changes)

    def classify(self, mentions, seen):
        return {"fake_reasons": [[] for _ in mentions]}


def test_every_stored_column_is_filled():
    columns = JUDGE.judge([mention("Der Aufzug der Deutschen Bahn ist kaputt"), mention("")])
    assert set(STORED) <= columns.keys()
    assert all(len(columns[name]) == 2 for name in STORED)


def test_reasons_stand_in_the_order_of_the_classifiers():
    reasons = JUDGE.judge([mention("@DB_Bahn der Aufzug ist seit Wochen defekt, warum???")])["reasons"][0]
    order = [list(registry.REGISTRY).index(reason.partition(":")[0]) for reason in reasons]
    assert order == sorted(order)
    assert reasons[-1].startswith("triage:")


def test_an_own_post_is_never_for_the_queue_and_says_so():
    text = "@kundin Der Aufzug der Deutschen Bahn ist seit Wochen defekt, wann wird er repariert?"
    columns = JUDGE.judge([mention(text), mention(text, handle="DB_Bahn")])
    assert columns["needs_intervention"] == [True, False]
    assert columns["severity"][0] > 0 and columns["severity"][1] == 0
    assert columns["suppressed_by"] == ["", "own_post"]
    assert {"intents:own-post", "triage:own_post"} <= set(columns["reasons"][1])


def test_an_answer_that_names_nothing_is_queued_for_the_brand_its_parent_names():
    text = "bei mir ist der Aufzug auch seit Wochen defekt, wann wird er repariert?"
    columns = JUDGE.judge([mention(text), mention(text, parent_text="@DB_Bahn Aufzug in Köln kaputt")])
    assert columns["suppressed_by"] == ["no_brand", ""]
    assert "brand:parent-text:deutsche-bahn" in columns["reasons"][1]


def test_a_missing_column_is_found_at_start():
    with pytest.raises(TerminalError, match="'triage' needs the column 'author_is_brand'"):
        Judge([NoiseMarks(), Triage()])


def test_two_classifiers_may_not_fill_one_column():
    with pytest.raises(TerminalError, match=r"fake_reasons.*filled by fake too"):
        Judge([_Fake(), _Fake()])


def test_a_classifier_without_reasons_is_refused():
    with pytest.raises(TerminalError, match="declares no column fake_reasons"):
        Judge([_Fake(columns={"x": str})])


def test_a_classifier_that_breaks_its_word_fails_the_batch():
    with pytest.raises(TypeError, match="other columns"):
        Judge([_Fake(columns={"fake_reasons": list, "x": str})]).judge([mention("x")])
    with pytest.raises(ValueError, match="gave 1 values"):
        Judge([_Fake(classify=lambda mentions, seen: {"fake_reasons": [[]]})]).judge([mention("x"), mention("y")])


def test_the_fingerprint_changes_with_whatever_could_change_a_verdict():
    other_brands = BRANDS.model_copy(update={"brands": BRANDS.brands[:-1]})
    reworded = TAXONOMY.intents[0].model_copy(update={"applies": "another meaning"})
    other_taxonomy = TAXONOMY.model_copy(update={"intents": (reworded, *TAXONOMY.intents[1:])})
    prints = [
        JUDGE.fingerprint(),
        registry.build(registry.Ingredients(other_brands, TAXONOMY)).fingerprint(),
        registry.build(registry.Ingredients(BRANDS, other_taxonomy)).fingerprint(),
        Judge([_Fake()]).fingerprint(),
        Judge([_Fake(version=2)]).fingerprint(),
    ]
    assert len(set(prints)) == len(prints)
    assert registry.build(registry.Ingredients(BRANDS, TAXONOMY)).fingerprint() == prints[0]


def test_the_description_names_every_classifier():
    assert all(name in JUDGE.description() for name in registry.REGISTRY)
