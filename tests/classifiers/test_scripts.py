from __future__ import annotations

import pytest

from classifiers.language import LANGUAGES
from classifiers.scripts import LATIN, by_script, plain_letters, script_of


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("", LATIN), ("Grüße aus Łódź", LATIN), ("Đà Nẵng", LATIN), ("😡😡", LATIN), ("привет", "cyrillic"),
        ("سلام", "arabic"), ("日本", "han"), ("日本の", "han"), ("日本語です", "kana"), ("ガンダム", "kana"),
        ("नमस्ते", "devanagari"), ("สวัสดี", "other"), ("ツ ಠ", LATIN), ("ok да", "cyrillic"), ("okay да", "cyrillic"),
        ("okeyy да", LATIN),
    ],
)  # fmt: skip
def test_the_script_is_that_of_most_letters(text, script):
    assert script_of(text) == script


def test_every_language_has_a_script_and_hindi_two():
    scripts = by_script(LANGUAGES)
    assert {code for codes in scripts.values() for code in codes} == set(LANGUAGES)
    assert scripts["devanagari"] == ("hi",) and "hi" in scripts[LATIN]
    assert sum(map(len, scripts.values())) == len(LANGUAGES) + 1
    assert scripts["cyrillic"] == ("bg", "ru", "uk") and scripts["other"] == ()


def test_variants_become_letters_and_the_rest_stays():
    assert plain_letters("Ｆｕｌｌ 𝓗𝓲 ﻣﺎ") == "Full Hi ما"
    assert plain_letters("½ ™ ② é") == "½ ™ ② é"
