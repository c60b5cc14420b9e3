"""Hashed n-grams of a batch of texts, in a few array operations: words, word pairs, characters within words.

All texts are laid end to end, and every n-gram's hash is a difference of prefix sums: with odd p,
S[i] = sum of c[k] * p^k over k < i (mod 2^64), the span [i, j) hashes to (S[j] - S[i]) * p^-i, which depends on its
characters alone, not on where it stands (Karp and Rabin 1987, over the ring of 64-bit integers). A finaliser
(splitmix64, Steele et al. 2014) spreads it. Integer arithmetic wraps exactly, so a text's n-grams are the same in any
batch."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from classifiers.normalise import normalise

Ints = NDArray[np.int64]
_U64 = np.uint64

SLOT_BITS = 22
"""4 million slots. The 386,000 different n-grams of the labelled posts fall into 368,000: one in twenty shares its
slot, and an unknown one meets a kept one in 3 cases of 100. The look-up table takes 16 MB."""
_P = 0x9E3779B97F4A7C15  # odd, so it has an inverse modulo 2^64
_P_INVERSE = pow(_P, -1, 2**64)
_WORD_SALT, _CHAR_SALT = _U64(0xD6E8FEB86659FD93), _U64(0xA0761D6478BD642F)
_SPACE = ord(" ")

URL, USER, BRAND, SHOUT = "\ue000", "\ue001", "\ue002", "\ue003"
"""Private characters that stand for an address, a private account, a brand's account, and mostly capital letters."""
_TOKEN = re.compile(r"\w+(?:['’-]\w+)*|[!?]+|[#€$%]|[^\w\s.,:;\"()\[\]/…“”„'’`*|<>-]", re.UNICODE)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S*", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w@])@(\w+)(?:@[\w.-]*\w)?")
_DIGIT = re.compile(r"\d")
_LONG_RUN = re.compile(r"(.)\1{2,}")


@dataclass(frozen=True, slots=True)
class Grams:
    """n-grams of a batch: `rows` says whose, `slots` which; the first `words` entries are single words, with spans."""

    rows: Ints
    slots: Ints
    words: int
    starts: Ints
    ends: Ints
    joined: str


def words_of(text: str, is_brand: Callable[[str], bool]) -> str:
    """The words of a text as the model sees them: lower case, digits as 0, private accounts masked, single spaces."""
    text = normalise(text)
    capitals = sum(map(str.isupper, text)) if not text.islower() else 0
    if "http" in text or "www." in text.lower():
        text = _ADDRESS.sub(URL, text)
    if "@" in text:
        text = _HANDLE.sub(lambda match: _account(match[1].casefold(), is_brand), text)
    text = _LONG_RUN.sub(r"\1\1\1", _DIGIT.sub("0", text.casefold()))
    tokens = _TOKEN.findall(text)
    if capitals > 8 and capitals * 2 > len(text.replace(" ", "")):
        tokens.append(SHOUT)
    return " ".join(tokens)


def _account(handle: str, is_brand: Callable[[str], bool]) -> str:
    """A brand's handle stays beside its mark: what it says ("...support") carries over to handles never seen."""
    return f"{BRAND} at_{handle}" if is_brand(handle) else USER


def hashed(texts: Sequence[str], smallest: int = 2, largest: int = 5) -> Grams:
    """n-grams of texts made by `words_of`: words, pairs of words, `smallest` to `largest` characters within a word."""
    joined = "".join(f" {text} " for text in texts)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(_U64)
    lengths = np.fromiter((len(text) + 2 for text in texts), np.int64, len(texts))
    owner = np.repeat(np.arange(len(texts)), lengths)  # a text owns its leading and trailing space
    power, inverse = _powers(1 << max(len(codes) - 1, 1).bit_length())
    prefix = np.zeros(len(codes) + 1, _U64)
    np.cumsum(codes * power[: len(codes)], out=prefix[1:])
    space = codes == _SPACE
    blanks = np.zeros(len(codes) + 1, np.int64)
    np.cumsum(space, out=blanks[1:])

    def slots(start: Ints, end: Ints, salt: np.uint64) -> Ints:
        return _finish((prefix[end] - prefix[start]) * inverse[start] + salt)

    edges = np.flatnonzero(space)
    filled = np.diff(edges) > 1
    starts, ends = edges[:-1][filled] + 1, edges[1:][filled]
    rows = [owner[starts]]
    found = [slots(starts, ends, _WORD_SALT)]
    beside = (ends[:-1] + 1 == starts[1:]) & (rows[0][:-1] == rows[0][1:])
    rows.append(rows[0][:-1][beside])
    found.append(slots(starts[:-1][beside], ends[1:][beside], _WORD_SALT))
    for size in range(smallest, largest + 1):
        at = np.arange(max(len(codes) - size + 1, 0))
        inside = blanks[at + size - 1] == blanks[at + 1]  # no space but at the edges
        at = at[inside & ~(space[at] & space[at + size - 1])] if size == 2 else at[inside]
        rows.append(owner[at])
        found.append(slots(at, at + size, _CHAR_SALT))
    return Grams(np.concatenate(rows), np.concatenate(found), len(starts), starts, ends, joined)


def _finish(value: NDArray[np.uint64]) -> Ints:
    value = (value ^ (value >> _U64(30))) * _U64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> _U64(27))) * _U64(0x94D049BB133111EB)
    return (value >> _U64(64 - SLOT_BITS)).astype(np.int64)


@lru_cache(maxsize=4)
def _powers(size: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """p^k and p^-k for k < size, modulo 2^64."""
    both = []
    for base in (_P, _P_INVERSE):
        factors = np.full(size, base, _U64)
        factors[0] = 1
        both.append(np.cumprod(factors, dtype=_U64))
    return both[0], both[1]
