"""app_store: reviews of Apple's App Store: entries and feeds of its RSS in JSON, resources (alone or as a page) of the
website's API (user-reviews) and of the App Store Connect API (customerReviews, with their responses where included).

Odd: in RSS every value is in {"label": ...}, a feed of one review has no list, and old feeds begin with the app itself
(ignored); RSS of before 2021 has no dates and is refused. An edited review keeps its id, and its only date moves, so
that is the order of versions; only the website says `isEdited`. RSS and the website have the same ids, Connect has
others: the same review from there is another mention. A review has no address; RSS gives that of all of the app's.
The app's number stands in that address, and in a page's `next` and `links`; for a lone resource: header echolot-app.
Nothing is escaped. What is reviewed, and replies: reviews.py. Golden payloads: tests/golden/app_store/."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from schemas.formats.app_store_rss import APP, ENTRY, app_name, entry_item, within
from schemas.formats.model import SourceModel, validated
from schemas.formats.parts import Part, listed, made, mapping
from schemas.formats.protocol import Item, Payload
from schemas.formats.reviews import Stars, reply, review, reviewed
from schemas.ids import OpaqueId
from schemas.mention import Utc
from schemas.record import Ignored

_WEB, _CONNECT = "user-reviews", "customerReviews"
_APP_IN_LINK = re.compile(r"/apps/(\d+)/", re.ASCII)


class _Attributes(SourceModel):
    rating: Stars
    title: str | None = None


class _WebAttributes(_Attributes):
    text: Annotated[str, Field(alias="review")]
    at: Annotated[Utc, Field(alias="date")]
    name: Annotated[str | None, Field(alias="userName")] = None
    is_edited: Annotated[bool | None, Field(alias="isEdited")] = None
    response: Annotated[dict[str, Any] | None, Field(alias="developerResponse")] = None


class _ConnectAttributes(_Attributes):
    text: Annotated[str, Field(alias="body")]
    at: Annotated[Utc, Field(alias="createdDate")]
    name: Annotated[str | None, Field(alias="reviewerNickname")] = None


class _WebReview(SourceModel):
    id: OpaqueId
    attributes: _WebAttributes


class _ConnectReview(SourceModel):
    id: OpaqueId
    attributes: _ConnectAttributes


class AppStore:
    """Entries, resources, and pages of both."""

    name = "app_store"
    columns: tuple[str, ...] | None = None

    def looks_like(self, payload: Payload) -> bool:
        """A feed, an entry by the names that only Apple has, a resource or the first of a page by its type."""
        if type(payload) is not dict:
            return False
        data = payload.get("data")
        first = data[0] if type(data) is list and data else data or payload
        of_type = type(first) is dict and first.get("type") in (_WEB, _CONNECT)
        is_feed = payload.keys() == {"feed"} and type(payload["feed"]) is dict
        return of_type or is_feed or payload.keys() >= ENTRY or payload.keys() >= APP

    def items(self, payload: Payload, headers: Mapping[str, bytes]) -> Iterator[Item]:
        """One item, or one for each entry of a feed or resource of a page."""
        holder = mapping(payload, "")
        about = reviewed(headers)
        parts = list(_entries(holder, about) if "feed" in holder else _resources(holder, about))
        yield from made(parts)
        if not parts:
            yield Ignored("empty_page")


def _entries(holder: dict[str, Any], about: str | None) -> Iterator[Part]:
    feed = mapping(holder["feed"], "feed")
    if "entry" not in feed:
        return
    alone = type(feed["entry"]) is dict
    for at, raw in [("feed.entry", feed["entry"])] if alone else listed(feed, "entry", "feed"):
        yield Part(at, raw, partial(entry_item, raw, at, about))


def _resources(holder: dict[str, Any], about: str | None) -> Iterator[Part]:
    """What a page says beside its resources goes with each, so that a dead letter can be read by itself."""
    if "data" not in holder:
        make = entry_item if not (ENTRY | APP).isdisjoint(holder) else _resource
        yield Part("", holder, partial(make, holder, "", about))
        return
    shared: dict[str, Any] = {key: holder[key] for key in ("next", "links") if key in holder}
    links = (holder.get("next"), within(holder, "links", "self"))
    app = next((found[1] for link in links if type(link) is str and (found := _APP_IN_LINK.search(link))), about)
    responses = _responses(holder.get("included"))
    alone = type(holder["data"]) is dict
    for at, raw in [("data", holder["data"])] if alone else listed(holder, "data"):
        response = responses.get(str(within(raw, "relationships", "response", "data", "id")))
        included = [response] if response else []
        yield Part(at, {"data": [raw], **shared, "included": included}, partial(_resource, raw, at, app, response))


def _responses(included: Any) -> dict[str, dict[str, Any]]:
    """The responses that a page of Connect includes, by id."""
    found = [each for each in included if type(each) is dict] if type(included) is list else []
    return {str(each.get("id")): each for each in found}


def _resource(raw: Any, at: str, about: str | None, response: Any = None) -> Item:
    kind = raw.get("type") if type(raw) is dict else None
    if kind is not None and kind not in (_WEB, _CONNECT):
        return Ignored("type")
    is_connect = kind == _CONNECT or within(raw, "attributes", "createdDate") is not None
    found: _ConnectReview | _WebReview = (
        validated(_ConnectReview, raw, at=at) if is_connect else validated(_WebReview, raw, at=at)
    )
    told, edited = found.attributes, None
    if isinstance(told, _WebAttributes):
        edited, answer = told.is_edited, _reply(told.response, "body", "modified")
    else:
        answer = _reply(within(response, "attributes"), "responseBody", "lastModifiedDate")
    return review(
        app_name(about),
        found.unnamed,
        told.unnamed,
        {} if edited is None else {"isEdited": edited},
        answer=answer,
        platform="app_store",
        native_id=found.id,
        text=told.text,
        title=told.title or None,
        author={"name": told.name or None},
        published_at=told.at,
        edited_at=told.at if edited else None,
        rating=told.rating,
    )


def _reply(told: Any, text: str, at: str) -> dict[str, Any]:
    if type(told) is not dict or type(told.get(text)) is not str:
        return {}
    return reply(told[text], told.get(at), {key: value for key, value in told.items() if key not in (text, at)})
