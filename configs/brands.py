"""Which brands we listen for, and the words by which people name them."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from configs.base import Settings

Word = Annotated[str, Field(min_length=1, max_length=80)]


class Brand(Settings):
    """One brand and everything that names it."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    """Short key, as it stands in the `brands` column."""
    name: Word
    """Name as shown to people."""
    names: tuple[Word, ...] = ()
    """Other spellings and short forms ("Deutsche Bahn", "DB")."""
    products: tuple[Word, ...] = ()
    """Products and services that stand for the brand ("BahnCard")."""
    staff: tuple[Word, ...] = ()
    """People who stand for the brand (the chief executive)."""
    handles: tuple[Word, ...] = ()
    """Account names on any platform, without @; posts by them are the brand's own. One of Mastodon with its server, too
    (`bahn@bahn.social`): another server's account of that name is not the brand's then. Where a source names ids alone,
    as Bluesky's feed does, the id (`did:plc:...`)."""
    competitors: tuple[Word, ...] = ()
    """Ids of brands in this file that compete with this one; a mention of both has a reason `brand:competitor:...`."""
    homonyms: tuple[Word, ...] = ()
    """Those of the words above that mean other things too ("Bahn", "Post"): they count only beside a context word."""
    context: tuple[Word, ...] = ()
    """Words that make a homonym mean this brand ("Zug", "Ticket"), matched as word beginnings."""
    not_context: tuple[Word, ...] = ()
    """Words that make a homonym mean something else ("Autobahn", "Achterbahn"). Of a name of one meaning: words that
    begin like it ("Amazonas"), and phrases in which it does not count ("Amazon rainforest")."""


class Brands(Settings):
    """The file `brands.yaml`."""

    brands: tuple[Brand, ...]
    """All brands; the order has no meaning."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        ids = [brand.id for brand in self.brands]
        doubled = sorted({i for i in ids if ids.count(i) > 1})
        if doubled:
            raise ValueError(f"brand id {doubled[0]!r} stands twice; give each brand its own id")
        for brand in self.brands:
            for rival in brand.competitors:
                if rival == brand.id:
                    raise ValueError(f"brand {rival!r} is its own competitor; take it out of its competitors")
                if rival not in ids:
                    raise ValueError(f"brand {brand.id!r} names competitor {rival!r}, which is not in this file")
            known = {w.casefold() for w in (brand.name, *brand.names, *brand.products, *brand.staff)}
            for word in brand.homonyms:
                if word.casefold() not in known:
                    raise ValueError(f"brand {brand.id!r}: homonym {word!r} is none of its names, products or staff")
        return self
