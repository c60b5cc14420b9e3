"""What the formats of X share: times as written and as held in ids, and the versions of an edited post.

A snowflake id is 41 bits of milliseconds, then 22 bits of machine and sequence. An edit makes a new id and a new
creation time; every version names them all, the first first. The first is the native id of all, so that they are
revisions of one mention, told apart by the time in each one's own id. Used by x_v2.py, x_v1.py and x_archive.py."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import PlainValidator

from schemas.errors import Rejected
from schemas.local_times import zoned
from schemas.record import Reason
from schemas.times import bad_time, from_epoch, from_twitter, storable

_SNOWFLAKE_FROM = 29_700_859_247  # the first id of the scheme, 4 November 2010
_SNOWFLAKE_EPOCH_MS = 1_288_834_974_657
_VERSIONS = 100  # a post can be edited five times
_SPACED_OFFSET = re.compile(r" (?=[+-]\d{4}\Z)", re.ASCII)


def read_time(value: Any) -> datetime:
    """The three forms: "Tue Oct 31 22:10:47 +0000 2017", the archives' "2013-01-02 11:22:33 +0000", and ISO 8601.

    Without an offset, as spreadsheets and data frames leave them, in the zone that the headers tell."""
    if type(value) is not str or not value[:1].isdigit():
        return from_twitter(value)
    try:
        moved = datetime.fromisoformat(_SPACED_OFFSET.sub("", value))
    except ValueError:
        raise bad_time() from None
    return storable(zoned(moved))


TweetTime = Annotated[datetime, PlainValidator(read_time)]


def first_version(own_id: str, history: Any) -> str:
    """Native id of a post whose versions are `history`, as the source sent it; its own id where that says nothing."""
    if type(history) is not list or not history:
        return own_id
    first = history[0]
    return first if own_id in history and _is_version(first) and _is_snowflake(own_id) else own_id


def other_versions(own_id: str, first_id: str, history: Any) -> tuple[str, ...]:
    """Ids of all versions but the first, of which any may name the post: to delete one is to delete them all."""
    chain = history if type(history) is list and own_id in history else ()
    named = dict.fromkeys((*(each for each in chain if _is_version(each)), own_id))
    return tuple(each for each in named if each != first_id)[:_VERSIONS]


def moments(
    own_id: str, first_id: str, created_at: datetime | None, *, at: str = ""
) -> tuple[datetime, datetime | None, dict[str, Any]]:
    """When it was posted, when this version was made (None for the first), and what to add to `extra`.

    `created_at` is that of the version. Raises Rejected where there is none and the id is older than snowflakes."""
    if first_id != own_id:
        return _time_in(first_id), _time_in(own_id), {"published_at_from_id": True, "version_id": own_id}
    if created_at is not None:
        return created_at, None, {}
    if not _is_snowflake(own_id):
        raise Rejected(Reason.MISSING_FIELD, f"{at}.created_at: missing".lstrip("."))
    return _time_in(own_id), None, {"published_at_from_id": True}


def address(handle: str | None, native_id: str) -> str:
    """Public address of a post; X finds it without the handle, too, and leads on from the first version to the last."""
    return f"https://x.com/{handle or 'i/web'}/status/{native_id}"


def _is_version(value: Any) -> bool:
    return type(value) is str and value.isascii() and value.isdigit() and _is_snowflake(value)


def _is_snowflake(post_id: str) -> bool:
    return len(post_id) <= 20 and _SNOWFLAKE_FROM <= int(post_id) < 2**63


def _time_in(post_id: str) -> datetime:
    return from_epoch((int(post_id) >> 22) + _SNOWFLAKE_EPOCH_MS, per_second=1000)
