"""SimHash of a text (Charikar 2002): copies and near-copies get fingerprints that differ in few of 64 bits."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise

import numpy as np

_TOKEN = re.compile(r"\w+|[^\w\s]")


def fingerprint(text: str) -> int:
    """64 bits, unsigned, over the words and word pairs of `text`; 0 for a text without any. Case does not count."""
    words = re.findall(r"\w+", text.casefold()) or _TOKEN.findall(text)
    if not words:
        return 0
    shingles = {*words, *(f"{a} {b}" for a, b in pairwise(words))}
    hashes = np.frombuffer(b"".join(map(_hash, shingles)), np.uint8).reshape(-1, 8)
    ones = np.unpackbits(hashes, axis=1).sum(axis=0, dtype=np.int64)  # integers: the order of the set does not matter
    bits = np.packbits(2 * ones > len(hashes))
    return int.from_bytes(bits.tobytes(), "big") or 1


@lru_cache(maxsize=65_536)
def _hash(shingle: str) -> bytes:
    return blake2b(shingle.encode("utf-8", "surrogatepass"), digest_size=8).digest()
