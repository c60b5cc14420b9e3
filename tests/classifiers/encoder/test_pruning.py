"""A smaller vocabulary: what must stay stays, ids are dealt anew, and rows move with their pieces."""

from __future__ import annotations

import json

import numpy as np

from classifiers.encoder.pruning import kept, pruned_table, pruned_tokenizer

VOCABULARY = [
    *(["<s>", 0], ["<pad>", 0], ["</s>", 0], ["<unk>", 0], ["▁the", -3], ["спасибо", -4], ["▁ö", -5]),
    *(["▁Bahn", -6], ["선", -7], ["seltenes", -8], ["ж", -9], ["<mask>", 0]),
]


def test_specials_used_frequent_latin_and_single_characters_are_kept():
    assert kept(VOCABULARY, [5], frequent=8) == [0, 1, 2, 3, 4, 5, 6, 7, 11]
    assert 9 not in kept(VOCABULARY, [], frequent=8), "rare and unused"
    assert 9 in kept(VOCABULARY, [9], frequent=8), "rare and used"
    assert 6 in kept(VOCABULARY, [], frequent=0), "a single Latin character spells what is not kept"


def test_the_tokenizer_counts_anew_and_pads_nothing():
    text = json.dumps(
        {
            "model": {"vocab": VOCABULARY},
            "added_tokens": [{"id": 11, "content": "<mask>"}, {"id": 0, "content": "<s>"}],
            "padding": {"strategy": "BatchLongest"},
            "truncation": {"max_length": 512},
        }
    )
    pruned = json.loads(pruned_tokenizer(text, [0, 1, 2, 3, 7, 11]))
    assert [piece for piece, _ in pruned["model"]["vocab"]] == ["<s>", "<pad>", "</s>", "<unk>", "▁Bahn", "<mask>"]
    assert [token["id"] for token in pruned["added_tokens"]] == [5, 0]
    assert pruned["padding"] is None and pruned["truncation"] is None


def test_rows_follow_their_pieces():
    table = np.arange(24, dtype=np.float32).reshape(12, 2)
    assert pruned_table(table, [0, 7, 11]).tolist() == [[0, 1], [14, 15], [22, 23]]
