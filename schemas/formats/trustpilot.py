"""trustpilot: reviews of companies, as the business API has them {stars, createdAt, companyReply} or the website
{rating, dates, reply}; one a record, or a page {reviews: [...]}, which may tell the company for all.

Odd: the two name nearly everything differently, and either may hold fields of the other; ids are the same, and so is
the address, which is built from them. The private API says who the customer is (e-mail, order number): that is kept
with the author. Its documentation writes times without an offset: sent so, they need the header echolot-zone.
`location` is the company's shop. Where nothing tells the company: header echolot-app. Nothing is escaped.
What is reviewed, and replies: reviews.py. Golden payloads: tests/golden/trustpilot/."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from schemas.errors import Rejected
from schemas.formats.model import Counter, SourceModel, merged, validated
from schemas.formats.parts import Part, joined, listed, made, mapping
from schemas.formats.protocol import Item, Payload
from schemas.formats.reviews import Stars, instant, reply, review, reviewed
from schemas.ids import OpaqueId
from schemas.local_times import LocalTimes, local_times
from schemas.record import Ignored, Reason

_OF_AUTHOR = frozenset({"referralEmail", "referenceId", "orderId", "findReviewer"})
_OF_SITE = frozenset({"rating", "dates", "likes"})


class _Consumer(SourceModel):
    id: OpaqueId | None = None
    name: Annotated[str | None, Field(alias="displayName")] = None
    is_verified: Annotated[bool | None, Field(alias="isVerified")] = None


class _Unit(SourceModel):
    name: Annotated[str | None, Field(alias="identifyingName")] = None


class _Dates(SourceModel):
    published: Annotated[Any, Field(alias="publishedDate")]
    updated: Annotated[Any, Field(alias="updatedDate")] = None


class _ApiReply(SourceModel):
    text: str | None = None
    at: Annotated[Any, Field(alias="createdAt")] = None


class _SiteReply(SourceModel):
    text: Annotated[str | None, Field(alias="message")] = None
    at: Annotated[Any, Field(alias="publishedDate")] = None


class _Review(SourceModel):
    id: OpaqueId
    text: str | None
    title: str | None = None
    stars: Stars | None = None
    rating: Stars | None = None
    created: Annotated[Any, Field(alias="createdAt")] = None
    updated: Annotated[Any, Field(alias="updatedAt")] = None
    dates: _Dates | None = None
    language: str | None = None
    consumer: _Consumer | None = None
    unit: Annotated[_Unit | None, Field(alias="businessUnit")] = None
    api_reply: Annotated[_ApiReply | None, Field(alias="companyReply")] = None
    site_reply: Annotated[_SiteReply | None, Field(alias="reply")] = None
    api_likes: Annotated[Counter, Field(alias="numberOfLikes")] = None
    site_likes: Annotated[Counter, Field(alias="likes")] = None


class Trustpilot:
    """Reviews, and pages of them."""

    name = "trustpilot"
    columns: tuple[str, ...] | None = None

    def looks_like(self, payload: Payload) -> bool:
        """A consumer beside stars, in the record or in the first review of its page; an empty page by its links."""
        if type(payload) is not dict:
            return False
        reviews = payload.get("reviews")
        if type(reviews) is not list:
            return _is_review(payload)
        return _is_review(reviews[0]) if reviews else "links" in payload or "businessUnit" in payload

    def items(self, payload: Payload, headers: Mapping[str, bytes]) -> Iterator[Item]:
        """The one review, or each of a page on its own feet."""
        holder = mapping(payload, "")
        told, about = local_times(headers), reviewed(headers)
        if "reviews" not in holder:
            yield _mention(holder, "", told, about)
            return
        shared = {"businessUnit": holder["businessUnit"]} if type(holder.get("businessUnit")) is dict else {}
        entries = [(at, _whole(raw, shared)) for at, raw in listed(holder, "reviews")]
        yield from made(Part(at, raw, partial(_mention, raw, at, told, about)) for at, raw in entries)
        if not entries:
            yield Ignored("empty_page")


def _is_review(raw: Any) -> bool:
    return type(raw) is dict and "consumer" in raw and ("stars" in raw or "rating" in raw)


def _whole(raw: Any, shared: Mapping[str, Any]) -> Any:
    """The review, with the company of its page where it tells none."""
    return {**raw, **shared} if type(raw) is dict and not raw.get("businessUnit") else raw


def _missing(raw: Mapping[str, Any], at: str, of_api: str, of_site: str) -> Rejected:
    name = of_api if _OF_SITE.isdisjoint(raw) else of_site
    return Rejected(Reason.MISSING_FIELD, f"{joined(at, name)}: missing")


def _mention(raw: Any, at: str, told: LocalTimes, about: str | None) -> Item:
    found = validated(_Review, raw, at=at)
    rating = found.rating if found.stars is None else found.stars
    if rating is None:
        raise _missing(raw, at, "stars", "rating")
    created, created_at = found.created, "createdAt"
    updated, updated_at = found.updated, "updatedAt"
    if created is None and found.dates is not None:
        created, created_at = found.dates.published, "dates.publishedDate"
        updated, updated_at = found.dates.updated, "dates.updatedDate"
    if created is None:
        raise _missing(raw, at, "createdAt", "dates")
    published = instant(created, told, joined(at, created_at))
    edited = instant(updated, told, joined(at, updated_at)) if updated is not None else published
    person = found.consumer or _Consumer()
    answer = found.api_reply or found.site_reply
    likes = found.site_likes if found.api_likes is None else found.api_likes
    of_author = {key: value for key, value in found.unnamed.items() if key in _OF_AUTHOR}
    return review(
        (found.unit.name if found.unit else None) or about,
        {key: value for key, value in found.unnamed.items() if key not in of_author},
        {"businessUnit": raw["businessUnit"]} if found.unit else {},
        merged(dates=found.dates.unnamed if found.dates else None),
        of_author={**person.unnamed, **of_author},
        answer=reply(answer.text, answer.at, answer.unnamed) if answer else None,
        platform="trustpilot",
        native_id=found.id,
        text=found.text or "",
        title=found.title or None,
        author={"id": person.id, "name": person.name or None, "verified": bool(person.is_verified)},
        published_at=published,
        edited_at=edited if edited > published else None,
        language=found.language or None,
        url=f"https://www.trustpilot.com/reviews/{found.id}",
        rating=rating,
        engagement={"likes": likes},
    )
