"""brand: which brands is this mention about, and did one of them write it? Card: cards/brand.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from classifiers.brand_words import BrandWords, Hit, hashtag_words
from classifiers.normalise import mention_text, normalise
from classifiers.protocol import Columns
from configs.brands import Brand, Brands
from schemas.mention import Mention

_WORD = re.compile(r"\w+")


class _Guard:
    """Context of one brand, as word beginnings; entries of several words are looked for as they stand."""

    def __init__(self, brand: Brand) -> None:
        context, against = ([w.casefold() for w in words] for words in (brand.context, brand.not_context))
        self._for = tuple(w for w in context if w.isalnum())
        self._for_phrases = tuple(w for w in context if not w.isalnum())
        self.against = tuple(w for w in against if w.isalnum())
        self.against_phrases = tuple(w for w in against if not w.isalnum())

    def proves(self, text: str, words: Sequence[str]) -> bool:
        """Does the text say that a homonym means the brand? `words` are those of `text` but for the homonym itself."""
        if any(p in text for p in self.against_phrases) or any(w.startswith(self.against) for w in words):
            return False
        return any(w.startswith(self._for) for w in words) or any(p in text for p in self._for_phrases)


class BrandMatch:
    """Finds brands by names, products, staff, handles and slight misspellings; homonyms need a witness."""

    name, version = "brand", 5
    needs: tuple[str, ...] = ()
    columns: Mapping[str, type] = {
        "brands": list, "brand_terms": list, "author_is_brand": bool, "parent_is_brand": bool, "brand_reasons": list,
    }  # fmt: skip

    def __init__(self, brands: Brands) -> None:
        self._brands = brands
        self._ids = [brand.id for brand in brands.brands]
        self._words = BrandWords(brands)
        numbers = {brand_id: number for number, brand_id in enumerate(self._ids)}
        self._rivals = [[numbers[rival] for rival in brand.competitors] for brand in brands.brands]
        self._guards = [_Guard(brand) for brand in brands.brands]
        self._owners: dict[str, list[int]] = {}
        self._pinned: set[tuple[str, int]] = set()  # federated handles without their server, and the brand
        for number, brand in enumerate(brands.brands):
            for handle in brand.handles:
                self._owners.setdefault(handle.casefold(), []).append(number)
                if "@" in handle:
                    self._pinned.add((_local(handle.casefold()), number))

    def __reduce__(self) -> tuple[type[BrandMatch], tuple[Brands]]:
        return type(self), (self._brands,)

    @property
    def content(self) -> str:
        """Hash of the brands, for the judge's fingerprint."""
        return blake2b(self._brands.model_dump_json().encode(), digest_size=16).hexdigest()

    def classify(self, mentions: Sequence[Mention], seen: Mapping[str, list[Any]]) -> Columns:
        """Text, title, author and the author of the parent decide, and where they name no brand, the parent's text."""
        rows = [self._judge(mention) for mention in mentions]
        return {name: [row[place] for row in rows] for place, name in enumerate(self.columns)}

    def _judge(self, mention: Mention) -> tuple[list[str], list[str], bool, bool, list[str]]:
        brands, terms, reasons = self._named(mention_text(mention))
        own = self._owners.get((mention.author.handle or mention.author.id or "").casefold(), [])
        parents = self._answered((mention.parent_author or "").casefold().lstrip("@"))
        for numbers, code in ((own, "own"), (parents, "parent")):
            brands.update(numbers)
            reasons.update(f"brand:{code}:{self._ids[n]}" for n in numbers)
        if mention.parent_text and not brands:
            brands, _, _ = self._named(normalise(mention.parent_text))
            reasons.update(f"brand:parent-text:{self._ids[n]}" for n in brands)
        reasons.update(self._beside(brands))
        return sorted(self._ids[n] for n in brands), sorted(terms), bool(own), bool(parents), sorted(reasons)

    def _beside(self, brands: set[int]) -> Iterator[str]:
        """Who is compared: a competitor of a brand, where both are named."""
        for brand in brands:
            for rival in brands.intersection(self._rivals[brand]):
                yield f"brand:competitor:{self._ids[rival]}:of:{self._ids[brand]}"

    def _answered(self, handle: str) -> list[int]:
        """Numbers of the brands that an answer to `handle` is about: as in a text, whatever its server, unless a brand
        names the server of this account. For a brand's own post that would not do: anybody may open a server."""
        name = _local(handle)
        return self._owners.get(handle) or [n for n in self._owners.get(name, ()) if (name, n) not in self._pinned]

    def _named(self, written: str) -> tuple[set[int], set[str], set[str]]:
        """Numbers of the brands that a normalised text names, the terms that do, and the reasons."""
        text = written.casefold()
        hashtags = hashtag_words(written).casefold()  # searched, but no context: "#WhatsApp" is no witness for "App"
        brands: set[int] = set()
        terms: set[str] = set()
        reasons: set[str] = set()
        doubtful: list[Hit] = []
        searched = f"{text}\n{hashtags}" if hashtags else text
        for hit in self._words.find(searched):
            if hit.term.is_homonym:
                doubtful.append(hit)
            elif self._counts(hit, searched):
                self._note(hit, brands, terms, reasons)
        if doubtful:
            self._weigh(doubtful, text, brands, terms, reasons)
        return brands, terms, reasons

    def _counts(self, hit: Hit, text: str) -> bool:
        """A word that merely begins like the name, or nearly spells it, must not be a known other word; nor may a name
        stand in known phrases alone ("Amazon rainforest")."""
        guard = self._guards[hit.term.brand]
        for phrase in guard.against_phrases:
            if hit.within in phrase:
                text = text.replace(phrase, " ")
        if hit.within not in text:
            return False
        return hit.within == hit.term.word.casefold() or not hit.within.startswith(guard.against)

    def _weigh(self, hits: list[Hit], text: str, brands: set[int], terms: set[str], reasons: set[str]) -> None:
        words = _WORD.findall(text)
        for hit in hits:
            brand = hit.term.brand
            others = [w for w in words if w != hit.within]
            if brand in brands or self._guards[brand].proves(text, others):
                self._note(hit, brands, terms, reasons)
            else:
                reasons.add(f"brand:homonym-unproven:{_slug(hit.term.word)}")

    def _note(self, hit: Hit, brands: set[int], terms: set[str], reasons: set[str]) -> None:
        brand = self._ids[hit.term.brand]
        brands.add(hit.term.brand)
        terms.add(f"{brand}:{hit.term.word}")
        reasons.add(f"brand:{hit.kind}:{brand}:{_slug(hit.term.word)}")


def _slug(word: str) -> str:
    """A configured word as part of a reason code."""
    return word.casefold().replace(" ", "-")


def _local(handle: str) -> str:
    """A federated handle without its server."""
    return handle.partition("@")[0]
