"""Which script is a text written in, and which languages use that script?

A run of two letters is the least that counts: a lone one is often part of a face (¯\\_(ツ)_/¯, ಠ_ಠ)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

LATIN = "latin"
_RANGES: Mapping[str, str] = {
    "greek": "\u0370-\u03ff\u1f00-\u1fff",
    "cyrillic": "\u0400-\u052f",
    "hebrew": "\u0590-\u05ff",
    "arabic": "\u0620-\u065f\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f",
    "devanagari": "\u0900-\u0963\u0971-\u097f",
    "hangul": "\u1100-\u11ff\u3131-\u318e\uac00-\ud7af",
    "kana": "\u3041-\u30fa\u30fc",
    "han": "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f",
    "other": "\u0531-\u0587\u0700-\u074f\u0780-\u08ff\u0980-\u10ff\u1200-\u1cff",  # Armenian to Thai and Mongolian
}
_LANGUAGES: Mapping[str, tuple[str, ...]] = {
    "greek": ("el",),
    "cyrillic": ("be", "bg", "kk", "ky", "mk", "mn", "ru", "sr", "uk"),
    "hebrew": ("he",),
    "arabic": ("ar", "fa", "ps", "ug", "ur"),
    "devanagari": ("hi", "mr", "ne"),
    "hangul": ("ko",),
    "kana": ("ja",),
    "han": ("zh",),
    "other": (),
}
_SYLLABLES = ("hangul", "kana", "han")  # each worth two letters
LATIN_TOO = ("hi",)
"""Languages of another script that chat writes in Latin letters too."""
_RUNS = re.compile("|".join(f"(?P<{name}>[{letters}]{{2,}})" for name, letters in _RANGES.items()))
_FOREIGN = re.compile("[\u0370-\u1cff\u1f00-\u1fff\u3041-\ud7af\U00020000-\U0003134f]")  # settles most posts at once
_LATIN_LETTERS = re.compile("[A-Za-z\u00c0-\u024f]+")
_VARIANTS = re.compile("[\ufb00-\ufdff\ufe70-\ufefc\uff21-\uff9f\U0001d400-\U0001d7ff]")


def plain_letters(text: str) -> str:
    """Presentation forms, full-width and mathematical letters as the letters they stand for (NFKC)."""
    return text if text.isascii() or not _VARIANTS.search(text) else unicodedata.normalize("NFKC", text)


def script_of(text: str) -> str:
    """The script that most letters have; Latin must have more than twice as many, since names and hashtags are Latin
    in any language. `other` is a script that no language of ours uses; Japanese counts as kana whatever its kanji."""
    if text.isascii() or not _FOREIGN.search(text):
        return LATIN
    counts: Counter[str] = Counter()
    for run in _RUNS.finditer(text):
        script = str(run.lastgroup)
        counts[script] += len(run[0]) * (2 if script in _SYLLABLES else 1)
    if not counts:
        return LATIN
    if "kana" in counts:
        counts["kana"] += counts.pop("han", 0)
    script, letters = min(counts.items(), key=lambda item: (-item[1], item[0]))
    return script if 2 * letters >= sum(map(len, _LATIN_LETTERS.findall(text))) else LATIN


def usual(texts: Iterable[str], least: int = 10) -> tuple[str, ...]:
    """The scripts of at least so many of `texts`, in alphabetical order."""
    counts = Counter(map(script_of, texts))
    return tuple(sorted(script for script, count in counts.items() if count >= least))


def by_script(languages: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Script to those of `languages` that use it, in their order; what is known with no other script is Latin."""
    foreign = {code for codes in _LANGUAGES.values() for code in codes} - set(LATIN_TOO)
    found = {script: tuple(code for code in languages if code in codes) for script, codes in _LANGUAGES.items()}
    return found | {LATIN: tuple(code for code in languages if code not in foreign)}
