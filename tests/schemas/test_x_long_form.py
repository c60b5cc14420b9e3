"""Laws of pairing: a long post belongs to the tweet of its instant that begins alike, or to none."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.formats.x_long_form import Beginning, beginning, pairs, whole_text

WHOLE = "Seit drei Stunden stehe ich am Bahnsteig und niemand sagt etwas, auch die App nicht. " * 5
AT, NOTE_AT = "Tue Mar 05 14:02:11 +0000 2024", "2024-03-05T14:02:11.000Z"


def made(place: str, at: str, text: str) -> Beginning[str]:
    found = beginning(place, at, text)
    assert found is not None
    return found


def cut(text: str = WHOLE, *, before: str = "") -> str:
    return f"{before}{text[:270]}… https://t.co/ZyXwVuTsRq"


@pytest.mark.parametrize(
    ("tweet", "note"),
    [
        (cut(), WHOLE),
        (cut(before="@DB_Bahn @kollegin "), WHOLE),
        (cut(before="@DB_Bahn "), "@DB_Bahn " + WHOLE),
        (cut("Sieh https://t.co/AltAltAlt1 an: " + WHOLE), "Sieh https://t.co/NeuNeuNeu1 an: " + WHOLE),
        (
            cut("R&amp;D und Vertrieb haben sich heute getroffen. " * 9),
            "R&D und Vertrieb haben sich heute getroffen. " * 9,
        ),
        (cut("Erstens:\n\n" + WHOLE), "Erstens:\n" + WHOLE),
        ("Kurz, aber fett.", "Kurz, aber fett."),
        ("Kurz, mit Bild. https://t.co/BildBildBi", "Kurz, mit Bild."),
    ],
)
@pytest.mark.parametrize("at", [AT, "Tue Mar 05 14:02:12 +0000 2024", "Tue Mar 05 14:02:10 +0000 2024"])
def test_what_begins_alike_at_the_same_time_is_one(tweet: str, note: str, at: str) -> None:
    assert pairs([made("tweet", at, tweet)], [made("note", NOTE_AT, note)]) == {"tweet": "note"}


@pytest.mark.parametrize(
    ("at", "tweet"),
    [
        ("Tue Mar 05 14:02:14 +0000 2024", cut()),
        ("Tue Mar 05 14:02:08 +0000 2024", cut()),
        (AT, "Ein anderer Gedanke, der in derselben Sekunde geschrieben wurde…"),
        (AT, "Seit drei…"),
        (AT, "https://t.co/ZyXwVuTsRq"),
        (AT, WHOLE + " und mehr"),
    ],
)
def test_another_time_or_beginning_is_another_post(at: str, tweet: str) -> None:
    assert pairs([made("tweet", at, tweet)], [made("note", NOTE_AT, WHOLE)]) == {}


def test_where_two_fit_none_is_taken_and_the_others_are() -> None:
    other = "Nun ist der Zug da, und er ist so voll, dass keiner mehr hineinkommt. " * 5
    tweets = [made("a", AT, cut()), made("b", AT, cut()), made("c", AT, cut(other))]
    assert pairs(tweets, [made("x", NOTE_AT, WHOLE), made("z", NOTE_AT, other)]) == {"c": "z"}
    assert pairs([made("a", AT, cut())], [made("x", NOTE_AT, WHOLE), made("y", NOTE_AT, WHOLE)]) == {}


@pytest.mark.parametrize(("at", "text"), [(None, "x"), ("gestern", "x"), (AT, None), (AT, 7), ({}, []), (7, "x")])
def test_what_has_no_text_or_time_begins_nothing(at: Any, text: Any) -> None:
    assert beginning("a", at, text) is None


def test_the_whole_text_of_a_reply_keeps_its_handles_once() -> None:
    assert whole_text({"full_text": "@a @b Ja…"}, "Ja und nein") == "@a @b Ja und nein"
    assert whole_text({"full_text": "@a @b Ja…"}, "@a @b Ja und nein") == "@a @b Ja und nein"
    assert whole_text({"full_text": "Ja @a …"}, "Ja @a und nein") == "Ja @a und nein"
    assert whole_text(["no tweet"], "Ja") == whole_text({}, "Ja") == "Ja"
