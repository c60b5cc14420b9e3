"""How many mentions a day does the threshold of the queue decide on? What the store holds says it."""

from __future__ import annotations

from statistics import median
from typing import NamedTuple

from classifiers.triage import Suppression
from schemas.errors import TerminalError
from sinks.store import Store

DAYS = 28
_BY_DAY = f"""
    SELECT toDate(published_at) AS day, count() AS posts FROM mentions
    WHERE NOT is_deleted AND (queued OR suppressed_by = '{Suppression.BELOW_THRESHOLD}')
    GROUP BY day ORDER BY day DESC LIMIT {DAYS + 1}"""


class Volume(NamedTuple):
    """Mentions a day, the median of so many days."""

    a_day: float
    days: int


def volume(store: Store) -> Volume:
    """Of the newest days that have any. The newest is left out, since it need not be over, and so is a store's first.

    Counted are posts that name a brand, were judged, and are queued or not by the threshold alone; offers below it are
    kept out by another reason. Raises TerminalError where there is no whole day."""
    found = [count for _, count in store.query(_BY_DAY).rows]
    posts = found[1:] if len(found) > DAYS else found[1:-1]
    if not posts:
        raise TerminalError(
            "the store holds no whole day of mentions that a threshold decides on, so how many come a day is unknown; "
            "say it by --mentions-per-day"
        )
    return Volume(median(posts), len(posts))
