"""The canonical mention: what every source is mapped to, and the JSON a producer may send us directly."""

from __future__ import annotations

import uuid
from enum import StrEnum
from hashlib import blake2b
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from schemas.jsontext import dumps
from schemas.local_times import Zoned
from schemas.times import storable

_NAMESPACE = uuid.UUID("6f0b7f0e-5d0c-5c7e-9a55-0e5c0a1e7b0d")
_HASH_BITS = 20  # with 42 bits of milliseconds (to the year 2109) and two marks this fills 64


class Relation(StrEnum):
    """How a mention stands to another post."""

    ORIGINAL = "original"
    REPLY = "reply"
    QUOTE = "quote"
    REPOST = "repost"


def _whole_text(value: str) -> str:
    """Lone surrogates and NUL cannot be stored as UTF-8 text: U+FFFD stands for them."""
    if value.isascii() and "\0" not in value:
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")


Text = Annotated[str, AfterValidator(_whole_text)]
Utc = Annotated[Zoned, AfterValidator(storable)]
Count = Annotated[int, Field(ge=0, le=2**63 - 1)]
Id = Annotated[str, Field(min_length=1, max_length=512), AfterValidator(_whole_text)]  # length first: in Rust


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Author(_Model):
    """Who wrote it, as far as the source says."""

    id: Text | None = None
    """The platform's id of the account; None where the source names nobody."""
    handle: Text | None = None
    """The account's name as written in a mention, without the @."""
    name: Text | None = None
    """Display name."""
    followers: Count | None = None
    """Followers at the time of observation."""
    verified: bool = False
    """The platform vouches for the account."""


class Engagement(_Model):
    """Counters of a mention as observed; None where the source has no such counter."""

    likes: Count | None = None
    """Likes, favourites, up-votes less down-votes where only the sum is known (not below 0)."""
    replies: Count | None = None
    """Replies or comments."""
    reposts: Count | None = None
    """Retweets, boosts, shares."""
    quotes: Count | None = None
    """Reposts with text of their own."""
    views: Count | None = None
    """Impressions."""


class Mention(_Model):
    """One public post at one revision."""

    platform: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,32}$")]
    """Where it was posted: x, mastodon, reddit, bluesky, ..."""
    native_id: Id
    """The platform's own id, unique within the platform for ever."""
    aliases: Annotated[tuple[Id, ...], Field(max_length=100)] = ()
    """Other ids by which a deletion may name the post: of a version, or on the server it was read from."""
    text: Text
    """The whole text, plain, entities unescaped once; may be empty (stars without words)."""
    truncated: bool = False
    """The source cut the text and brings the whole of it nowhere."""
    title: Text | None = None
    """Headline where the platform has one."""
    author: Author = Author()
    """Who wrote it."""
    published_at: Utc
    """When it was posted, clamped to the platform's plausible span."""
    claimed_at: Utc | None = None
    """The time the client set, where `published_at` had to be clamped."""
    edited_at: Utc | None = None
    """When this revision was made; None for the first."""
    observed_at: Utc | None = None
    """When the source saw the counters; None where it does not say."""
    language: Annotated[str, Field(max_length=35)] | None = None
    """Language that the platform or author declared, BCP 47 as found."""
    relation: Relation = Relation.ORIGINAL
    """How it stands to `parent_id`."""
    parent_id: Id | None = None
    """Native id of the post replied to, quoted or reposted."""
    root_id: Id | None = None
    """Native id of the thread's first post, or of the reposted post."""
    parent_author: Text | None = None
    """Handle or id of the parent's author, where known."""
    parent_text: Text | None = None
    """Text of the post replied to or quoted, where the source sends it along: an input of the judgement, not stored."""
    url: Text | None = None
    """Public address."""
    rating: Annotated[float, Field(ge=0, le=5)] | None = None
    """Stars, 0 to 5."""
    engagement: Engagement = Engagement()
    """Counters."""
    extra: dict[str, Any] = Field(default_factory=dict)
    """Fields of the source that have no place above, kept as found."""

    @property
    def mention_id(self) -> uuid.UUID:
        """Identity across sources and revisions: a hash of platform and native id alone."""
        return mention_id(self.platform, self.native_id)

    def canonical_json(self) -> bytes:
        """One byte string per content, with sorted keys: the base of hashes and checksums.

        Aliases are names, no content. Two fields are left out where they say nothing: what was hashed before there were
        such stays the same."""
        content = self.model_dump(exclude={"aliases"})
        for name, nothing in (("parent_text", None), ("truncated", False)):
            if content[name] is nothing:
                del content[name]
        return dumps(content)

    @property
    def revision(self) -> int:
        """Order of revisions, as unsigned 64 bits: 42 of milliseconds (edited, else published), one that says whether
        the text is whole, one whether the parent's text is known, 20 of content hash.

        Of two observations of the same instant, the one with more to judge by wins; between equals the hash makes the
        winner independent of the order of arrival. The parent's text is hashed too: another text may be another
        verdict."""
        millis = round((self.edited_at or self.published_at).timestamp() * 1000)
        clamped = min(max(millis, 0), 2**42 - 1)
        marks = (not self.truncated) << 1 | (self.parent_text is not None)
        digest = int.from_bytes(blake2b(self.canonical_json(), digest_size=8).digest(), "big")
        return (clamped << 2 | marks) << _HASH_BITS | digest >> (64 - _HASH_BITS)


def mention_id(platform: str, native_id: str) -> uuid.UUID:
    """UUID version 5 (RFC 9562) over platform and native id."""
    return uuid.uuid5(_NAMESPACE, f"{platform}\0{native_id}")
