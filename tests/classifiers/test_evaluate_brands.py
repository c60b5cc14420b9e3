"""Figures of the brand match on labelled posts: their laws, the messages of a wrong file, and the shipped file."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from classifiers.brand_gold import BrandPost, Naming, read
from classifiers.brands import BrandMatch
from classifiers.evaluate_brands import ALL, OTHER, evaluate
from classifiers.gold import GoldError
from configs.brands import Brand, Brands
from configs.loading import SHIPPED, load
from samples.draw import SOURCES, is_private

ROOT = Path(__file__).parents[2]
LABELLED = ROOT / "samples" / "labelled" / "brands.jsonl"
KNOWN = load(LABELLED.with_name("brands.yaml"), Brands)
IDS = {brand.id for brand in KNOWN.brands}
MAY_BE_PASSED_ON = {*SOURCES, "umsab-val"}
POSTS = [
    BrandPost("1", "Spotify und Garmin", "de", frozenset(("spotify", "garmin")), kind=Naming.PLAIN, part="dev"),
    BrandPost("2", "Spotify is down", "en", frozenset(("spotify",)), kind=Naming.PLAIN, part="test"),
    BrandPost("3", "die Autobahn", "de", frozenset(), kind=Naming.HOMONYM_NO, part="dev"),
    BrandPost("4", "sobre " * 40, "es", frozenset(), kind=Naming.NONE, part="test"),
]


class Says:
    """A matcher that finds what it is told, post by post."""

    def __init__(self, *found: tuple[str, ...]) -> None:
        self._found = found

    def classify(self, mentions, seen):
        assert len(mentions) == len(self._found)
        terms = [[f"{brand}:{brand.title()}" for brand in brands] for brands in self._found]
        return {"brands": [list(b) for b in self._found], "brand_terms": terms, "brand_reasons": [["r"]] * len(terms)}


PERFECT = Says(("garmin", "spotify"), ("spotify",), (), ())
NOTHING = Says((), (), (), ())
WILD = Says(("spotify",), ("garmin", "spotify"), ("bahn",), ())


def test_a_perfect_matcher_gets_one_everywhere_and_has_no_errors():
    report = evaluate(POSTS, PERFECT)
    assert (report.find(ALL).precision, report.find(ALL).recall, report.find(ALL).f1) == (1.0, 1.0, 1.0)
    assert report.errors == ()
    assert {f.f1 for f in report.figures} == {1.0, None}, "None where a set names no brand and none was found"


def test_a_matcher_that_finds_nothing_has_recall_nought_and_no_precision():
    figures = evaluate(POSTS, NOTHING).find(ALL)
    assert (figures.precision, figures.recall, figures.f1) == (None, 0.0, 0.0)


def test_figures_count_pairs_of_post_and_brand():
    """Two of three pairs found, two of four right."""
    figures = evaluate(POSTS, WILD).find(ALL)
    assert (figures.count, figures.expected, figures.found, figures.right) == (4, 3, 4, 2)
    assert (figures.precision, figures.recall, figures.f1) == (2 / 4, 2 / 3, 4 / 7)


def test_every_split_holds_each_post_once():
    report = evaluate(POSTS, WILD)
    for names in (("de", "en", OTHER), tuple(f"kind {k}" for k in Naming), ("part dev", "part test")):
        sets = [f for f in report.figures if f.posts in names]
        total = report.find(ALL)
        assert sum(f.count for f in sets) == total.count
        assert sum(f.expected for f in sets) == total.expected
        assert sum(f.found for f in sets) == total.found
        assert sum(f.right for f in sets) == total.right
    assert report.find("kind homonym_no").found == 1 and report.find("de").right == 1


def test_an_error_shows_what_was_expected_found_and_which_words_fired():
    first, second, third = evaluate(POSTS, WILD).errors
    assert (first.id, first.expected, first.found, first.terms) == (
        "1", ("garmin", "spotify"), ("spotify",), ("spotify:Spotify",)
    )  # fmt: skip
    assert (second.found, third.id, third.expected, third.reasons) == (("garmin", "spotify"), "3", (), ("r",))


def test_the_text_of_an_error_is_cut_to_100_characters():
    (error,) = evaluate(POSTS[3:], Says(("spotify",))).errors
    assert len(error.text) == 100 and error.text.endswith("…")


def test_the_brand_match_itself_can_be_evaluated():
    brands = Brands(brands=(Brand(id="spotify", name="Spotify"), Brand(id="garmin", name="Garmin")))
    assert evaluate(POSTS, BrandMatch(brands)).find(ALL).f1 == 1.0


def line(**fields: object) -> str:
    row = {"id": "1", "text": "Spotify", "lang": "de", "brands": ["spotify"]} | fields
    return json.dumps({k: v for k, v in row.items() if v != "left out"})


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["{"], ":1: not JSON"),
        (["[]"], ":1: not an object; write {"),
        ([line(), line(id="2", text="left out")], ":2: `text` is missing; add it"),
        ([line(id=1)], ":1: `id` is int; write a string"),
        ([line(brands="spotify")], ":1: `brands` is no list of brand ids; write []"),
        ([line(brands=["sptfy"])], ":1: brand 'sptfy' is not in the file of brands; add it there, or mend the label"),
        ([line(), "", line()], ":3: id '1' stands twice, in line 1 too; give each post its own id"),
        ([line(kind="odd")], ":1: `kind` is 'odd'; write one of handle, plain"),
        ([line(kind="none")], ":1: kind 'none' contradicts `brands`, which names some brand"),
        ([line(kind="plain", brands=[])], ":1: kind 'plain' contradicts `brands`, which names no brand"),
        ([""], ": holds no posts; give a file with one JSON object a line"),
    ],
)
def test_a_wrong_file_is_told_by_line_and_mend(tmp_path, lines, says):
    path = tmp_path / "posts.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(GoldError) as caught:
        read(path, IDS)
    assert str(caught.value).startswith(f"{path}{says}")


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(GoldError, match=r"none\.jsonl: cannot be read .*; give a UTF-8 file"):
        read(tmp_path / "none.jsonl", IDS)


def test_only_id_text_lang_and_brands_are_required(tmp_path):
    (tmp_path / "own.jsonl").write_text(line() + "\n", encoding="utf-8")
    (post,) = read(tmp_path / "own.jsonl", IDS)
    assert post == BrandPost("1", "Spotify", "de", frozenset(("spotify",)))


def test_the_shipped_posts_are_real_may_be_passed_on_and_hold_nothing_private():
    posts = read(LABELLED, IDS)
    assert len(posts) >= 500 and sum(post.language == "de" for post in posts) >= 250
    assert {post.source for post in posts} <= MAY_BE_PASSED_ON, "no authored and no translated ones"
    assert len({" ".join(post.text.split()) for post in posts}) == len(posts)
    assert [post.id for post in posts if is_private(post.text)] == []


def test_the_shipped_posts_cover_each_way_of_naming_and_both_parts():
    posts = read(LABELLED, IDS)
    kinds = Counter(post.kind for post in posts)
    assert set(kinds) == set(Naming) and min(kinds.values()) >= 5
    parts = Counter(post.part for post in posts)
    assert set(parts) == {"dev", "test"} and min(parts.values()) > 0.4 * len(posts)
    assert Counter(post.drawn for post in posts)["random"] >= 100, "recall means little on searched posts alone"


def test_the_labelled_brands_are_the_shipped_ones_and_more():
    shipped, here = load(SHIPPED / "brands.yaml", Brands).brands, {brand.id: brand for brand in KNOWN.brands}
    assert [brand for brand in shipped if here.get(brand.id) != brand] == []
    assert {"deutsche-post", "otto", "orange"} <= here.keys()


def test_the_readme_credits_every_source():
    text = LABELLED.with_name("README.md").read_text(encoding="utf-8")
    counts = Counter(post.source for post in read(LABELLED, IDS))
    for source, count in counts.items():
        assert f"| `{source}` | {count} |" in text


def test_the_match_does_as_well_on_the_shipped_posts_as_its_card_says():
    report = evaluate(read(LABELLED, IDS), BrandMatch(KNOWN))
    card = (ROOT / "classifiers" / "cards" / "brand.md").read_text(encoding="utf-8")
    for figures in report.figures:
        values = ("–" if v is None else f"{v:.3f}" for v in (figures.precision, figures.recall, figures.f1))
        assert f"| {figures.posts} | {figures.count} | {figures.expected} | {' | '.join(values)} |" in card, figures
