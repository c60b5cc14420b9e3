from __future__ import annotations

import time

import pytest

from classifiers.normalise import LIMIT, handles, mention_text, normalise, plain_words
from tests.classifiers.samples import mention


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("u\u0308ber", "über"),
        ("Ã¼ber die Bahn", "über die Bahn"),
        ("a\u00a0b\n\n c\t", "a b c"),
        ("Bahn\u00adhof\u200b", "Bahnhof"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("", ""),
    ],
)
def test_a_text_is_cleaned(raw, clean):
    assert normalise(raw) == clean
    assert normalise(clean) == clean


def test_a_long_text_keeps_head_and_tail():
    found = normalise("Anfang " + "x" * 100_000 + " Ende")
    assert len(found) == LIMIT
    assert found.startswith("Anfang ")
    assert found.endswith(" Ende")


def test_a_million_characters_cost_what_a_page_costs():
    """A hundred such texts: .03 s when cut first, 5 s when cleaned whole."""
    huge = "ü b\u0301 " * 250_000
    started = time.perf_counter()
    for _ in range(100):
        normalise(huge)
    assert time.perf_counter() - started < 1


def test_title_and_text_are_one():
    assert mention_text(mention("Text", title="Titel")) == "Titel Text"


def test_plain_words_keep_hashtag_words_only():
    assert plain_words("RT @a: #Bahn kaputt @b@c.social www.x.de/y https://t.co/z ja") == "Bahn kaputt ja"


def test_handles_leave_the_server_and_mail_addresses_out():
    assert handles("@a @b@c.social mail@d.de .@e") == ["a", "b", "e"]
