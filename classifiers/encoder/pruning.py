"""Fewer word pieces: four fifths of e5-small are its table of pieces, and most of it is never used.

Kept are special pieces, every piece met in the given texts, every single character, and the frequent pieces of the
Latin script (a unigram tokenizer's pieces are sorted by frequency). A word outside is spelt by smaller pieces."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LATIN = re.compile(r"^[▁\u0000-\u024f\u1e00-\u1eff\u2000-\u27ff\ufe0f\U0001f000-\U0001faff]+$")
_FREQUENT = 60_000  # pieces from the start of the list


def kept(vocabulary: Sequence[Sequence[Any]], used: Iterable[int], frequent: int = _FREQUENT) -> list[int]:
    """The pieces to keep, in their order. `vocabulary` holds (piece, score), as tokenizer.json has it."""
    latin = {n for n, (piece, _) in enumerate(vocabulary[:frequent]) if _LATIN.match(piece)}
    single = {n for n, (piece, _) in enumerate(vocabulary) if len(piece.lstrip("▁")) <= 1 and _LATIN.match(piece)}
    return sorted({0, 1, 2, 3, len(vocabulary) - 1} | set(used) | latin | single)


def pruned_tokenizer(text: str, keep: Sequence[int]) -> str:
    """tokenizer.json with these pieces alone, and without padding and truncation of its own."""
    tokenizer = json.loads(text)
    place = {old: new for new, old in enumerate(keep)}
    vocabulary = tokenizer["model"]["vocab"]
    tokenizer["model"]["vocab"] = [vocabulary[n] for n in keep]
    for token in tokenizer["added_tokens"]:
        token["id"] = place[token["id"]]
    tokenizer["padding"] = tokenizer["truncation"] = None
    return json.dumps(tokenizer, ensure_ascii=False)


def pruned_table(table: NDArray[np.float32], keep: Sequence[int]) -> NDArray[np.float32]:
    """The rows of these pieces."""
    return np.ascontiguousarray(table[list(keep)])
