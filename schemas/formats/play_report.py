"""Rows of the Play Console's monthly reviews report, and what an id of a review looks like. Used by google_play.py."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote, unquote

from pydantic import Field

from schemas.errors import Rejected
from schemas.formats.model import SourceModel, validated
from schemas.formats.protocol import Item
from schemas.formats.reviews import Cell, Stars, instant, reply, review
from schemas.local_times import LocalTimes
from schemas.record import Reason
from schemas.synthetic import MARK, synthetic_id

_SUBMITTED, _UPDATED = "Review Submit", "Review Last Update"
_MILLIS = re.compile(r"\d{12,13}(?:\.0+)?", re.ASCII)
_ID_IN_LINK = re.compile(r"[?&#:;]reviewid=([^&#\s]+)", re.IGNORECASE)
_OLD_ID = re.compile(r"[a-z]{2}:[\w-]+", re.ASCII)


class _Row(SourceModel):
    package: Annotated[str, Field(alias="Package Name", min_length=1)]
    rating: Annotated[Stars, Field(alias="Star Rating")]
    text: Annotated[Cell, Field(alias="Review Text")]
    link: Annotated[Cell, Field(alias="Review Link")]
    title: Annotated[Cell, Field(alias="Review Title")] = None
    language: Annotated[Cell, Field(alias="Reviewer Language")] = None
    device: Annotated[Cell, Field(alias="Device")] = None
    submit_millis: Annotated[Cell, Field(alias=f"{_SUBMITTED} Millis Since Epoch")] = None
    submit_text: Annotated[Cell, Field(alias=f"{_SUBMITTED} Date and Time")] = None
    update_millis: Annotated[Cell, Field(alias=f"{_UPDATED} Millis Since Epoch")] = None
    update_text: Annotated[Cell, Field(alias=f"{_UPDATED} Date and Time")] = None
    reply: Annotated[Cell, Field(alias="Developer Reply Text")] = None
    reply_text: Annotated[Cell, Field(alias="Developer Reply Date and Time")] = None
    reply_millis: Annotated[Cell, Field(alias="Developer Reply Millis Since Epoch")] = None


def row_mention(raw: dict[str, Any], told: LocalTimes) -> Item:
    """The mention of a row; `told` has the zone of times without an offset. Raises Rejected."""
    row = validated(_Row, raw)
    published_at = _time(row.submit_millis, row.submit_text, _SUBMITTED, told)
    if published_at is None:
        raise Rejected(Reason.MISSING_FIELD, f"{_SUBMITTED} Millis Since Epoch: missing")
    updated_at = _time(row.update_millis, row.update_text, _UPDATED, told) or published_at
    own_id = _id_in(row.link)
    kept = {"Device": row.device, "Review Link": row.link, **row.unnamed, MARK: None if own_id else True}
    return review(
        row.package,
        {name: value for name, value in kept.items() if value not in (None, "")},
        answer=reply(row.reply, row.reply_text or row.reply_millis),
        platform="google_play",
        native_id=own_id or _made_id(row),
        text=row.text or "",
        title=row.title,
        published_at=published_at,
        edited_at=updated_at if _second(updated_at) > _second(published_at) else None,
        language=row.language,
        url=address(row.package, own_id) if own_id else None,
        rating=row.rating,
    )


def _time(millis: str | None, text: str | None, which: str, told: LocalTimes) -> datetime | None:
    """By the milliseconds; by the text where they are blank, or no longer whole."""
    if millis and _MILLIS.fullmatch(millis):
        return instant(millis, told, f"{which} Millis Since Epoch")
    if text:
        return told.read(text, f"{which} Date and Time")
    if millis:
        raise Rejected(Reason.BAD_TIME, f"{which} Millis Since Epoch: no whole milliseconds")
    return None


def _second(time: datetime) -> datetime:
    """One of the two may be known by its text, without milliseconds."""
    return time.replace(microsecond=0)


def _id_in(link: str | None) -> str | None:
    found = _ID_IN_LINK.search(link or "")
    return plain_id(unquote(found[1])) if found else None


def _made_id(row: _Row) -> str:
    if not _MILLIS.fullmatch(row.submit_millis or ""):
        mend = "and nothing else tells this review from others; take the report as Play wrote it"
        raise Rejected(Reason.ID_DESTROYED, f"{_SUBMITTED} Millis Since Epoch: rounded or blank, {mend}")
    return synthetic_id(row.package, (row.submit_millis or "").partition(".")[0], row.device)


def plain_id(told: str) -> str:
    """The id, also where it stands in URL-safe base64 (RFC 4648), as "gp:..." did in the store's addresses."""
    try:
        plain = urlsafe_b64decode(told + "=" * (-len(told) % 4)).decode("ascii")
    except ValueError:
        return told
    return plain if _OLD_ID.fullmatch(plain) else told


def address(app: str, native_id: str) -> str:
    """The review in the store."""
    return f"https://play.google.com/store/apps/details?id={quote(app)}&reviewId={quote(native_id, safe='')}"
