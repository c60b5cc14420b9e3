"""facebook: posts and comments of the Graph API, one or a page of them {data, paging}; and webhooks of pages.

Odd: `from` is missing where the application has no right to see it; a post may have no message (a photo, a new cover);
`updated_time` moves with every new comment, so it is no edit, and only a webhook tells of one; a webhook counts time in
seconds, the API writes it with an offset without a colon; a comment names its post in its permalink at most, and with
the default fields alone it looks like a post; comments asked for together with their post stand within it. Webhooks:
add and edited are mentions, remove a deletion; hide is ignored, since a page can take it back; reactions, private
messages and unpublished posts are ignored, too. Lists of who liked are left out. Text that the personal data download
broke is mended where that is certain (mojibake.py).
Golden payloads: tests/golden/facebook/."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from schemas.addresses import root_of
from schemas.errors import Rejected
from schemas.formats.facebook_feed import From, address_of, author_of, taken
from schemas.formats.meta_graph import first_of_page, is_webhook, objects, webhook_parts
from schemas.formats.model import Counter, SourceModel, mention, merged, validated, validated_with_true_id
from schemas.formats.parts import Part, made, mapping, nested
from schemas.formats.protocol import Item, Payload
from schemas.ids import OpaqueId
from schemas.mention import Relation, Utc
from schemas.mojibake import mended
from schemas.record import Ignored

_SITE = "https://www.facebook.com"
_EDGES = ("comments", "reactions", "likes")
_POST_KEYS = frozenset(
    {"updated_time", "status_type", "story", "shares", "is_published", "attachments", "full_picture"}
)
_COMMENT_KEYS = frozenset({"parent", "comment_count", "like_count", "can_remove", "can_comment", "attachment"})


class _Parent(SourceModel):
    id: OpaqueId
    message: str | None = None
    author: Annotated[From | None, Field(alias="from")] = None


class _Summary(SourceModel):
    total_count: Counter = None


class _Edge(SourceModel):
    data: list[Any] | None = None
    summary: _Summary | None = None

    @property
    def count(self) -> int | None:
        """How many there are, where the summary was asked for."""
        return self.summary.total_count if self.summary else None


class _Shares(SourceModel):
    count: Counter = None


class _Object(SourceModel):
    id: OpaqueId
    created_time: Utc
    message: str | None = None
    author: Annotated[From | None, Field(alias="from")] = None
    permalink_url: str | None = None
    is_published: bool | None = None
    parent: _Parent | None = None
    like_count: Counter = None
    comment_count: Counter = None
    comments: _Edge | None = None
    reactions: _Edge | None = None
    likes: _Edge | None = None
    shares: _Shares | None = None


@dataclass(frozen=True, slots=True)
class _Above:
    """The object that a comment stands within."""

    id: str | None
    root_id: str | None
    author_id: str | None
    text: str | None


_NO_EDGE = _Edge()


class Facebook:
    """Posts and comments, and changes of a page's feed."""

    name = "facebook"
    columns: tuple[str, ...] | None = None

    def looks_like(self, payload: Payload) -> bool:
        """A page's webhook; or an object, or the first of a page of them, by the name of its time."""
        if type(payload) is not dict:
            return False
        first = first_of_page(payload)
        if first is not None:
            return first == {} or (type(first) is dict and "created_time" in first)
        return is_webhook(payload, "page") or {"id", "created_time"} <= payload.keys()

    def items(self, payload: Payload, headers: Mapping[str, bytes]) -> Iterator[Item]:
        """All posts and comments, those within others after them; or an item for each change of a webhook."""
        holder = mapping(payload, "")
        if "entry" in holder or holder.get("object") == "page":
            parts = list(webhook_parts(holder, "page", taken))
        else:
            parts = [part for at, raw in objects(holder) for part in _parts(raw, at, None)]
        yield from made(parts)
        if not parts:
            yield Ignored("empty_page")


def _parts(raw: Any, at: str, above: _Above | None) -> Iterator[Part]:
    yield Part(at, raw, partial(_object, raw, at, above))
    within = nested(raw, "comments", "data", at)
    if within:
        here = _above(raw, above)
        for path, comment in within:
            yield from _parts(comment, path, here)


def _above(raw: Any, above: _Above | None) -> _Above:
    """Of an object that is refused no more is known than what it stands within."""
    try:
        known = validated(_Object, _own(raw, "")[0])
    except Rejected:
        return _Above(None, above.root_id if above else None, None, None)
    is_comment, root_id = _place(known, above)
    author_id = known.author.id if known.author else None
    return _Above(known.id, root_id if is_comment else known.id, author_id, known.message or None)


def _own(raw: Any, at: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The object without what stands within it, its text whole; and what to add to `extra`."""
    return mended({key: value for key, value in mapping(raw, at).items() if key not in _EDGES})


def _place(known: _Object, above: _Above | None) -> tuple[bool, str | None]:
    """Whether it is a comment, and the post that it is under."""
    link = _link(known.permalink_url)
    root_id = above.root_id if above else root_of(link) if link else None
    return above is not None or root_id is not None or not _COMMENT_KEYS.isdisjoint(known.model_fields_set), root_id


def _object(raw: Any, at: str, above: _Above | None) -> Item:
    own, mark = _own(raw, at)
    edges = {key: raw[key] for key in _EDGES if key in raw}
    known, repaired = validated_with_true_id(_Object, {**own, **edges}, "id", ("permalink_url",), at=at)
    if known.is_published is False:
        return Ignored("not_public")
    is_comment, root_id = _place(known, above)
    parent = _parent(known, above, root_id) if is_comment else {}
    engagement, other_counts = _engagement(known)
    return mention(
        platform="facebook",
        native_id=known.id,
        text=known.message or "",
        author=author_of(known.author),
        published_at=known.created_time,
        relation=Relation.REPLY if is_comment else Relation.ORIGINAL,
        root_id=root_id,
        url=_link(known.permalink_url) or _built(known, is_comment, root_id, parent.get("parent_id")),
        engagement=engagement,
        extra=merged(
            known.unnamed,
            other_counts,
            mark,
            repaired,
            author=known.author.unnamed if known.author else None,
            shares=known.shares.unnamed if known.shares else None,
        ),
        **parent,
    )


def _parent(known: _Object, above: _Above | None, root_id: str | None) -> dict[str, str | None]:
    """The comment answered, else what it stands within, else the post that its link names."""
    said, within = known.parent, above
    if said and not (above and above.id == said.id):
        within = None
    author_id = said.author.id if said and said.author else None
    return {
        "parent_id": said.id if said else above.id if above else root_id,
        "parent_author": author_id or (within.author_id if within else None),
        "parent_text": (said.message if said else None) or (within.text if within else None),
    }


def _built(known: _Object, is_comment: bool, root_id: str | None, parent_id: str | None) -> str | None:
    """An address; None where nothing tells whether it is a post or a comment, whose ids look alike."""
    by_the_page = known.author is not None and known.id.startswith(f"{known.author.id}_")
    if not is_comment and not by_the_page and _POST_KEYS.isdisjoint(known.model_fields_set):
        return None
    return address_of(known.id, is_comment, root_id, parent_id)


def _engagement(known: _Object) -> tuple[dict[str, int | None], dict[str, int]]:
    """Counters; and for `extra` those of approval that are not the first known of all reactions, likes, old likes."""
    reactions, likes, comments = (edge or _NO_EDGE for edge in (known.reactions, known.likes, known.comments))
    approval = {"reactions": reactions.count, "like_count": known.like_count, "likes": likes.count}
    said = {name: count for name, count in approval.items() if count is not None}
    first = next(iter(said), None)
    return {
        "likes": said.pop(first) if first else None,
        "replies": comments.count if known.comment_count is None else known.comment_count,
        "reposts": known.shares.count if known.shares else None,
    }, said


def _link(link: str | None) -> str | None:
    """Of videos the API gives the path alone."""
    return f"{_SITE}{link}" if link and link.startswith("/") else link or None
