"""triage: does a person have to look at it? Every mention is queued, or suppressed with the first reason that holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from classifiers.noise_rules import OFFERS, Noise
from classifiers.protocol import Columns
from schemas.mention import Mention


class Suppression(StrEnum):
    """Why a mention is not queued, in the order in which they are asked. Stored."""

    OWN_POST = "own_post"
    NO_BRAND = "no_brand"
    REPOST = "repost"
    ADVERT = "advert"
    GIVEAWAY = "giveaway"
    JOB = "job"
    LINK_ONLY = "link_only"
    MENTION_STORM = "mention_storm"
    UNJUDGED = "unjudged"
    BELOW_THRESHOLD = "below_threshold"


QUEUED = ""
"""`suppressed_by` of a queued mention."""
_BY_NOISE = tuple(
    (noise, Suppression(noise.value))
    for noise in (Noise.REPOST, Noise.ADVERT, Noise.GIVEAWAY, Noise.JOB, Noise.LINK_ONLY, Noise.MENTION_STORM)
)  # many hashtags and long vowels are marks of anger too: one in eight of such posts is for the queue


class Triage:
    """Own posts, posts without a brand, noise, and what needs no intervention are suppressed; the rest is queued.

    An offer is known by its words, and customers speak of offers: where the model says that somebody is needed, it does
    not suppress. Card: cards/noise.md."""

    name, version = "triage", 3
    needs: tuple[str, ...] = ("author_is_brand", "brands", "noise", "needs_intervention", "unjudged")
    columns: Mapping[str, type] = {"queued": bool, "suppressed_by": str, "triage_reasons": list}

    def classify(self, mentions: Sequence[Mention], seen: Mapping[str, list[Any]]) -> Columns:
        """See the protocol; `suppressed_by` is empty exactly where `queued` holds."""
        rows = zip(*(seen[name] for name in self.needs), strict=True)
        verdicts = [_verdict(*row) for row in rows]
        return {
            "queued": [verdict == QUEUED for verdict in verdicts],
            "suppressed_by": [str(verdict) for verdict in verdicts],
            "triage_reasons": [[f"triage:{verdict or 'queued'}"] for verdict in verdicts],
        }


def _verdict(is_own: bool, brands: Sequence[str], noise: Sequence[str], needs_intervention: bool, unjudged: str) -> str:
    if is_own:
        return Suppression.OWN_POST
    if not brands:
        return Suppression.NO_BRAND
    for label, suppression in _BY_NOISE:
        if label in noise and not (needs_intervention and label in OFFERS):
            return suppression
    if unjudged:
        return Suppression.UNJUDGED
    return QUEUED if needs_intervention else Suppression.BELOW_THRESHOLD
