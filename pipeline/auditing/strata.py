"""The strata of an audit, and how many posts of each are drawn. Pure.

Queued mentions are one stratum. Suppressed ones are cut by what kept them back and by their probability: one cut, since
two made the interval of recall three points wider in most simulated feeds (each stratum costs its floor). A brand's own
posts are no stratum: they need nobody."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from classifiers.triage import QUEUED, Suppression

IN_QUEUE = "queued"
"""Name of the stratum of queued mentions."""
CUT = 0.1
"""Probability of needing intervention at which suppressed mentions are cut in two."""
FLOOR = 5
"""Least posts of a stratum: what the model is sure of is looked at too."""
QUEUE_PART = 5
"""One post in so many is a queued one, for the precision of the queue."""
_LEAST_GUESS = 0.001  # a model that is sure of a stratum does not keep people from it


@dataclass(frozen=True, slots=True)
class Stratum:
    """Mentions of a range that are drawn from together."""

    name: str
    size: int
    """Mentions in it."""
    guess: float
    """Share of them thought to need somebody, 0 to 1; it steers how many are drawn, never the estimate."""
    reasons: tuple[str, ...]
    """Their `suppressed_by`."""
    low: float = 0.0
    """Least probability in it."""
    high: float = 2.0  # above all probabilities
    """First probability above it."""

    @property
    def spread(self) -> float:
        """Size times standard deviation of a yes: what the stratum adds to the error of the total."""
        guess = min(max(self.guess, _LEAST_GUESS), 1 - _LEAST_GUESS)
        return self.size * math.sqrt(guess * (1 - guess))


def strata_of(counts: Iterable[tuple[str, bool, int, float]]) -> list[Stratum]:
    """The strata, queued first, from (suppressed_by, probability >= CUT, mentions, mean probability)."""
    pieces: dict[tuple[str, bool], list[tuple[str, int, float]]] = defaultdict(list)
    for reason, is_likely, size, mean in counts:
        if reason != Suppression.OWN_POST:
            group = _group(reason)
            pieces[group, bool(is_likely) and group != IN_QUEUE].append((reason, size, mean))
    found = [_stratum(group, is_likely, piece) for (group, is_likely), piece in pieces.items()]
    return sorted(found, key=lambda s: (s.name != IN_QUEUE, s.name))


def _group(reason: str) -> str:
    if reason == QUEUED:
        return IN_QUEUE
    return reason if reason in (Suppression.BELOW_THRESHOLD, Suppression.NO_BRAND, Suppression.UNJUDGED) else "noise"


def _stratum(group: str, is_likely: bool, pieces: Sequence[tuple[str, int, float]]) -> Stratum:
    size = sum(n for _, n, _ in pieces)
    guess = sum(n * mean for _, n, mean in pieces) / size
    reasons = tuple(sorted({reason for reason, _, _ in pieces}))
    if group == IN_QUEUE:
        return Stratum(group, size, guess, reasons)
    if is_likely:
        return Stratum(f"{group} p>={CUT}", size, guess, reasons, low=CUT)
    return Stratum(f"{group} p<{CUT}", size, guess, reasons, high=CUT)


def allocate(strata: Sequence[Stratum], sample: int, least: Mapping[str, int] | None = None) -> dict[str, int]:
    """Posts to draw a stratum: `sample` in all (more where floors or `least` ask for it), or all that there are.

    Neyman's allocation (1934; Cochran, Sampling Techniques, 3rd ed. 1977, ch. 5) in whole posts: the next one goes
    where spread / sqrt(n (n + 1)) is largest, which is the optimum (Wright, The American Statistician 66(4), 2012). A
    larger sample takes no post away from a stratum, so it holds the smaller one."""
    taken = {s.name: min(s.size, max(FLOOR, (least or {}).get(s.name, 0))) for s in strata}
    queued = [s for s in strata if s.name == IN_QUEUE]
    suppressed = [s for s in strata if s.name != IN_QUEUE]
    _give(queued, sample // QUEUE_PART, taken)
    _give(suppressed, sample - sum(taken[s.name] for s in queued), taken)
    _give(queued, sample - sum(taken[s.name] for s in suppressed), taken)
    return taken


def _give(strata: Sequence[Stratum], posts: int, taken: dict[str, int]) -> None:
    """Raise `taken` until these strata hold so many posts, or all they have."""
    for _ in range(posts - sum(taken[s.name] for s in strata)):
        room = [s for s in strata if taken[s.name] < s.size]
        if not room:
            return
        best = max(room, key=lambda s: s.spread / math.sqrt(taken[s.name] * (taken[s.name] + 1)))
        taken[best.name] += 1
