"""The shipped model on sentences it must get right, and the laws of its columns."""

from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

from classifiers import artefact
from classifiers.intents import Intents
from configs.loading import SHIPPED, load
from configs.taxonomy import RESERVED, Taxonomy
from schemas.errors import TerminalError
from tests.classifiers.samples import BY_LANGUAGE, classified, mention, varied

TAXONOMY = load(SHIPPED / "taxonomy.yaml", Taxonomy)
MODEL = artefact.load()
INTENTS = Intents(MODEL, TAXONOMY, ["DB_Bahn"])


def judged(text: str) -> dict:
    return {column: values[0] for column, values in classified(INTENTS, [mention(text)]).items()}


@pytest.mark.parametrize(
    ("text", "intent", "needs"),
    [
        ("@DB_Bahn Der Aufzug an Gleis 3 ist seit Wochen defekt, wann wird er endlich repariert?", "defect", True),
        ("Die App stürzt seit dem Update ständig ab, bitte um Hilfe @SpotifyCares", "technical_support", True),
        (
            "@RockstarSupport I can't log in to my account, it says wrong password, please help",
            "technical_support",
            True,
        ),
        ("Mein Paket sollte gestern kommen, laut Sendungsverfolgung seit Tagen nichts @DHLPaket", "delivery", True),
        ("Since the last update my watch does not sync anymore, very disappointed", "complaint", True),
        ("Love this hotel, the staff were very friendly and helpful", "praise", False),
        ("L'application ne se synchronise plus depuis la mise à jour, c'est nul", "defect", True),
    ],
)
def test_a_plain_case_is_told(text, intent, needs):
    found = judged(text)
    assert intent in found["intents"]
    assert found["needs_intervention"] is needs


@pytest.mark.parametrize(
    "text",
    [
        "Guten Morgen zusammen, heute wird das Wetter schön",
        "Merkel und die CDU haben wieder einmal nichts verstanden",
        "Looking forward to the match on Sunday with my brother",
        "Oggi Monti parla del governo",
    ],
)
def test_chat_and_politics_need_nobody(text):
    found = judged(text)
    assert not found["needs_intervention"]
    assert found["severity"] == 0


def test_severity_is_0_exactly_where_nobody_is_needed():
    found = classified(INTENTS, [*varied(), *(mention(text + " kaputt!") for text in BY_LANGUAGE.values())])
    assert any(found["needs_intervention"])
    for needs, severity in zip(found["needs_intervention"], found["severity"], strict=True):
        assert (severity > 0) is needs
        assert 0 <= severity <= 4


def test_verdicts_are_probabilities_against_thresholds():
    limits = {output.name: output.threshold for output in MODEL.outputs}
    found = classified(INTENTS, varied())
    for held, names, values in zip(found["intents"], found["intent_names"], found["intent_probabilities"], strict=True):
        assert names == [intent.id for intent in TAXONOMY.intents]
        assert held == [n for n, p in zip(names, values, strict=True) if p >= limits[n]]
        assert all(0 <= p <= 1 and round(p, 4) == p for p in values)
    assert found["needs_intervention"] == [
        p >= limits["needs_intervention"] for p in found["needs_intervention_probability"]
    ]


def test_reasons_give_probability_threshold_and_at_most_three_words_of_the_text():
    text = "@DB_Bahn Der Aufzug ist seit Wochen kaputt! Wann repariert ihr ihn? Meine Nummer: 0171 2345678, Xqzwy Vbn"
    reasons = judged(text)["intents_reasons"]
    assert re.fullmatch(r"intents:ni:\d\.\d\d>=0\.\d\d", reasons[0])
    words = [reason.removeprefix("intents:word:") for reason in reasons if reason.startswith("intents:word:")]
    assert 1 <= len(words) <= 3
    assert len(set(words)) == len(words)
    known = {"der", "aufzug", "ist", "seit", "wochen", "kaputt", "wann", "repariert", "ihr", "ihn", "meine", "nummer"}
    assert set(words) <= known  # nothing rare, no number


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "no-text"), (" \n", "no-text"), ("ลิฟต์เสียครับ", "unknown-script"), ("@DB_Bahn 电梯坏了", "unknown-script")],
)  # fmt: skip
def test_what_the_model_knows_nothing_of_is_unjudged_and_says_why(text, why):
    """No threshold makes a verdict of it, and in a batch it leaves others as they are."""
    always = Intents(MODEL, TAXONOMY, thresholds=dict.fromkeys((*MODEL.intents, "needs_intervention"), 0.0))
    for intents in (INTENTS, always):
        found = classified(intents, [mention(text), mention("Der Aufzug ist kaputt")])
        assert found["unjudged"] == [why, ""]
        assert found["intents_reasons"][0] == [f"intents:unjudged:{why}"]
        assert found["intents"][0] == [] and set(found["intent_probabilities"][0]) == {0.0}
        assert found["needs_intervention"][0] is False and found["needs_intervention_probability"][0] == 0.0
        assert found["severity"][0] == 0 and found["relevance_probability"][0] == 0.0
        assert found["intent_probabilities"][1] == judged("Der Aufzug ist kaputt")["intent_probabilities"]


def test_no_reasons_where_nothing_holds():
    assert judged("Guten Morgen zusammen")["intents_reasons"] == []


def test_a_configured_handle_counts_as_a_brands():
    text = "@Kleinbahn_XY Der Aufzug ist defekt"
    without, with_it = Intents(MODEL, TAXONOMY), Intents(MODEL, TAXONOMY, ["Kleinbahn_XY"])
    key = "needs_intervention_probability"
    assert classified(with_it, [mention(text)])[key] > classified(without, [mention(text)])[key]


def test_a_taxonomy_the_model_was_not_trained_for_is_refused():
    fewer = TAXONOMY.model_copy(update={"intents": TAXONOMY.intents[:-1]})
    with pytest.raises(TerminalError, match=r"the model knows the intents .* train a model"):
        Intents(MODEL, fewer)
    newer = TAXONOMY.model_copy(update={"version": TAXONOMY.version + 1})
    with pytest.raises(
        TerminalError, match=r"trained for version 1 of the taxonomy, whose file says 2: .* train a model"
    ):
        Intents(MODEL, newer)


def test_outputs_beside_the_intents_can_be_no_intents():
    names = {output.name for output in MODEL.outputs} - set(MODEL.intents)
    assert len(names) == 5 and names <= RESERVED
    for name in sorted(RESERVED):
        with pytest.raises(ValidationError, match=f"an intent cannot be called '{name}', a name that"):
            Taxonomy(version=1, intents=(TAXONOMY.intents[0].model_copy(update={"id": name}),))


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Zug kaputt " * 181, True),
        ("Zug kaputt " * 182, False),
        ("Zug " + " " * 7000 + "kaputt", True),
        ("Zug " + " " * 9000 + "kaputt", False),
    ],
)
def test_a_text_of_which_only_the_ends_are_read_says_so(text, whole):
    """11 characters each, blanks counted once; beyond 8,000 nobody looks for blanks."""
    assert ("intents:only-ends-read" in judged(text)["intents_reasons"]) is not whole
    beside = mention(text[: len(text) // 2], title=text[len(text) // 2 :])
    assert ("intents:only-ends-read" in classified(INTENTS, [beside])["intents_reasons"][0]) is not whole


def test_a_configured_threshold_decides_and_is_part_of_the_fingerprint():
    text = "Mein Paket ist seit drei Wochen nicht da und niemand antwortet"
    probability = judged(text)["needs_intervention_probability"]
    never = Intents(MODEL, TAXONOMY, ["DB_Bahn"], {"needs_intervention": 1.0})
    found = classified(never, [mention(text)])
    assert judged(text)["needs_intervention"] and probability < 1
    assert found["needs_intervention"] == [False]
    assert found["needs_intervention_probability"] == [probability]
    assert found["intents"][0] == judged(text)["intents"], "other labels keep their own thresholds"
    assert never.content != INTENTS.content
    assert never.settings.startswith("queues from 1, complaint from 0.")
    assert "severity_4 from 0." in never.settings and "relevance" not in never.settings


def test_a_threshold_of_a_label_that_the_model_has_not_is_refused():
    with pytest.raises(TerminalError, match=r"judge.thresholds: none can be set for 'prais'; name one of complaint"):
        Intents(MODEL, TAXONOMY, thresholds={"prais": 0.5})
    with pytest.raises(TerminalError, match="none can be set for 'relevance'"):
        Intents(MODEL, TAXONOMY, thresholds={"relevance": 0.5})


def test_a_brands_own_post_never_needs_intervention():
    text = "@kundin Der Aufzug an Gleis 3 ist seit Wochen defekt, wann wird er endlich repariert? @DB_Bahn"
    theirs, own = classified(INTENTS, [mention(text)]), classified(INTENTS, [mention(text)], own=True)
    assert theirs["needs_intervention"] == [True] and theirs["severity"][0] > 0
    assert own["needs_intervention"] == [False] and own["severity"] == [0]
    assert own["needs_intervention_probability"] == [0.0]
    assert own["intents"] == theirs["intents"]
    assert own["intents_reasons"][0][0] == "intents:own-post"
    assert not any(reason.startswith("intents:ni:") for reason in own["intents_reasons"][0])
    assert "intents:own-post" not in theirs["intents_reasons"][0]


def test_no_threshold_puts_an_own_post_above_it():
    always = Intents(MODEL, TAXONOMY, thresholds={"needs_intervention": 0.0})
    assert classified(always, [mention("Guten Morgen")])["needs_intervention"] == [True]
    assert classified(always, [mention("Guten Morgen")], own=True)["needs_intervention"] == [False]
