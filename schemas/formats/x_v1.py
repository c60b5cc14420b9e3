"""x_v1: the Twitter API v1.1: statuses, pages of them, and the notices of its stream.

Odd: the whole text stands in `full_text`, in extended_tweet.full_text, or nowhere (`truncated` without either); `id` is
a number that JavaScript rounds, so `id_str` wins, as every `_str` does; a retweet repeats the text, cut, and the other
post's counters, so its text is taken from `retweeted_status` and its counters stay in `extra`. display_text_range cuts
nothing off: v2 and archives give the leading handles and the trailing link, too. `delete` names one version of a post.
Golden payloads: tests/golden/x_v1/. Of a quoted post only the text is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any

import orjson
from pydantic import PlainValidator

from schemas.errors import Rejected
from schemas.formats.cells import is_row
from schemas.formats.model import SourceModel, kind_of, validated
from schemas.formats.protocol import Item, Payload
from schemas.formats.x_status import Twins, either, status_mention, status_row
from schemas.ids import DecimalId
from schemas.record import Dead, Deletion, Ignored, Reason
from schemas.times import from_epoch

_STATUS = frozenset({"id_str", "created_at", "user"})
_NOTICES = frozenset({"delete", "limit", "scrub_geo", "status_withheld", "user_withheld", "disconnect", "warning"})
_PAGES = (("statuses", "search_metadata"), ("results", "requestParameters"))  # standard search, full-archive search


def _from_millis(value: Any) -> datetime:
    return from_epoch(value, per_second=1000)


class _GoneStatus(Twins):
    id: Annotated[DecimalId, either("id_str", "id")]


class _Gone(SourceModel):
    status: _GoneStatus
    timestamp_ms: Annotated[datetime, PlainValidator(_from_millis)] | None = None


class XV1:
    """Statuses, pages and notices of the Twitter API v1.1."""

    name = "x_v1"
    columns: tuple[str, ...] | None = None

    def looks_like(self, payload: Payload) -> bool:
        """A status by its keys, a page by its two, a notice by its only one."""
        if type(payload) is not dict:
            return False
        status = payload.keys() >= _STATUS and ("text" in payload or "full_text" in payload)
        return status or _page_key(payload) is not None or _is_notice(payload)

    def items(self, payload: Payload, headers: Mapping[str, bytes]) -> Iterator[Item]:
        """The one status or notice, or each status of a page on its own feet."""
        if type(payload) is not dict:
            raise Rejected(Reason.WRONG_TYPE, f"payload: {kind_of(payload)} where an object is expected")
        key = _page_key(payload)
        if is_row(headers):
            cells = status_row(payload)
            yield status_mention(cells.values, cells=cells)
        elif key is not None:
            yield from _page(payload[key], key)
        elif _is_notice(payload):
            yield _notice(payload)
        else:
            yield status_mention(payload)


def _page_key(payload: Mapping[str, Any]) -> str | None:
    return next((statuses for statuses, mark in _PAGES if statuses in payload and mark in payload), None)


def _is_notice(payload: Mapping[str, Any]) -> bool:
    return len(payload) == 1 and not _NOTICES.isdisjoint(payload)


def _page(statuses: Any, key: str) -> Iterator[Item]:
    if type(statuses) is not list:
        raise Rejected(Reason.WRONG_TYPE, f"{key}: {kind_of(statuses)} where a list is expected")
    for index, status in enumerate(statuses):
        try:
            yield status_mention(status, at=f"{key}.{index}")
        except Rejected as error:
            yield Dead(Reason(error.reason), error.detail, orjson.dumps(status))
    if not statuses:
        yield Ignored("empty_page")


def _notice(payload: Mapping[str, Any]) -> Item:
    if "delete" not in payload:
        return Ignored("notice")
    gone = validated(_Gone, payload["delete"], at="delete")
    return Deletion("x", gone.status.id, gone.timestamp_ms, "delete")
