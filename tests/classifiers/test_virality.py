from __future__ import annotations

import pytest

from classifiers.virality import Virality, prior
from schemas.mention import Relation
from tests.classifiers.samples import mention

VIRALITY = Virality()


def judged(one, *, complaint=0.5, intervention=0.5, severity=1, names=("complaint", "praise")) -> dict:
    seen = {
        "intent_names": [list(names)],
        "intent_probabilities": [[complaint, 0.9][: len(names)]],
        "needs_intervention_probability": [intervention],
        "severity": [severity],
    }
    return {column: values[0] for column, values in VIRALITY.classify([one], seen).items()}


@pytest.mark.parametrize(("followers", "expected"), [(100, 0.01), (10_000, 0.09), (1_000_000, 0.5)])
def test_the_prior_passes_through_its_stated_anchors(followers, expected):
    assert prior(mention("x", followers=followers))[0] == pytest.approx(expected, rel=0.06)


@pytest.mark.parametrize("relation", list(Relation))
def test_more_followers_never_mean_less(relation):
    found = [prior(mention("x", followers=n, relation=relation)) for n in (0, 1, 9, 200, 5_000, 10**6, 2**63 - 1)]
    assert [p for p, _, _ in found] == sorted(p for p, _, _ in found)
    assert [reach for _, reach, _ in found] == sorted(reach for _, reach, _ in found)
    assert all(0 < p < 1 for p, _, _ in found)


def test_originals_spread_before_quotes_replies_and_reposts():
    order = (Relation.ORIGINAL, Relation.QUOTE, Relation.REPLY, Relation.REPOST)
    found = [prior(mention("x", followers=5000, relation=relation))[0] for relation in order]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == 4


def test_a_verified_account_has_twice_the_odds():
    plain, verified = (prior(mention("x", followers=5000, verified=v))[0] for v in (False, True))
    assert verified / (1 - verified) == pytest.approx(2 * plain / (1 - plain))


def test_unknown_followers_are_an_ordinary_account_and_said_so():
    unknown, ordinary = judged(mention("x")), judged(mention("x", followers=200))
    assert unknown["virality_probability"] == ordinary["virality_probability"]
    assert unknown["virality_reasons"] == ["virality:followers-unknown:200-assumed"]
    assert ordinary["virality_reasons"] == []


def test_risk_rises_with_complaint_intervention_severity_and_followers():
    base = judged(mention("x", followers=50_000))
    for change in ({"complaint": 0.9}, {"intervention": 0.9}, {"severity": 2}, {"severity": 4}):
        assert judged(mention("x", followers=50_000), **change)["risk"] > base["risk"]
    assert judged(mention("x", followers=500_000))["risk"] > base["risk"]


def test_risk_needs_no_intent_named_complaint():
    found = judged(mention("x", followers=1000), names=("praise",), complaint=0.0, intervention=0.4)
    assert found["risk"] > 0
