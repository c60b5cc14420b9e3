"""The laws every classifier obeys, over the registry."""

from __future__ import annotations

import pickle
import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.language import LANGUAGES
from classifiers.protocol import Columns
from classifiers.registry import REGISTRY, Ingredients
from configs.brands import Brands
from configs.loading import SHIPPED, load
from configs.taxonomy import Taxonomy
from tests.classifiers.samples import BY_LANGUAGE, mention, varied

INGREDIENTS = Ingredients(load(SHIPPED / "brands.yaml", Brands), load(SHIPPED / "taxonomy.yaml", Taxonomy))
CLASSIFIERS = {name: make(INGREDIENTS) for name, make in REGISTRY.items()}
MENTIONS = varied()
NAMES = list(REGISTRY)


def judged(mentions, upto: str, classifiers=CLASSIFIERS) -> Columns:
    """Columns of `upto`, after all that come before it."""
    seen: Columns = {}
    for name, classifier in classifiers.items():
        found = classifier.classify(mentions, seen)
        if name == upto:
            return found
        seen.update(found)
    raise AssertionError(upto)


WHOLE = {name: judged(MENTIONS, name) for name in NAMES}


def test_the_suite_covers_the_whole_registry():
    assert NAMES == ["language", "brand", "noise", "intents", "sentiment", "virality", "sensitive", "triage"]
    assert all(CLASSIFIERS[name].name == name for name in NAMES)


def test_the_mentions_are_in_every_language_that_is_told():
    assert set(BY_LANGUAGE) == set(LANGUAGES)
    told = dict(zip(BY_LANGUAGE, WHOLE["language"]["language"], strict=False))
    assert told == {code: code for code in LANGUAGES}


@pytest.mark.parametrize("name", NAMES)
def test_a_classifier_fills_exactly_its_columns_with_their_types(name):
    assert f"{name}_reasons" in CLASSIFIERS[name].columns
    assert_typed(name, WHOLE[name], len(MENTIONS))


def assert_typed(name: str, found: Columns, count: int) -> None:
    """Types as promised, probabilities between 0 and 1."""
    columns = CLASSIFIERS[name].columns
    assert found.keys() == columns.keys()
    for column, kind in columns.items():
        assert len(found[column]) == count
        for value in found[column]:
            assert type(value) is kind, column
            if kind is list:
                assert all(type(item) in (str, float) for item in value), column
            if column.endswith(("_probability", "_probabilities")):
                assert all(0 <= p <= 1 for p in (value if kind is list else [value])), (column, value)


@pytest.mark.parametrize("name", NAMES)
def test_reason_codes_begin_with_the_classifiers_name(name):
    for reasons in WHOLE[name][f"{name}_reasons"]:
        assert all(reason.startswith(f"{name}:") for reason in reasons)


@pytest.mark.parametrize("name", NAMES)
def test_a_verdict_does_not_depend_on_company_or_order(name):
    """Any order, batches of any size: to the last bit."""
    draw = random.Random(7)
    for size in (1, 3, 17):
        order = list(range(len(MENTIONS)))
        draw.shuffle(order)
        for start in range(0, len(order), size):
            places = order[start : start + size]
            found = judged([MENTIONS[p] for p in places], name)
            for column, values in found.items():
                assert values == [WHOLE[name][column][p] for p in places], (column, places)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.text(max_size=80), min_size=1, max_size=6))
def test_any_text_is_judged_alike_alone_and_in_company(texts):
    mentions = [mention(text, native_id=n) for n, text in enumerate(texts)]
    for name in NAMES:
        together = judged(mentions, name)
        for place, one in enumerate(mentions):
            alone = judged([one], name)
            assert alone == {column: [values[place]] for column, values in together.items()}, name


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_batch_gives_empty_columns(name):
    found = judged([], name)
    assert found == {column: [] for column in CLASSIFIERS[name].columns}


HUGE = {
    "a sentence over and over": "Bahn kaputt! @DB_Bahn " * 5000,
    "words that never end": ("Bahn kaputt! @DB_Bahn " + "xy" * 300 + " ") * 200,
    "a word": "a" * 100_000,
    "control characters": "Bahn\x00kaputt\x1b[31m\x07\r\u202e " * 5000,
    "scripts in turn": "Bahn сломан 壊れた مكسور खराब שבור " * 3500,
    "combining marks": "e\u0301\u0327" * 40_000,
    "a megabyte": "Der Zug der @DB_Bahn ist wieder kaputt und niemand hilft. " * 18_000,
}


@pytest.fixture(scope="module")
def huge():
    """What all classifiers say of them, and the processor time of it, seconds."""
    mentions, seen, started = [mention(text) for text in HUGE.values()], {}, time.process_time()
    for classifier in CLASSIFIERS.values():
        seen.update(classifier.classify(mentions, seen))
    return seen, time.process_time() - started


def test_huge_texts_take_seconds(huge):
    """2.7 MB in all, of 100,000 characters or more each; what is quadratic takes hours."""
    assert all(len(text) >= 100_000 for text in HUGE.values())
    assert huge[1] < 60


@pytest.mark.parametrize("name", NAMES)
def test_a_huge_text_gets_the_right_types_and_the_same_verdict_alone(name, huge):
    columns = CLASSIFIERS[name].columns
    assert_typed(name, {column: huge[0][column] for column in columns}, len(HUGE))
    for place, text in enumerate(HUGE.values()):
        assert judged([mention(text)], name) == {column: [huge[0][column][place]] for column in columns}


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_through_pickle_or_factory_judges_alike(name):
    copies = {key: pickle.loads(pickle.dumps(value)) for key, value in CLASSIFIERS.items()}
    rebuilt = {key: make(INGREDIENTS) for key, make in REGISTRY.items()} if name == NAMES[-1] else copies
    assert judged(MENTIONS, name, copies) == judged(MENTIONS, name, rebuilt) == WHOLE[name]


def test_four_threads_get_the_same_verdicts():
    with ThreadPoolExecutor(4) as threads:
        runs = list(threads.map(lambda _: {name: judged(MENTIONS, name) for name in NAMES}, range(8)))
    assert all(run == WHOLE for run in runs)


def test_mentions_are_not_changed():
    before = [one.canonical_json() for one in MENTIONS]
    judged(MENTIONS, NAMES[-1])
    assert [one.canonical_json() for one in MENTIONS] == before
