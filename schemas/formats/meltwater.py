"""meltwater: rows of Meltwater's exports, of the old layout and the new.

Odd: the files are UTF-16, parted by tabs and named .csv (read before they come here). Times have no offset; day and
clock stand in two columns, or both in the first. In the old layout the author is the Influencer (a handle on networks,
a name in the news), and Source the network's or the outlet's name; the new one has Author Name, Author Handle and
Source Type. A tweet's address is often a short link (t.co): then Tweet Id says which it is. Texts are excerpts: the
Hit Sentence, or the Opening Text where that holds it. Reach is a guess that often equals the followers, Engagement may
be a rate: they stay in `extra`, as do echoes, AVE, sentiment, keywords and inputs. Links are a list within a cell,
parted by semicolons, which stand in addresses too. Languages are names ("English"), no codes, and stay in `extra`.
What else rows of listening tools have in common: listening.py. Rows as JSON objects of the same names are taken too.
Golden payloads: tests/golden/meltwater/."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from schemas.formats import listening
from schemas.formats.aliases import Aliases, Row, folded
from schemas.formats.listening_posts import split_addresses
from schemas.formats.protocol import Item, Payload
from schemas.local_times import local_times

# Old layout: seen in files of 2020 to 2026 (Headline, Source, Influencer, Tweet Id, "Twitter ..."). New layout: 2025
# (Title, Source Type, Source Name, Author Name, Author Handle, Content Type, Reposts).
_TABLE = {
    "published": ("Date",),
    "clock": ("Time",),
    "hit": ("Hit Sentence",),
    "opening": ("Opening Text",),
    "title": ("Title", "Headline"),
    "url": ("URL",),
    "document": ("Document ID",),
    "tweet_id": ("Tweet Id",),
    "source_type": ("Source Type",),
    "source_name": ("Source Name",),
    "source": ("Source",),
    "information_type": ("Information Type",),
    "content_type": ("Content Type",),
    "parent": ("Parent URL",),
    "links": ("Links",),
    "language": ("Language",),
    "author": ("Author Handle", "Influencer"),
    "name": ("Author Name", "Twitter Screen Name"),
    "author_id@x": ("Twitter Id",),
    "followers@x": ("Twitter Followers",),
    "verified": ("Is Verified",),
    "likes": ("Likes", "Reactions"),
    "replies": ("Replies", "Comments"),
    "reposts": ("Reposts", "Retweets", "Shares"),
    "quotes": ("Quotes",),
    "views": ("Views",),
}
_PERSONS = r"^author|influencer|^twitter(?!socialecho)|profileurl|^isverified$|^parenturl$"
_ALIASES = Aliases(_TABLE, of_author=_PERSONS)
_OLD = {"hitsentence", "influencer", "inputname"}
_NEW = {"hitsentence", "informationtype", "inputname"}
_CLOCK = re.compile(r"[T, ](\d{1,2}:\d{2}.*)", re.DOTALL)
_MIDNIGHT = re.compile(r"0?0:00(:00(\.0+)?)?|12:00(:00)? ?[Aa][Mm]")


class Meltwater:
    """Rows of Meltwater's exports."""

    name = "meltwater"
    columns: tuple[str, ...] | None = None
    needs_zone = True

    def looks_like(self, payload: Payload) -> bool:
        """Three columns of either layout."""
        if type(payload) is not dict:
            return False
        names = {folded(name) for name in payload}
        return names >= _OLD or names >= _NEW

    def items(self, payload: Payload, headers: Mapping[str, bytes]) -> Iterator[Item]:
        """Exactly one item."""
        row = _ALIASES.row(payload)
        published_at, day_only = _published_at(row, headers)
        text, column = _text(row)
        platform = _platform(row)
        parent = row.peek("parent")
        yield listening.item(
            self.name,
            row,
            listening.Facts(
                published_at=published_at,
                text=text,
                is_excerpt=column != "title",
                platform=platform,
                own_id="tweet_id" if platform == "x" else "",
                told=(row.peek("content_type"), "reply" if parent and parent != row.peek("url") else None),
                parents=parent,
                nick=row.word("author"),
                name=row.word("name"),
                marks=day_only | _links(row),
            ),
        )


def _published_at(row: Row, headers: Mapping[str, bytes]) -> tuple[datetime, dict[str, Any]]:
    """The instant, and a mark where the row tells the day only. Midnight beside a Time is a spreadsheet's doing."""
    day, clock = row.required("published"), ""
    match = _CLOCK.search(day)
    if match:
        day, clock = day[: match.start()], match[1]
    told = row.word("clock")
    if told and (not clock or _MIDNIGHT.fullmatch(clock)):
        clock = told
    at = local_times(headers).read(f"{day} {clock}", row.column("published"))
    return at, {} if clock else {"published_day_only": True}


def _text(row: Row) -> tuple[str | None, str]:
    """The words and the field they are from: the opening where the sentence with the hit is within it."""
    hit, opening = row.peek("hit"), row.peek("opening")
    text, column = listening.words(row, "hit", "opening", "title")
    if hit and opening and hit.strip(" .\u2026") in opening:
        return listening.words(row, "opening")
    return text, column


def _platform(row: Row) -> str | None:
    """By the first column with a name that we know; a Source that is none is the name of an outlet."""
    for column in ("source_type", "source_name", "source", "information_type"):
        name = listening.platform_name(row.peek(column))
        if name in listening.KNOWN:
            return name
    return "news" if row.peek("source") else None


def _links(row: Row) -> dict[str, Any]:
    links = row.peek("links")
    return {row.column("links"): split_addresses(row.text("links"))} if links else {}
