"""The words that name brands, as one automaton: forms, word boundaries, German inflection and compounds, misspellings.

Aho-Corasick (Aho and Corasick 1975) finds all forms in one pass; misspellings are found by deletion neighbourhood
(SymSpell, Garbe 2012), so that cost grows with the text and not with the number of brands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import ahocorasick
from rapidfuzz.distance import OSA

from configs.brands import Brand, Brands

_COMPOUND_LETTERS = 6  # a shorter name begins too many other words: "Post" and "Postulat"
_COMPOUND_REST = 3  # "Spotifyplaylist" is a compound, "Spotifyer" is not sure to be one
_INFLECTED_LETTERS = 4  # "BVGs" is rare, "DBs" means databases
_FUZZY_LETTERS = 6  # and names only: of products, "Kindle" is a letter from "kindly", "Cortana" from "cortina"
_NUMBERED_LETTERS = 3  # "ICE955" is a train, "O2" followed by digits is anything
_NUMBER = 4  # digits of a model or a train; longer ones number something else
_ENDINGS = frozenset(("s", "es", "n", "en", "'s", "’s", "´s", "'"))
_PLURALS = frozenset(("es", "n", "en"))  # "Bahnen" are lanes or vehicles, never the company
_WORD = re.compile(r"[\w'’´]+")
_HASHTAG = re.compile(r"#(\w+)")
_CAPITAL = re.compile(r"(?<=[a-zà-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-ZÀ-ÖØ-Þ])(?=[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ])")
_FIRST_CJK = 0x2E80  # from here on words stand without blanks, so that a neighbouring letter is no contradiction


class Kind(StrEnum):
    """What kind of word named the brand. Stands in reason codes."""

    NAME = "name"
    PRODUCT = "product"
    STAFF = "staff"
    HANDLE = "handle"
    MISSPELLING = "misspelling"


@dataclass(frozen=True, slots=True)
class Term:
    """One word of one brand; `brand` counts within the file."""

    brand: int
    word: str
    kind: Kind
    is_homonym: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A term found, how, and the word of the text that it was found in, for not_context."""

    term: Term
    within: str
    kind: Kind


class BrandWords:
    """Finds terms in case-folded text."""

    def __init__(self, brands: Brands) -> None:
        self._automaton = ahocorasick.Automaton()
        forms: dict[str, list[Term]] = {}
        for number, brand in enumerate(brands.brands):
            for form, term in _forms(number, brand):
                if term not in forms.setdefault(form, []):
                    forms[form].append(term)
        for form, terms in forms.items():
            self._automaton.add_word(form, (form, tuple(terms)))
        self._automaton.make_automaton()
        self._is_empty = not forms
        self._near = _neighbourhood(forms)
        self._misspelt = lru_cache(maxsize=65_536)(self._misspelt_uncached)
        self._longest = max((len(form) for form in forms), default=0) + 1

    def find(self, text: str) -> Iterator[Hit]:
        """All hits in `text`, which must be case-folded; a term may be found several times."""
        if self._is_empty:
            return
        for end, (form, terms) in self._automaton.iter(text):
            start = end - len(form) + 1
            within = _word_around(text, start, end + 1, form)
            if within is None:
                continue
            is_tail = text[start - 1 : start] == "-"  # "S-Bahn" is no Bahn; with the hyphen before, "Bahn-App" is one
            for term in terms:
                if not (term.is_homonym and is_tail) and (within == form or _may_grow(term, form, within)):
                    yield Hit(term, within, term.kind)
        if self._near:
            for word in _WORD.findall(text):
                if _FUZZY_LETTERS - 1 <= len(word) <= self._longest:
                    for term in self._misspelt(word):
                        yield Hit(term, word, Kind.MISSPELLING)

    def _misspelt_uncached(self, word: str) -> tuple[Term, ...]:
        """Terms at distance one (insertion, deletion, substitution, swap of neighbours), same first letter."""
        found = {
            form: terms
            for key in (word, *_deletions(word))
            for form, terms in self._near.get(key, ())
            if form != word and form[0] == word[0] and OSA.distance(form, word, score_cutoff=1) == 1
            if not (word.startswith(form) and word[-1] != form[-1])  # derived from it ("twittere"), not misspelt
        }
        inflected = any(word == form + ending for form in found for ending in _ENDINGS)
        return () if inflected else tuple(term for form in sorted(found) for term in found[form])


def _forms(number: int, brand: Brand) -> Iterator[tuple[str, Term]]:
    homonyms = {word.casefold() for word in brand.homonyms}
    groups = (
        (Kind.NAME, (brand.name, *brand.names)), (Kind.PRODUCT, brand.products), (Kind.STAFF, brand.staff)
    )  # fmt: skip
    for kind, words in groups:
        for word in words:
            term = Term(number, word, kind, word.casefold() in homonyms)
            for form in _spellings(word.casefold()):
                yield form, term
    for handle in brand.handles:
        yield f"@{handle.casefold()}", Term(number, handle, Kind.HANDLE, False)


def _spellings(word: str) -> Iterator[str]:
    """As written; several words also joined, and with the first adjective inflected ("der Deutschen Bahn")."""
    yield word
    parts = word.split()
    if len(parts) < 2:
        return
    yield "".join(parts)
    yield "-".join(parts)
    yield "_".join(parts)
    if parts[0].endswith("e") and len(parts[0]) > 4:
        for ending in ("n", "r"):
            yield " ".join((parts[0] + ending, *parts[1:]))


def _word_around(text: str, start: int, end: int, form: str) -> str | None:
    """The word that holds text[start:end], None where it begins earlier. Beside ideographs the form itself."""
    if start and form[0].isalnum() and _continues(text[start - 1], form[0]):
        return None
    if text[start - 1 : start] == "@" or (form[0] == "@" and start and text[start - 1].isalnum()):
        return None  # a part of somebody's handle, or of a mail address
    size = len(text)
    if end < size and not _continues(text[end], form[-1]) and text[end] not in "'’´":
        return form
    stop = end
    while stop < size and (_continues(text[stop], form[-1]) or text[stop] in "'’´"):
        stop += 1
    return text[start:stop]


def _continues(character: str, beside: str) -> bool:
    """Do the two belong to one word?"""
    is_letter = character == "_" or character.isalnum()
    return is_letter and ord(character) < _FIRST_CJK and ord(beside) < _FIRST_CJK


def _may_grow(term: Term, form: str, within: str) -> bool:
    """May this term stand in a longer word: inflected ("Spotifys"), with the number of a model or train ("Vivofit3"),
    or as the head of a compound ("Bahncardstörung")?"""
    if term.kind is Kind.HANDLE:
        return within[len(form) :] in ("'s", "’s", "'", "’")
    rest = within[len(form) :]
    if rest[0] in "'’´":
        return True
    if rest in _ENDINGS:
        return len(form) >= _INFLECTED_LETTERS and not (term.is_homonym and rest in _PLURALS)
    if rest.isdecimal():
        return len(form) >= _NUMBERED_LETTERS and len(rest) <= _NUMBER and form[-1].isalpha()
    if term.is_homonym or len(form) < _COMPOUND_LETTERS:
        return False
    letters = rest.rstrip("0123456789")  # "SamsungNote3"
    return len(letters) >= _COMPOUND_REST and letters.isalpha()


def hashtag_words(text: str) -> str:
    """The hashtags of `text` that capitals divide, divided by hyphens: of "#DankeSpotify #DBRegio", both words of each.

    Hyphens, because what goes for "S-Bahn" goes for "#SBahn": its tail is no homonym."""
    if "#" not in text:
        return ""
    divided = (_CAPITAL.sub("-", tag) for tag in _HASHTAG.findall(text) if not tag.islower())
    return " ".join(tag for tag in divided if "-" in tag)


def _neighbourhood(forms: dict[str, list[Term]]) -> dict[str, list[tuple[str, tuple[Term, ...]]]]:
    near: dict[str, list[tuple[str, tuple[Term, ...]]]] = {}
    for form, terms in forms.items():
        sure = tuple(t for t in terms if t.kind is Kind.NAME and not t.is_homonym and " " not in t.word)
        if not sure or len(form) < _FUZZY_LETTERS or not form.isalpha():
            continue
        for key in {form, *_deletions(form)}:
            near.setdefault(key, []).append((form, sure))
    return near


def _deletions(word: str) -> list[str]:
    return [word[:i] + word[i + 1 :] for i in range(len(word))]
