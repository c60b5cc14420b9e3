"""From hashed n-grams to the rows of a sparse matrix: TF-IDF with logarithmic counts and rows of length one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from classifiers.ngrams import SLOT_BITS, Grams, hashed, words_of

SMALLEST, LARGEST = 3, 5
"""Characters of n-grams. Mean AP in five folds (C = 4, all handles masked): 3-5 .678, 2-5 .675, 2-4 .663, 2-6 .679,
3-6 .680."""
_RARE = 2  # posts an n-gram must occur in to be kept; 3 made no difference (AP .675 both)
_CHUNK = 200_000  # characters hashed at once: bounds memory at some 60 MB, changes no result
_LOG = 1 + np.log(np.maximum(np.arange(2049), 1))  # a table, since vectorised logarithms may differ in the last bit
Texts = Sequence[str]


@dataclass(frozen=True, slots=True)
class Features:
    """Feature rows of a chunk of texts, with the n-grams they came from; `columns` is -1 for an unknown n-gram."""

    matrix: csr_matrix
    grams: Grams
    columns: NDArray[np.int64]
    values_of_one: NDArray[np.float64]
    """What a single occurrence of each n-gram adds to its row (its idf over the row's length)."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The kept slots in ascending order; a slot's place is its column."""

    slots: NDArray[np.uint32]
    idf: NDArray[np.float64]
    _table: NDArray[np.int32] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        table = np.full(1 << SLOT_BITS, -1, np.int32)
        table[self.slots] = np.arange(len(self.slots), dtype=np.int32)
        object.__setattr__(self, "_table", table)

    def features(self, texts: Texts) -> Features:
        """Rows for one chunk. A row depends on its own text alone, to the last bit."""
        grams = hashed(texts, SMALLEST, LARGEST)
        width = max(len(self.slots), 1)
        columns = self._table[grams.slots].astype(np.int64)
        known = columns >= 0
        keys, counts = np.unique(grams.rows[known] * width + columns[known], return_counts=True)
        rows, used = np.divmod(keys, width)
        values = _LOG[np.minimum(counts, len(_LOG) - 1)] * self.idf[used]
        lengths = np.sqrt(np.bincount(rows, values * values, len(texts)))  # adds one by one, in order
        lengths[lengths == 0] = 1
        starts = np.zeros(len(texts) + 1, np.int64)
        np.cumsum(np.bincount(rows, minlength=len(texts)), out=starts[1:])
        matrix = csr_matrix((values / lengths[rows], used, starts), shape=(len(texts), width))
        one = np.where(known, self.idf[columns], 0.0) / lengths[grams.rows]
        return Features(matrix, grams, columns, one)

    def matrix(self, texts: Texts) -> csr_matrix:
        """Rows for any number of texts."""
        return vstack([self.features(chunk).matrix for chunk in chunks(texts)], format="csr")


def learn(texts: Texts) -> Vocabulary:
    """The n-grams that occur in at least two of `texts`, weighted by log((1 + n) / (1 + df)) + 1."""
    frequency = np.zeros(1 << SLOT_BITS, np.int64)
    for chunk in chunks(texts):
        grams = hashed(chunk, SMALLEST, LARGEST)
        once = np.unique(grams.rows << SLOT_BITS | grams.slots) & ((1 << SLOT_BITS) - 1)
        np.add.at(frequency, once, 1)
    slots = np.flatnonzero(frequency >= _RARE)
    idf = np.log((1 + len(texts)) / (1 + frequency[slots])) + 1
    return Vocabulary(slots.astype(np.uint32), idf.astype(np.float16).astype(np.float64))


def prepared(texts: Texts, is_brand: Callable[[str], bool]) -> list[str]:
    """Texts as the vocabulary takes them."""
    return [words_of(text, is_brand) for text in texts]


def chunks(texts: Texts) -> Iterator[Texts]:
    """`texts` in order, in chunks of bounded length; at least one chunk."""
    start = size = 0
    for place, text in enumerate(texts):
        if size and size + len(text) > _CHUNK:
            yield texts[start:place]
            start, size = place, 0
        size += len(text) + 2
    yield texts[start:]
