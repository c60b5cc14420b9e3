"""noise: is this a repost, an advert, a giveaway, a job offer, a bare link, press, a bot, spam? Card: cards/noise.md.

Rules, not a model: each must be right nearly always, since the triage keeps much of what they name out of the queue
(noise_rules.py). No mark drops a mention."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from classifiers.noise_rules import CUSTOMER, OFFER_RULES, RULES, SPOKEN_TO, Noise, Rules
from classifiers.normalise import handles, mention_text, plain_words, without_urls
from classifiers.protocol import Columns
from classifiers.simhash import fingerprint
from schemas.mention import Mention, Relation

_STORM = 8  # different handles, or hashtags
_RETWEET = re.compile(r"^[\s\"“„]*RT @|^Retweeted .{1,60} \(@\w+\):", re.IGNORECASE)
_REPEATED = re.compile(r"([^\W\d_])\1{4,}|([!?])\2{5,}")
_LETTERS = re.compile(r"[^\W\d_]{2,}")


class NoiseMarks:
    """Marks what no care team need read, and fingerprints the text so that copies can be folded."""

    name, version = "noise", 4
    needs: tuple[str, ...] = ()
    columns: Mapping[str, type] = {"noise": list, "fingerprint": int, "noise_reasons": list}

    def classify(self, mentions: Sequence[Mention], seen: Mapping[str, list[Any]]) -> Columns:
        """See the protocol; `fingerprint` is an unsigned 64-bit SimHash, 0 for a text without words."""
        texts = [mention_text(mention) for mention in mentions]
        labels = [_labels(mention, text) for mention, text in zip(mentions, texts, strict=True)]
        return {
            "noise": [[label.value for label in row] for row in labels],
            "fingerprint": [fingerprint(plain_words(text)) for text in texts],
            "noise_reasons": [[_reason(label, stem) for label, stem in row.items()] for row in labels],
        }


def _reason(label: Noise, stem: str) -> str:
    return f"noise:{label}:{stem.strip().replace(' ', '-')}" if any(map(str.isalpha, stem)) else f"noise:{label}"


def _labels(mention: Mention, text: str) -> dict[Noise, str]:
    """Labels in the order of the alphabet, each with the stem of the first rule that named it; "" where none did."""
    lowered = text.lower()
    found = _matching(OFFER_RULES, lowered)
    if found and CUSTOMER.search(lowered):
        found = {}
    if SPOKEN_TO.match(text):
        found = {label: stem for label, stem in found.items() if label not in (Noise.ADVERT, Noise.JOB)}
    found = _matching(RULES, lowered) | found
    if mention.relation is Relation.REPOST or _RETWEET.match(text):
        found[Noise.REPOST] = ""
    bare = without_urls(text)
    if bare is not text and not _LETTERS.search(plain_words(text)):
        found[Noise.LINK_ONLY] = ""
    if len(set(handles(text))) >= _STORM:
        found[Noise.MENTION_STORM] = ""
    if bare.count("#") >= _STORM:
        found[Noise.HASHTAG_STORM] = ""
    if _REPEATED.search(bare):
        found[Noise.REPEATED_CHARS] = ""
    return dict(sorted(found.items()))


def _matching(rules: Rules, lowered: str) -> dict[Noise, str]:
    found: dict[Noise, str] = {}
    for label, stem, pattern in rules:
        if label not in found and stem in lowered and pattern.search(lowered):
            found[label] = stem
    return found
