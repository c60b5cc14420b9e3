from __future__ import annotations

import pytest

from classifiers.language import LANGUAGES, UNDETERMINED, Language
from tests.classifiers.samples import BY_LANGUAGE, mention

DETECTOR = Language()


def language_of(text: str, **fields) -> str:
    return DETECTOR.classify([mention(text, **fields)], {})["language"][0]


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
    assert found["language_reasons"] == [["language:fast"]] * 2


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
