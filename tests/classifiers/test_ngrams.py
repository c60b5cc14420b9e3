from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.ngrams import BRAND, SHOUT, USER, hashed, words_of
from classifiers.vocabulary import chunks, learn, prepared


def never(_handle: str) -> bool:
    return False


def grams_by_hand(text: str, smallest: int, largest: int) -> int:
    """How many n-grams a prepared text must have: words, pairs, and those within each word and its two blanks."""
    words = text.split(" ") if text else []
    within = sum(max(len(f" {word} ") - size + 1, 0) for word in words for size in range(smallest, largest + 1))
    return len(words) + max(len(words) - 1, 0) + within


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(st.text(max_size=40), max_size=5))
def test_every_gram_is_there_and_none_crosses_a_word_or_a_text(texts):
    ready = prepared(texts, never)
    grams = hashed(ready, 2, 4)
    for row, text in enumerate(ready):
        assert (grams.rows == row).sum() == grams_by_hand(text, 2, 4), text


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_the_hash_of_a_gram_does_not_depend_on_where_it_stands(texts):
    ready = prepared(texts, never)
    together = hashed(ready)
    for row, text in enumerate(ready):
        alone = hashed([text])
        assert sorted(together.slots[together.rows == row]) == sorted(alone.slots)


def test_a_word_and_the_same_characters_are_different_features():
    assert len(set(hashed(["abc"], 3, 3).slots.tolist())) == 4  # abc as a word; " ab", "abc", "bc " as characters


def test_private_accounts_are_masked_and_brands_kept():
    words = words_of("@Max_M hi @DB_Bahn", lambda handle: handle == "db_bahn")
    assert words == f"{USER} hi {BRAND} at_db_bahn"


def test_digits_case_addresses_and_long_runs_are_levelled():
    assert words_of("Gleis 12, NEIIIIN!!! https://x.example/1", never) == "gleis 00 neiiin !!! \ue000"


def test_shouting_is_marked():
    assert words_of("WO IST MEIN PAKET", never).endswith(SHOUT)
    assert SHOUT not in words_of("Wo ist mein Paket", never)


def test_rare_grams_are_not_learnt_and_no_texts_give_no_vocabulary():
    assert len(learn(["abc"]).slots) == 0
    assert len(learn([]).slots) == 0
    assert len(learn(["abc", "abc"]).slots) == len(set(hashed(["abc"], 3, 5).slots.tolist()))


def test_chunks_hold_all_texts_in_order_and_bounded():
    texts = [str(n) * 1500 for n in range(9)] * 60
    parts = list(chunks(texts))
    assert [text for part in parts for text in part] == texts
    assert len(parts) > 3
    assert all(sum(map(len, part)) <= 210_000 for part in parts)
