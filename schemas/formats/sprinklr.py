"""sprinklr: rows of Sprinklr's exports of listening messages (CSV, or XLSX as text).

Odd: one header mixes CamelCase with words apart ("SenderScreenName", "Sender Followers Count", "Star Rating").
CreatedTime is text without an offset, or epoch milliseconds. UniversalMessageId is the network, a number for the kind
of message and the network's own id ("TWITTER_5_1823..."), or some id alone. MessageType names the network too ("X
Repost", "Twitter Reply"); a plain mention may still be a reply. All columns Sender... speak of the author. Scores,
sentiment, country and the user's own fields stay in `extra`. What else rows of listening tools have in common:
listening.py. Rows as JSON objects of the same names are taken too.
Golden payloads: tests/golden/sprinklr/."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from schemas.formats import listening
from schemas.formats.aliases import Aliases, folded
from schemas.formats.protocol import Item, Payload

# Seen in files of 2019 to 2026: names with and without spaces side by side, "Retweets" and "Favorites" until X was
# renamed, "Reposts" and "Likes" since.
_TABLE = {
    "published": ("CreatedTime",),
    "text": ("Message",),
    "title": ("Title",),
    "url": ("Permalink",),
    "document": ("UniversalMessageId",),
    "network": ("SocialNetwork",),
    "type": ("MessageType",),
    "language": ("LanguageCode", "Language"),
    "author": ("SenderScreenName",),
    "name": ("SenderListedName",),
    "author_id": ("SenderUserId",),
    "followers": ("Sender Followers Count",),
    "original_author": ("OriginalAuthor",),
    "likes": ("Favorites", "Likes"),
    "replies": ("Replies", "Comments"),
    "reposts": ("Retweets", "Reposts", "Shares"),
    "quotes": ("Quotes",),
}
_ALIASES = Aliases(_TABLE, of_author=r"^sender|^originalauthor")
_MARKS = {"createdtime", "message"}
_OWN = {"universalmessageid", "senderscreenname", "senderuserid"}
_UNIVERSAL = re.compile(r"(?:TWITTER|X)_\d{1,5}_(\d{1,20})", re.ASCII)


class Sprinklr:
    """Rows of Sprinklr's exports."""

    name = "sprinklr"
    columns: tuple[str, ...] | None = None
    needs_zone = True

    def looks_like(self, payload: Payload) -> bool:
        """Time and text, and one column that other tools have not."""
        if type(payload) is not dict:
            return False
        names = {folded(name) for name in payload}
        return names >= _MARKS and not names.isdisjoint(_OWN)

    def items(self, payload: Payload, headers: Mapping[str, bytes]) -> Iterator[Item]:
        """Exactly one item."""
        row = _ALIASES.row(payload)
        published_at = listening.instant(row, headers)
        text, _ = listening.words(row, "text")
        universal = _UNIVERSAL.fullmatch(row.peek("document") or "")
        yield listening.item(
            self.name,
            row,
            listening.Facts(
                published_at=published_at,
                text=text,
                platform="x" if universal else listening.platform_name(row.peek("network")),
                native_id=universal[1] if universal else None,
                told=(row.peek("type"),),
                spoken_to=row.peek("original_author"),
                nick=row.word("author"),
                name=row.word("name"),
            ),
        )
