from __future__ import annotations

import pytest

from classifiers import langdetect_once, language
from classifiers.language import LANGUAGES, UNDETERMINED, Language
from tests.classifiers.samples import BY_LANGUAGE, mention

DETECTOR = Language()


def language_of(text: str, **fields) -> str:
    return DETECTOR.classify([mention(text, **fields)], {})["language"][0]


def reason_of(text: str, **fields) -> str:
    return DETECTOR.classify([mention(text, **fields)], {})["language_reasons"][0][0]


@pytest.mark.parametrize("language", BY_LANGUAGE)
def test_a_sentence_is_told(language):
    assert language_of(BY_LANGUAGE[language]) == language


@pytest.mark.parametrize("text", ["", "😡😡", "@DB_Bahn @user", "https://t.co/x", "12:30 !!!", "haha lol"])
def test_a_text_without_words_has_no_language(text):
    found = DETECTOR.classify([mention(text)], {})
    assert found["language"] == [UNDETERMINED]
    assert found["language_probability"] == [0.0]


def test_handles_addresses_and_retweet_marks_do_not_speak():
    noisy = f"RT @the_english_handle_with_words: {BY_LANGUAGE['de']} https://example.com/this-is-an-english-address"
    assert language_of(noisy) == "de"


def test_the_declared_language_decides_a_doubtful_text_only():
    assert language_of("Hotel excellent.", language="fr") == "fr"
    sure = [mention(BY_LANGUAGE["de"]), mention(BY_LANGUAGE["de"], language="fr")]
    found = DETECTOR.classify(sure, {})
    assert found["language"] == ["de", "de"]
    assert found["language_probability"][0] == found["language_probability"][1]
    assert found["language_reasons"] == [["language:words"]] * 2


def test_a_declared_language_with_a_region_counts():
    assert language_of("ok", language="de-AT") == "de"
    assert language_of("ok") == UNDETERMINED


def test_only_configured_languages_are_told():
    few = Language(("de", "en"))
    found = few.classify([mention(text) for text in BY_LANGUAGE.values()], {})["language"]
    assert set(found) <= {"de", "en", UNDETERMINED}
    assert set(BY_LANGUAGE) <= set(LANGUAGES)


def test_a_doubtful_text_gets_the_same_answer_a_hundred_times():
    texts = ["Hotel excellent", "Monti Grillo super", "ok danke bye", "Le parking delicat"]
    found = [DETECTOR.classify([mention(text) for text in texts], {}) for _ in range(25)]
    assert all(one == found[0] for one in found)
    assert any("second-opinion" in reasons[0] or "unsure" in reasons[0] for reasons in found[0]["language_reasons"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Danke!", "de"), ("nicht gut", "de"), ("Thank you!", "en"), ("not working", "en"), ("I don\u2019t", "en"),
        ("Très bien", "fr"), ("J'adore", "fr"), ("Muy bien", "es"), ("¿Por qué?", "es"), ("grazie mille", "it"),
        ("che bello", "it"), ("Muito obrigada", "pt"), ("Boa noite!!", "pt"), ("heel goed", "nl"),
        ("dank je wel", "nl"), ("bardzo dobrze", "pl"), ("çok güzel", "tr"), ("tack så mycket", "sv"),
        ("hvad nu?", "da"), ("děkuji moc", "cs"), ("ďakujem veľmi", "sk"), ("nagyon jó", "hu"), ("foarte bine", "ro"),
        ("kiitos paljon", "fi"), ("kya baat hai", "hi"), ("bilkul nahi", "hi"), ("хорошо", "ru"), ("дуже добре", "uk"),
        ("много добре", "bg"), ("شكرا", "ar"), ("خیلی خوب است", "fa"),
    ],
)  # fmt: skip
def test_a_post_of_three_words_is_told_by_its_words(text, expected):
    assert language_of(text) == expected


@pytest.mark.parametrize("text", ["no", "super", "la", "ok ok", "Berlin Hamburg", "Coca Cola", "hmm"])
def test_words_of_several_languages_and_names_are_not_told(text):
    assert language_of(text) == UNDETERMINED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ναι", "el"), ("תודה", "he"), ("धन्यवाद", "hi"), ("고마워", "ko"), ("ありがとう", "ja"), ("東京は楽しい", "ja"),
        ("谢谢", "zh"), ("谢谢 iPhone", "zh"), ("감사 #Samsung #Galaxy", UNDETERMINED),
    ],
)  # fmt: skip
def test_a_script_of_one_language_settles_it(text, expected):
    found = DETECTOR.classify([mention(text)], {})
    assert found["language"] == [expected]
    assert (found["language_reasons"] == [["language:script"]]) == (expected != UNDETERMINED)


@pytest.mark.parametrize("text", ["ขอบคุณมากครับ", "გმადლობთ", "Շնորհակալություն", "ধন্যবাদ আপনাকে"])
def test_a_script_of_no_configured_language_is_und(text):
    assert (language_of(text), reason_of(text)) == (UNDETERMINED, "language:other-script")
    assert language_of(text, language="de") == UNDETERMINED


def test_faces_of_foreign_letters_are_no_language():
    assert language_of("das ist schlecht ಠ_ಠ") == "de"
    assert language_of("¯\\_(ツ)_/¯") == UNDETERMINED


def test_a_name_in_latin_letters_does_not_outweigh_the_script():
    assert language_of("عندي مشكلة مع #Samsung #GalaxyS24") == "ar"
    assert language_of("My friend Δημήτρης is not from here") == "en"


def test_letters_in_other_forms_are_read_as_letters():
    arabic_forms, mathematical = "ﻣﺎ ﻫﺬﺍ ﻳﺎ ﺻﺪﻳﻘﻲ", "𝗧𝗵𝗮𝗻𝗸 𝘆𝗼𝘂 𝘀𝗼 𝗺𝘂𝗰𝗵"
    assert (language_of(arabic_forms), language_of(mathematical)) == ("ar", "en")


def test_stretched_letters_and_laughter_do_not_hide_a_word():
    assert language_of("graaaaziieee hahahaha") == UNDETERMINED
    assert language_of("graaaazie hahahaha") == "it"
    assert language_of("jajajaja muchaaaas gracias xD") == "es"


def test_two_words_ahead_no_detector_is_asked(monkeypatch):
    monkeypatch.setattr(language, "_best", None)
    assert reason_of("ich bin nicht da") == "language:words"
    with pytest.raises(TypeError):
        reason_of("Aufzug kaputt")


def test_langdetect_is_asked_about_doubtful_posts_only_and_its_answer_counts(monkeypatch):
    asked = []

    def probabilities(text, languages):
        asked.append(text)
        return {"it": 0.99}

    alone = DETECTOR.classify([mention("Parking delicat")], {})["language_probability"]
    monkeypatch.setattr(langdetect_once, "probabilities", probabilities)
    for sure in (BY_LANGUAGE["de"], BY_LANGUAGE["ar"], "谢谢", "Danke!", ""):
        DETECTOR.classify([mention(sure)], {})
    assert asked == []
    found = DETECTOR.classify([mention("Parking delicat")], {})
    assert asked == ["Parking delicat"] and found["language_probability"] != alone


def test_the_declared_language_wins_ties_and_loses_against_a_word():
    assert language_of("Hotel Amsterdam", language="nl") == "nl"
    assert language_of("Danke!", language="en") == "de"
    assert (language_of("gente"), language_of("gente", language="de")) == (UNDETERMINED, UNDETERMINED)
    assert (language_of("gente", language="it"), language_of("gente", language="pt")) == ("it", "pt")
    assert reason_of("gente", language="it") == "language:second-opinion-and-declared"
    assert language_of("\u4e2d\u56fd", language="ja") == "zh"
    assert language_of("Hotel Amsterdam", language="ru") == language_of("Hotel Amsterdam")
