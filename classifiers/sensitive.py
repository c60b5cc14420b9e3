"""sensitive: does it speak of danger, discrimination, crime, leaked data or self-harm? Card: cards/sensitive.md.

Rules, not a model, and the other way round than noise: they would rather mark too much (sensitive_rules.py,
sensitive_patterns.py). The triage does not look at them; the view `sensitive` shows what they mark, queued or not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ahocorasick

from classifiers.normalise import mention_text
from classifiers.protocol import Columns
from classifiers.sensitive_patterns import PATTERNS
from classifiers.sensitive_rules import WORDS, Matter
from schemas.mention import Mention

_WINDOW = 100  # characters on either side of a stem, see sensitive_patterns.py


class Sensitive:
    """Marks the sensitive matters of a mention, whoever is to blame, and whether or not somebody should answer."""

    name, version = "sensitive", 1
    needs: tuple[str, ...] = ()
    columns: Mapping[str, type] = {"sensitive": list, "sensitive_reasons": list}

    def classify(self, mentions: Sequence[Mention], seen: Mapping[str, list[Any]]) -> Columns:
        """See the protocol; a reason names the matter and the word or stem of the rule."""
        found = [_found(mention_text(mention)) for mention in mentions]
        return {
            "sensitive": [sorted({matter.value for matter, _ in row}) for row in found],
            "sensitive_reasons": [[f"sensitive:{matter}:{stem}" for matter, stem in row] for row in found],
        }


@dataclass(frozen=True, slots=True)
class _Rule:
    matter: Matter
    stem: str
    begins: bool = False
    """Whether the stem must begin a word; `ends`: end one."""
    ends: bool = False
    pattern: re.Pattern[str] | None = None
    """What must be found around the stem."""

    def holds(self, text: str, end: int) -> bool:
        """Whether it does where the stem stands before `end`."""
        start = end - len(self.stem)
        if self.pattern is not None:
            return self.pattern.search(text, max(start - _WINDOW, 0), end + _WINDOW) is not None
        if self.begins and start and text[start - 1].isalnum():
            return False
        return not (self.ends and text[end : end + 1].isalnum())


def _all_rules() -> Iterator[_Rule]:
    for matter, languages in WORDS.items():
        for word in sorted({word.strip() for words in languages.values() for word in words.split(",")}):
            yield _Rule(matter, word.strip("|"), word.startswith("|"), word.endswith("|"))
    for matter, patterns in PATTERNS.items():
        for stem, pattern in patterns:
            yield _Rule(matter, stem, pattern=re.compile(pattern))


def _automaton() -> ahocorasick.Automaton:
    by_stem: dict[str, list[_Rule]] = {}
    for rule in _all_rules():
        by_stem.setdefault(rule.stem, []).append(rule)
    automaton = ahocorasick.Automaton()
    for stem, rules in by_stem.items():
        automaton.add_word(stem, tuple(rules))
    automaton.make_automaton()
    return automaton


_STEMS = _automaton()


def _found(text: str) -> list[tuple[Matter, str]]:
    """Matter and stem of every rule that holds, sorted."""
    lowered = text.lower().replace("’", "'")
    found: set[tuple[Matter, str]] = set()
    for last, rules in _STEMS.iter(lowered):
        for rule in rules:
            if (rule.matter, rule.stem) not in found and rule.holds(lowered, last + 1):
                found.add((rule.matter, rule.stem))
    return sorted(found)
