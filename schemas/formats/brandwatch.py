"""brandwatch: rows of Brandwatch's export of mentions ("Bulk Mentions Download"; CSV, or XLSX as text).

Odd: `Date` has no offset: it is UTC or the project's zone, which the import must say. Older files fill the counters of
every network with 0 ("Twitter Likes" of a blog post). Author is a handle on networks and a name elsewhere, Full Name
is "handle (Name)", the Title of a tweet is its author, so that it stands with the author in `extra`. Impressions are
reckoned from followers, Reach and Engagement Score are the tool's own: they stay in `extra`, as do query, sentiment
and the user's categories (a column each). What else rows of listening tools have in common: listening.py. Rows as JSON
objects of the same names are taken too.
Golden payloads: tests/golden/brandwatch/."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from schemas.formats import listening
from schemas.formats.aliases import Aliases, Row, folded
from schemas.formats.protocol import Item, Payload
from schemas.local_times import local_times

# Seen in files of 2017 to 2026. Until 2023 the columns of X were "Twitter ..."; since then they are "X ...", and
# counters for all networks at once ("Likes") stand beside them. Bluesky and Threads came in 2024.
_TABLE = {
    "published": ("Date",),
    "text": ("Full Text",),
    "snippet": ("Snippet",),
    "title": ("Title",),
    "url": ("Url", "Original Url"),
    "document": ("Mention Id", "Resource Id"),
    "source": ("Page Type", "Content Source", "Page Type Name", "Content Source Name"),
    "language": ("Language",),
    "author": ("Author",),
    "full_name": ("Full Name",),
    "author_id@x": ("X Author ID", "Twitter Author ID"),
    "author_id@facebook": ("Facebook Author ID",),
    "author_id@bluesky": ("Bluesky Author Id",),
    "followers@x": ("X Followers", "Twitter Followers"),
    "followers@instagram": ("Instagram Followers", "Instagram Follower Count"),
    "followers@bluesky": ("Bluesky Followers",),
    "verified@x": ("X Verified", "Twitter Verified"),
    "engagement_type": ("Engagement Type",),
    "entry_type": ("Thread Entry Type",),
    "thread_author": ("Thread Author",),
    "repost_of": ("X Repost of", "Twitter Retweet of"),
    "reply_to": ("X Reply to", "Twitter Reply to", "Reply To"),
    "likes": ("Likes",),
    "likes@x": ("X Likes", "Twitter Likes"),
    "likes@facebook": ("Facebook Likes",),
    "likes@instagram": ("Instagram Likes", "Instagram Like Count"),
    "likes@reddit": ("Reddit Score",),
    "likes@youtube": ("Youtube Likes",),
    "likes@tiktok": ("Tiktok Likes",),
    "likes@bluesky": ("Bluesky Likes",),
    "likes@threads": ("Threads Likes",),
    "likes@linkedin": ("Linkedin Likes",),
    "replies": ("Comments",),
    "replies@x": ("X Replies", "Twitter Reply Count"),
    "replies@facebook": ("Facebook Comments",),
    "replies@instagram": ("Instagram Comments", "Instagram Comment Count"),
    "replies@reddit": ("Reddit Comments",),
    "replies@youtube": ("Youtube Comments",),
    "replies@tiktok": ("Tiktok Comments",),
    "replies@bluesky": ("Bluesky Replies",),
    "replies@threads": ("Threads Replies",),
    "replies@linkedin": ("Linkedin Comments",),
    "reposts": ("Shares",),
    "reposts@x": ("X Reposts", "Twitter Retweets"),
    "reposts@facebook": ("Facebook Shares",),
    "reposts@tiktok": ("Tiktok Shares",),
    "reposts@bluesky": ("Bluesky Reposts",),
    "reposts@threads": ("Threads Reposts",),
    "reposts@linkedin": ("Linkedin Shares",),
    "quotes@bluesky": ("Bluesky Quotes",),
    "quotes@threads": ("Threads Quotes",),
    "views@tiktok": ("Tiktok Views",),
    "views@threads": ("Threads Views",),
}
_PERSONS = (
    r"author|avatar|gender|interest|profession|accounttype|fullname|followers?(?:count)?$|following|verified|role$"
    r"|^(?:x|twitter|instagram|bluesky)posts?(?:count)?$|karma|replyto$|repostof$|retweetof$"
)
_ALIASES = Aliases(_TABLE, of_author=_PERSONS)
_QUERY = {"queryid", "queryname"}
_MARKS = {"pagetype", "threadentrytype", "mentionid", "resourceid", "snippet", "fulltext"}


class Brandwatch:
    """Rows of Brandwatch's exports."""

    name = "brandwatch"
    columns: tuple[str, ...] | None = None
    needs_zone = True

    def looks_like(self, payload: Payload) -> bool:
        """The columns of the query, and one more of the tool's own."""
        if type(payload) is not dict:
            return False
        names = {folded(name) for name in payload}
        return names >= _QUERY and not names.isdisjoint(_MARKS)

    def items(self, payload: Payload, headers: Mapping[str, bytes]) -> Iterator[Item]:
        """Exactly one item."""
        row = _ALIASES.row(payload)
        published_at = local_times(headers).read(row.required("published"), row.column("published"))
        text, column = listening.words(row, "text", "snippet", "title")
        reposted, replied = row.peek("repost_of"), row.peek("reply_to")
        nick = row.word("author")
        yield listening.item(
            self.name,
            row,
            listening.Facts(
                published_at=published_at,
                text=text,
                is_excerpt=column == "snippet",
                platform=listening.platform_name(row.peek("source")),
                did=row.peek("author_id@bluesky"),
                told=(
                    row.peek("engagement_type"),
                    row.peek("entry_type"),
                    "repost" if reposted else "reply" if replied else None,
                ),
                parents=reposted or replied,
                spoken_to=row.peek("thread_author"),
                nick=nick,
                name=_name(row, nick),
            ),
        )


def _name(row: Row, nick: str | None) -> str | None:
    """The name within "handle (Name)"; what has another form is the name as it stands."""
    full = row.word("full_name")
    start = f"{nick} ("
    return full[len(start) : -1] if full and full.startswith(start) and full.endswith(")") else full
