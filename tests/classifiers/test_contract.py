"""The laws every classifier obeys, over the registry."""

from __future__ import annotations

import pickle
import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.protocol import Classifier, Columns
from classifiers.registry import REGISTRY, Ingredients
from configs.brands import Brands
from configs.loading import SHIPPED, load
from configs.taxonomy import Taxonomy
from tests.classifiers.samples import mention, varied

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


@pytest.mark.parametrize("name", NAMES)
def test_a_classifier_fills_exactly_its_columns_with_their_types(name):
    classifier: Classifier = CLASSIFIERS[name]
    assert WHOLE[name].keys() == classifier.columns.keys()
    assert f"{name}_reasons" in classifier.columns
    for column, kind in classifier.columns.items():
        assert len(WHOLE[name][column]) == len(MENTIONS)
        for value in WHOLE[name][column]:
            assert type(value) is kind, column
            if kind is list:
                assert all(type(item) in (str, float) for item in value), column


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


@pytest.mark.parametrize("name", NAMES)
def test_a_text_of_100000_characters_costs_no_more_than_a_page(name):
    """Five of them within a second each classifier (measured: .01 to .1 s in all)."""
    huge = [mention(("Bahn kaputt! @DB_Bahn " + "xy" * n + " ") * 4000, native_id=n) for n in range(4)]
    huge.append(mention("a" * 100_000, native_id=5))
    started = time.perf_counter()
    judged(huge, name)
    assert time.perf_counter() - started < 5 * len(NAMES)


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
