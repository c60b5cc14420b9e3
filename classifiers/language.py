"""language: which language is a mention written in? Card: cards/language.md.

From cheap to dear, and the first sure answer wins: the script, where one language alone uses it; frequent words, where
one language has two more than any other; py3langid and the words together; in doubt langdetect too, and the language
that platform or author declared as a prior. That is often the account's language and not the post's, so it wins ties
and never overrules a sure answer."""

from __future__ import annotations

import copy
import math
import re
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from classifiers import langdetect_once
from classifiers.language_words import by_word, words_of
from classifiers.normalise import mention_text, plain_words
from classifiers.protocol import Columns
from classifiers.scripts import LATIN, LATIN_TOO, by_script, plain_letters, script_of
from schemas.mention import Mention

UNDETERMINED = "und"
"""BCP 47's code for a language that cannot be told."""
LANGUAGES = (
    "ar", "bg", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr", "hu", "it", "ja",
    "ko", "lt", "lv", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sv", "tr", "uk", "zh",
)  # fmt: skip
"""European languages, and the world languages that European brands meet."""
# All weights are natural logarithms, chosen on the development half of samples/labelled/languages.jsonl.
_WORD = 4.0  # of each known word
_LEAD = 2  # words ahead that no detector could make up for: right in all 550 posts of that half that have it
_DECLARED = 2.0  # of the declared language: half a word
_SLOW = 0.15  # of langdetect's logarithms: it is sure of everything, so its word counts little
_SLOW_FLOOR = 0.02
_ABSENT = math.log(0.05)  # a language that no detector knows in this script: Hindi in Latin letters
_SURE = 0.5  # langdetect seldom turns an answer that is more likely
_ENOUGH = 0.45  # an answer less likely than this is no answer
_ENOUGH_LETTERS = 4
_SCRIPT = 0.99
_CUT = 300  # letters; more changes no answer and costs time
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")  # "sooo", "graaazie"
_LAUGHTER = re.compile(r"\b(?:h?(?:[aeiou]h)+[aeiou]?h?|(?:ja|je|hua){2,}|lo+l|x+d+|k+|rt)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Group:
    """The languages of one script, and what tells them apart."""

    languages: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]
    detected: tuple[str, ...]
    """Those that the detectors know in this script."""
    fast: LanguageIdentifier | None


class Language:
    """Script, words, fast detector, second opinion; `und` when all are unsure."""

    name, version = "language", 2
    needs: tuple[str, ...] = ()
    columns: Mapping[str, type] = {"language": str, "language_probability": float, "language_reasons": list}

    def __init__(self, languages: Sequence[str] = LANGUAGES) -> None:
        self._languages = tuple(sorted(languages))
        self._groups = {script: _group(script, codes) for script, codes in by_script(self._languages).items()}

    def __reduce__(self) -> tuple[type[Language], tuple[tuple[str, ...]]]:
        return type(self), (self._languages,)

    @property
    def content(self) -> str:
        """The configured languages, for the judge's fingerprint."""
        return " ".join(self._languages)

    def classify(self, mentions: Sequence[Mention], seen: Mapping[str, list[Any]]) -> Columns:
        """See the protocol; `language_probability` is 0 where nothing was detected."""
        rows = [self._detect(mention) for mention in mentions]
        return {
            "language": [language for language, _, _ in rows],
            "language_probability": [probability for _, probability, _ in rows],
            "language_reasons": [[f"language:{reason}"] for _, _, reason in rows],
        }

    def _detect(self, mention: Mention) -> tuple[str, float, str]:
        text = _LAUGHTER.sub(" ", _STRETCHED.sub(r"\1", plain_words(plain_letters(mention_text(mention)))))[:_CUT]
        letters = len(_NOT_LETTERS.sub("", text))
        if not letters:
            return UNDETERMINED, 0.0, "no-words"
        group = self._groups[script_of(text)]
        if not group.languages:
            return UNDETERMINED, 0.0, "other-script"
        if len(group.languages) == 1:
            return group.languages[0], _SCRIPT, "script"
        words = Counter(code for word in words_of(text) for code in group.words.get(word, ()))
        first, second = (*words.most_common(2), ("", 0), ("", 0))[:2]
        if first[1] - second[1] >= _LEAD:
            return first[0], _share({code: _WORD * n for code, n in words.items()}, first[0]), "words"
        declared = (mention.language or "").replace("_", "-").partition("-")[0].lower()
        declared = declared if declared in group.languages else ""
        if letters < _ENOUGH_LETTERS and not words:
            return (declared, _ENOUGH, "declared-only") if declared else (UNDETERMINED, 0.0, "no-words")
        return self._detected(group, text, words, declared)

    def _detected(self, group: _Group, text: str, words: Counter[str], declared: str) -> tuple[str, float, str]:
        ranked = dict(group.fast.rank(text)) if group.fast else {}
        scores = {
            code: (math.log(ranked[code] + 1e-4) if code in ranked else _ABSENT) + _WORD * words[code]
            for code in group.languages
        }
        language, probability = _best(scores)
        if probability >= _SURE:
            return language, probability, "fast"
        slow = langdetect_once.probabilities(text, group.detected) if len(group.detected) > 1 else {}
        for code in group.detected:
            scores[code] += _SLOW * math.log(max(slow.get(code, 0.0), _SLOW_FLOOR))
        reason = "second-opinion"
        if declared:
            scores[declared] += _DECLARED
            reason = "second-opinion-and-declared"
        language, probability = _best(scores)
        if probability >= _ENOUGH:
            return language, probability, reason
        if declared and (not words or declared in words):
            return declared, _share(scores, declared), "declared-only"
        return UNDETERMINED, probability, "unsure"


def _best(scores: Mapping[str, float]) -> tuple[str, float]:
    language = min(scores, key=lambda code: (-scores[code], code))
    return language, _share(scores, language)


def _share(scores: Mapping[str, float], language: str) -> float:
    """The probability of one language, to three places, so that no answer hangs on the last bit."""
    return round(1 / sum(math.exp(score - scores[language]) for score in scores.values()), 3)


def _group(script: str, languages: tuple[str, ...]) -> _Group:
    detected = tuple(code for code in languages if script != LATIN or code not in LATIN_TOO)
    return _Group(languages, by_word(languages), detected, _identifier(detected) if len(languages) > 1 else None)


_lock = threading.Lock()
_identifiers: dict[tuple[str, ...], LanguageIdentifier] = {}


def _identifier(languages: tuple[str, ...]) -> LanguageIdentifier:
    """One model a process, of which each set of languages is a view; detection only reads it."""
    with _lock:
        if () not in _identifiers:
            _identifiers[()] = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        if languages not in _identifiers:
            identifier = copy.copy(_identifiers[()])
            identifier.set_languages(languages)
            _identifiers[languages] = identifier
        return _identifiers[languages]
