from __future__ import annotations

import re

import pytest

from classifiers.sensitive import Sensitive
from classifiers.sensitive_patterns import PATTERNS
from classifiers.sensitive_rules import WORDS, Matter
from classifiers.triage import Triage
from tests.classifiers.samples import mention

JUDGE = Sensitive()


def judged(text: str, **fields) -> tuple[list[str], list[str]]:
    columns = JUDGE.classify([mention(text, **fields)], {})
    return columns["sensitive"][0], columns["sensitive_reasons"][0]


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("Der Akku ist explodiert, die Hand meines Sohnes ist verletzt", "health_safety"),
        ("Auffahrunfälle vor eurer Filiale, jeden Tag", "health_safety"),
        ("Im Spinat war eine Glasscherbe, mein Mann hat drauf gebissen, der Gaumen blutet", "health_safety"),
        ("Rollstuhlfahrer von der Bahn überfahren", "health_safety"),
        ("Wir stecken seit einer Stunde im Aufzug fest", "health_safety"),
        ("Zugführer schließt die Türen, bevor alle ausgestiegen sind, Oma eingeklemmt", "health_safety"),
        ("My charger caught fire last night", "health_safety"),
        ("Got food poisoning from your salad", "health_safety"),
        ("There were cockroaches in the room", "health_safety"),
        ("I found a shard of plastic in my porridge", "health_safety"),
        ("La batterie a pris feu", "health_safety"),
        ("J'ai trouvé un bout de verre dans la compote", "health_safety"),
        ("Mi hijo se intoxicó con vuestra comida", "health_safety"),
        ("La batteria è in fiamme, aiuto", "health_safety"),
        ("De bus vloog in brand en mijn dochter is gewond", "health_safety"),
        ("Der Fahrer weigert sich, Rollstuhlfahrer mitzunehmen", "discrimination"),
        ("Lässt den Mann im Rollstuhl einfach am Bahnsteig stehen", "discrimination"),
        ("#DieBahnDiskriminiert", "discrimination"),
        ("Your driver refused to let the woman in the wheelchair on", "discrimination"),
        ("The manager made racist remarks", "discrimination"),
        ("I was ignored because I'm black", "discrimination"),
        ("Le videur a tenu des propos racistes", "discrimination"),
        ("Me trataron mal por ser mujer", "discrimination"),
        ("Commenti razzisti del personale", "discrimination"),
        ("Gediscrimineerd door jullie portier", "discrimination"),
        ("Mein Fahrrad wurde am Bahnhof gestohlen", "crime"),
        ("Eure Hotline ist Betrug", "crime"),
        ("Der Kontrolleur hat mich begrapscht", "crime"),
        ("Ich schlag euch alle nieder", "crime"),
        ("Bombendrohung im Hauptbahnhof", "crime"),
        ("someone stole my parcel", "crime"),
        ("your site is hosting a phishing page", "crime"),
        ("I'm going to kill you all", "crime"),
        ("On m'a volé mon sac dans la chambre", "crime"),
        ("Me robaron en vuestra tienda", "crime"),
        ("Mi hanno rubato la valigia", "crime"),
        ("Mijn fiets is gestolen", "crime"),
        ("Mein Konto wurde gehackt", "data_breach"),
        ("Sehe in der App die Rechnung einer fremden Frau", "data_breach"),
        ("Someone from Russia is logging into my account", "data_breach"),
        ("They sell your personal data", "data_breach"),
        ("My data were leaked in your data breach", "data_breach"),
        ("Mon compte a été piraté", "data_breach"),
        ("Me han hackeado la cuenta", "data_breach"),
        ("Mi hanno hackerato il profilo", "data_breach"),
        ("Datalek bij jullie", "data_breach"),
        ("Suizid am Bahnhof, Strecke gesperrt", "self_harm"),
        ("Ich will einfach nur sterben", "self_harm"),
        ("Er wollte sich vor die U-Bahn werfen", "self_harm"),
        ("I want to kill myself", "self_harm"),
        ("J'ai envie de mourir", "self_harm"),
        ("me quiero suicidar", "self_harm"),
        ("voglio morire", "self_harm"),
        ("zelfmoord op het spoor", "self_harm"),
    ],
)
def test_a_sensitive_matter_is_marked(text, matter):
    assert matter in judged(text)[0]


@pytest.mark.parametrize(
    "text",
    [
        "Ich hab Mordshunger",
        "mordsmäßig lecker",
        "Deine Stimme killt mich",
        "I'm dying laughing",
        "These beats are sick",
        "Die neue Single ist bombe!",
        "dead tired after that flight",
        "it was a steal at 20 euros",
        "a heart attack of a price",
        "Grand Theft Auto lädt nicht",
        "GTA criminal enterprise pack is missing",
        "Suicide Squad was fun",
        "Der Zug ist abgefahren, wir sind mit dem Bus gefahren",
        "Preise mit Einbruch der Dunkelheit gültig, Umsatzeinbruch droht",
        "#diebeste Bahn der Welt",
        "Brand new phone, great brand",
        "I invest in brand names",
        "How many calories burned today?",
        "It drains and kills my battery",
        "Staugefahr auf der A8, unfallfrei bleiben",
        "Die Straßenbeleuchtung brennt am Tag",
        "Die Unfallaufnahme hat neue Lampen",
        "Die App stürzt ab",
        "deleted by accident",
        "my wireless headset",
        "mes kms ne sont plus comptés",
        "Es un estimado cliente, todo molesto",
        "Unerreichbar: der Aufzug ist kaputt",
        "Mit dem Rollstuhl heute nach Köln gefahren, schön",
        "Thanks for the hospitality",
        "The staff was friendly and the room was safe",
        "",
    ],
)
def test_a_figure_of_speech_or_an_ordinary_post_is_not(text):
    assert judged(text) == ([], [])


def test_matters_are_sorted_and_a_reason_names_matter_and_stem():
    matters, reasons = judged("Nach dem Überfall war er schwer verletzt. Gestohlen wurde nichts, verletzt war er doch.")
    assert matters == ["crime", "health_safety"]
    assert reasons == ["sensitive:crime:gestohlen", "sensitive:crime:überfall", "sensitive:health_safety:verletz"]


def test_the_title_counts_and_so_do_curly_apostrophes_and_capitals():
    assert judged("Reply please", title="HACKED account")[0] == ["data_breach"]
    assert judged("I DON’T WANT TO LIVE")[0] == ["self_harm"]


def test_what_a_pattern_wants_must_stand_near_its_stem():
    near, far = "xy " * 20, "xy " * 60
    assert judged(f"Rollstuhl {near} abgewiesen")[0] == judged(f"abgewiesen {near} Rollstuhl")[0] == ["discrimination"]
    assert judged(f"Rollstuhl {far} abgewiesen")[0] == judged(f"abgewiesen {far} Rollstuhl")[0] == []


def test_a_stem_that_failed_once_may_hold_the_next_time():
    assert judged(f"Rollstuhl ok. {'xy ' * 60} Rollstuhlfahrer abgewiesen")[0] == ["discrimination"]


@pytest.mark.parametrize("matter", Matter)
def test_every_word_can_be_found_and_stands_once(matter):
    """Lower case, straight apostrophes, no line break within; bars at the edges alone."""
    words = [word.strip() for text in WORDS[matter].values() for word in text.split(",")]
    assert [
        word for word in words if not re.fullmatch(r"\|?[^\W_][\w' -]*[\w'-]\|?", word) or word != word.lower()
    ] == []
    assert len(set(words)) == len(words)
    for word in words:
        assert f"sensitive:{matter}:{word.strip('|')}" in judged(f"– {word.strip('|')} –")[1], word


@pytest.mark.parametrize("matter", Matter)
def test_every_pattern_compiles_and_its_stem_is_lower_case(matter):
    for stem, pattern in PATTERNS[matter]:
        assert stem == stem.lower() and stem.strip() == stem
        assert re.compile(pattern).search("") is None, stem


def test_every_matter_has_words_in_every_language():
    assert {matter: list(languages) for matter, languages in WORDS.items()} == {
        matter: ["de", "en", "fr", "es", "it", "nl"] for matter in Matter
    }


def test_the_triage_does_not_look_at_it():
    assert not set(Sensitive.columns) & set(Triage.needs)
