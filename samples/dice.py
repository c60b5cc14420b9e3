"""Chance that never changes: every draw is a hash of a seed and a label, the same on every machine and Python version.

A draw does not depend on the draws before it, so one more post in one file leaves all other files as they are."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"  # RFC 4648, lower case, as in DIDs and CIDs


class Dice:
    """Draws under one seed; labels say what is drawn."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def bits(self, *label: object) -> int:
        """64 even bits."""
        name = "\0".join(map(str, (self._seed, *label)))
        return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")

    def below(self, bound: int, *label: object) -> int:
        """An integer from 0 to `bound` - 1."""
        return self.bits(*label) % bound

    def percent(self, chance: int, *label: object) -> bool:
        """True in `chance` of 100 cases."""
        return self.below(100, *label) < chance

    def one_of(self, choices: Sequence[T], *label: object) -> T:
        """One of `choices`, each as likely."""
        return choices[self.below(len(choices), *label)]

    def heavy_tailed(self, unit: int, most_doublings: int, *label: object) -> int:
        """About `unit`, doubled again and again, each time with chance 1/2: a Pareto tail of exponent 1, capped."""
        bits = self.bits(*label)
        doublings = min((bits & -bits).bit_length() - 1 if bits else most_doublings, most_doublings)
        return (unit + (bits >> 32) % unit) << doublings if unit > 0 else 0

    def base32(self, length: int, *label: object) -> str:
        """Lower-case letters and digits 2 to 7."""
        return "".join(_BASE32[self.below(32, *label, n)] for n in range(length))

    def shuffled(self, items: Sequence[T], *label: object) -> list[T]:
        """The items in a drawn order."""
        return [items[n] for n in sorted(range(len(items)), key=lambda n: self.bits(*label, n))]
