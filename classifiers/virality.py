"""virality: how far may this go, as far as can be told when it appears? Card: cards/virality.md.

A prior at the time of posting, from followers, verified and relation alone. It is stated, not fitted: the sets with
follower counts at hand are for evaluation only. The anchors are round: one post in a hundred of an account with 100
followers gets ten reposts, one in ten with 10,000, every second with a million; between them the log-odds are straight
in log10 of the followers. What happens after posting (SEISMIC and the like) is another stage's work."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from classifiers.protocol import Columns
from schemas.mention import Mention, Relation

_INTERCEPT, _SLOPE = -6.9, 1.15  # logit(.01) at 10^2, logit(.09) at 10^4, logit(.5) at 10^6
_VERIFIED = math.log(2.0)  # doubles the odds
_RELATION = {
    Relation.ORIGINAL: 0.0,
    Relation.QUOTE: math.log(0.6),
    Relation.REPLY: math.log(0.25),  # replies are shown to few
    Relation.REPOST: math.log(0.1),  # people repost the original
}
_UNKNOWN_FOLLOWERS = 200
"""The default where the source does not say: an ordinary account of any platform."""
_SEEN_BY = 0.1  # share of the followers who see a post
_SPREAD = 10 * _UNKNOWN_FOLLOWERS * _SEEN_BY  # accounts that ten reposts by ordinary accounts reach
_SEVERITY_WEIGHTS = (0.25, 0.4, 0.6, 0.8, 1.0)  # severity 0 (nothing open) to 4 (danger, crime)
_COMPLAINT = "complaint"


class Virality:
    """P(at least ten reposts), expected reach, and risk = virality x trouble x severity."""

    name, version = "virality", 1
    needs: tuple[str, ...] = ("intent_names", "intent_probabilities", "needs_intervention_probability", "severity")
    columns: Mapping[str, type] = {
        "virality_probability": float, "expected_reach": float, "risk": float, "virality_reasons": list,
    }  # fmt: skip

    def classify(self, mentions: Sequence[Mention], seen: Mapping[str, list[Any]]) -> Columns:
        """See the protocol. `risk` is between 0 and 1; `expected_reach` counts accounts."""
        columns: Columns = {name: [] for name in self.columns}
        judged = zip(*(seen[name] for name in self.needs), strict=True)
        for mention, (names, probabilities, intervention, severity) in zip(mentions, judged, strict=True):
            virality, reach, reasons = prior(mention)
            complaint = dict(zip(names, probabilities, strict=True)).get(_COMPLAINT, 0.0)
            trouble = max(complaint, intervention)
            columns["virality_probability"].append(round(virality, 4))
            columns["expected_reach"].append(round(reach, 1))
            columns["risk"].append(round(virality * trouble * _SEVERITY_WEIGHTS[severity], 4))
            columns["virality_reasons"].append(reasons)
        return columns


def prior(mention: Mention) -> tuple[float, float, list[str]]:
    """P(at least ten reposts) and expected reach, rising with followers, with reasons."""
    followers, reasons = mention.author.followers, []
    if followers is None:
        followers, reasons = _UNKNOWN_FOLLOWERS, [f"virality:followers-unknown:{_UNKNOWN_FOLLOWERS}-assumed"]
    relation = _RELATION[mention.relation]
    logit = _INTERCEPT + _SLOPE * math.log10(1 + followers) + relation + _VERIFIED * mention.author.verified
    probability = 1 / (1 + math.exp(-logit))
    reach = followers * _SEEN_BY * min(1.0, math.exp(relation)) + probability * _SPREAD
    if mention.author.followers is not None and followers >= 100_000:
        reasons.append("virality:large-account")
    return probability, reach, reasons
