"""The figures of language by hand, bad files, and the file that is shipped."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from classifiers.evaluate_language import ALL, LENGTHS, Figure, evaluate, length_of, verdicts
from classifiers.labelled import GoldError
from classifiers.language_gold import LanguagePost, read

SHIPPED = Path(__file__).parents[2] / "samples" / "labelled" / "languages.jsonl"
GOOD = {"id": "a", "text": "Guten Tag", "lang": "de", "source": "mobasa-dev", "part": "dev"}
LICENSED = {"mobasa", "umsab", "germeval2018", "ijcnlp", "minibar"}


def written(folder, *rows):
    path = folder / "languages.jsonl"
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows), "utf-8")
    return path


@pytest.fixture(scope="module")
def shipped():
    return read(SHIPPED)


@pytest.fixture(scope="module")
def report(shipped):
    return evaluate(shipped, verdicts(shipped))


def test_figures_are_those_counted_by_hand():
    posts = [
        LanguagePost("a", "eins", "de", part="dev"),
        LanguagePost("b", "zwei", "de", part="dev"),
        LanguagePost("c", "drei", "de", part="dev"),
        LanguagePost("d", "one two three four", "en", part="dev"),
        LanguagePost("e", "haha", "und", part="dev"),
        LanguagePost("f", "haha", "und", part="test"),
    ]
    found = evaluate(posts, ["de", "nl", "und", "en", "und", "pt"])
    figures = {(f.part, f.language, f.words): f for f in found.figures}
    assert figures["dev", "de", "1-3"] == Figure("dev", "de", "1-3", posts=3, right=1, wrong=1, undetermined=1)
    assert figures["dev", "de", ALL] == Figure("dev", "de", ALL, 3, 1, 1, 1)
    assert figures["dev", ALL, "1-3"] == Figure("dev", ALL, "1-3", 4, 2, 1, 2)
    assert figures["dev", ALL, ALL] == Figure("dev", ALL, ALL, 5, 3, 1, 2)
    assert figures["dev", "und", ALL] == Figure("dev", "und", ALL, 1, 1, 0, 1)
    assert figures["test", "und", ALL] == Figure("test", "und", ALL, 1, 0, 1, 0)
    assert ("dev", "de", "4-10") not in figures and ("test", "de", ALL) not in figures
    assert figures["dev", "de", ALL].to_row() == {
        "part": "dev", "language": "de", "words": ALL, "posts": 3, "accuracy": 0.333, "wrong": 0.333, "und": 0.333,
    }  # fmt: skip
    assert [(m.id, m.label, m.verdict) for m in found.mistakes] == [
        ("b", "de", "nl"), ("c", "de", "und"), ("f", "und", "pt"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", "1-3"), ("😡 12:30 !!! 1 2 3", "1-3"), ("one two-three fo'ur", "1-3"), ("one two three four", "4-10"),
        ("RT @you: @me one two three https://t.co/x", "1-3"), ("#one two three four", "4-10"),
        ("a b c d e f g h i j", "4-10"), ("a b c d e f g h i j k", "11+"),
    ],
)  # fmt: skip
def test_words_are_counted_without_handles_addresses_and_numbers(text, length):
    assert length_of(text) == length


def test_tabbed_lines_are_read(tmp_path):
    path = tmp_path / "own.tsv"
    path.write_text("Guten Tag\tde\r\n\na\tb\tund\n\ten\n", "utf-8")
    assert read(path) == [
        LanguagePost("1", "Guten Tag", "de"), LanguagePost("3", "a\tb", "und"), LanguagePost("4", "", "en"),
    ]  # fmt: skip
    assert {post.part for post in read(path)} == {"test"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("ok\tde\nno tab\n", r"own\.tsv:2: no tab; write a text, a tab, and its label"),
        ("ok\tGerman\n", r"own\.tsv:1: language 'German' is no code; write one of ISO 639"),
        ("\n\n", "holds no posts"),
    ],
)
def test_tabbed_lines_that_cannot_be_used_are_named(tmp_path, content, said):
    path = tmp_path / "own.tsv"
    path.write_text(content, "utf-8")
    with pytest.raises(GoldError, match=said):
        read(path)
    with pytest.raises(GoldError, match="cannot be read"):
        read(tmp_path / "none.tsv")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({key: value for key, value in GOOD.items() if key != "lang"}, "`lang` is missing; add it"),
        (GOOD | {"text": 1}, "`text` is 1; write a text"),
        (GOOD | {"id": ""}, '`id` is ""; write a text'),
        (GOOD | {"lang": "deutsch"}, "language 'deutsch' is no code"),
        (GOOD | {"lang": None}, "`lang` is null"),
        (GOOD | {"part": "train"}, "`part` is 'train'; write dev or test"),
        ("[1]", "not an object"),
    ],
)
def test_a_bad_line_is_refused_with_its_number_and_the_mend(tmp_path, row, message):
    row = {"id": "b"} | row if isinstance(row, dict) and "id" not in row else row
    path = written(tmp_path, GOOD | {"id": "first"}, row)
    with pytest.raises(GoldError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}:2: ") and message in str(caught.value)


def test_source_and_part_may_be_left_out(tmp_path):
    path = written(tmp_path, {"id": "a", "text": "Guten Tag", "lang": "de"})
    assert read(path) == [LanguagePost("a", "Guten Tag", "de", source="", part="test")]


def test_the_shipped_file_has_short_posts_of_every_language_and_licensed_sources(shipped):
    counts = Counter((post.language, length_of(post.text)) for post in shipped)
    for language in ("ar", "de", "en", "es", "fr", "hi", "it", "pt"):
        assert counts[language, "1-3"] >= 40 and counts[language, "4-10"] >= 60, language
    assert counts["und", "1-3"] >= 90
    assert {post.source.partition("-")[0] for post in shipped} == LICENSED


def test_the_shipped_file_has_no_copies_handles_or_numbers_of_people(shipped):
    texts = Counter("".join(filter(str.isalpha, post.text.casefold().replace("@user", ""))) for post in shipped)
    assert [text for text, times in texts.items() if times > 1] == []
    for post in shipped:
        handles = [word for word in post.text.replace("@user", "").split() if word.startswith("@") and len(word) > 1]
        assert handles == [] and not any(len(part) > 8 and part.isdigit() for part in post.text.split()), post.id


@pytest.mark.parametrize(
    ("words", "accuracy", "wrong"), [("1-3", 0.83, 0.06), ("4-10", 0.95, 0.03), ("11+", 0.98, 0.015), (ALL, 0.91, 0.04)]
)
def test_the_test_half_is_told_as_well_as_the_card_says(report, words, accuracy, wrong):
    figure = next(f for f in report.figures if (f.part, f.language, f.words) == ("test", ALL, words))
    assert figure.right / figure.posts >= accuracy and figure.wrong / figure.posts <= wrong


def test_the_report_counts_every_post_once(report, shipped):
    for words in LENGTHS[:-1]:
        assert sum(f.posts for f in report.figures if f.language == ALL and f.words == words) == sum(
            length_of(post.text) == words for post in shipped
        )
    assert len(report.mistakes) == sum(f.posts - f.right for f in report.figures if (f.language, f.words) == (ALL, ALL))
