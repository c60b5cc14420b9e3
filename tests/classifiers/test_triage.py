from __future__ import annotations

from itertools import product

import pytest

from classifiers.triage import Suppression, Triage
from tests.classifiers.samples import mention

TRIAGE = Triage()


def verdict(own=False, brands=("b",), noise=(), needs=True, unjudged="") -> tuple[bool, str, list[str]]:
    seen = {
        "author_is_brand": [own], "brands": [list(brands)], "noise": [list(noise)], "needs_intervention": [needs],
        "unjudged": [unjudged],
    }  # fmt: skip
    found = TRIAGE.classify([mention("x")], seen)
    return found["queued"][0], found["suppressed_by"][0], found["triage_reasons"][0]


def test_what_needs_intervention_and_has_nothing_against_it_is_queued():
    assert verdict() == (True, "", ["triage:queued"])


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"own": True, "brands": (), "noise": ("repost",), "needs": False}, "own_post"),
        ({"brands": (), "noise": ("repost",), "needs": False}, "no_brand"),
        ({"noise": ("job", "repost"), "needs": False}, "repost"),
        ({"noise": ("advert", "giveaway", "job"), "needs": False}, "advert"),
        ({"noise": ("giveaway", "job"), "needs": False}, "giveaway"),
        ({"noise": ("job", "link_only"), "needs": False}, "job"),
        ({"noise": ("job", "link_only"), "needs": True}, "link_only"),
        ({"noise": ("advert", "repost"), "needs": True}, "repost"),
        ({"noise": ("link_only", "mention_storm")}, "link_only"),
        ({"noise": ("mention_storm",)}, "mention_storm"),
        ({"noise": ("link_only",), "needs": False, "unjudged": "no-text"}, "link_only"),
        ({"needs": False, "unjudged": "no-text"}, "unjudged"),
        ({"needs": False}, "below_threshold"),
    ],
)
def test_the_first_reason_in_order_suppresses(fields, reason):
    assert verdict(**fields) == (False, reason, [f"triage:{reason}"])


@pytest.mark.parametrize("label", ["advert", "giveaway", "job"])
def test_what_is_marked_as_an_offer_and_needs_somebody_is_queued(label):
    assert verdict(noise=(label,)) == (True, "", ["triage:queued"])


def test_marks_of_anger_do_not_suppress():
    assert verdict(noise=("hashtag_storm", "repeated_chars"))[0]


def test_every_mention_is_queued_or_suppressed_never_both():
    for own, brands, noise, needs in product(
        (True, False), ((), ("b",)), ((), ("job",), ("repeated_chars",)), (True, False)
    ):
        queued, reason, _ = verdict(own, brands, noise, needs)
        assert queued == (reason == "")
        assert reason == "" or reason in set(Suppression)
