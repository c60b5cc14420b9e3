"""The table of words is well formed, and a word is cut from a text as it stands in the table."""

from __future__ import annotations

import pytest

from classifiers.language import LANGUAGES
from classifiers.language_words import WORDS, by_word, words_of


@pytest.mark.parametrize("language", WORDS)
def test_every_word_can_be_met_and_stands_once(language):
    words = WORDS[language].split()
    assert language in LANGUAGES
    assert sorted({word for word in words if words.count(word) > 1}) == []
    assert [word for word in words if words_of(f"X {word} ") != ["x", word]] == []


def test_a_text_is_cut_into_its_different_words_in_order():
    assert words_of("L\u2019app, l'APP: it's 24/7 nice_day") == ["l'", "app", "it'", "s", "nice", "day"]


def test_a_word_counts_for_all_configured_languages_that_use_it():
    assert by_word(("de", "nl", "fr"))["ja"] == ("de", "nl")
    assert by_word(("nl",))["ja"] == ("nl",)
    assert "ich" not in by_word(("nl", "fr"))


def test_only_languages_with_a_script_of_their_own_have_no_words():
    assert set(LANGUAGES) - set(WORDS) == {"el", "he", "ja", "ko", "zh"}
