"""Which post a row of a listening tool's export is about, and how that post stands to others.

A post is known by its address where that is a post's; else by the platform's id in a column of its own; else by the
tool's id of the document, with the tool's name before it; else by the address; else by an id made from author, time and
words (two texts of one author in the same minute are two posts). Used by listening.py."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import PydanticCustomError

from schemas import ids
from schemas.addresses import author_of, platform_of, post_of, root_of
from schemas.errors import Rejected
from schemas.formats.aliases import Row
from schemas.mention import Relation
from schemas.record import Reason
from schemas.synthetic import MARK, synthetic_id

WEB = "web"
"""The platform where nothing tells one."""
_LONGEST_ID = 512  # as Mention.native_id
_RT = re.compile(r"RT @(\w{1,30})\b")
_RELATIONS = (
    (Relation.REPOST, re.compile(r"retweet|repost|share|reblog")),
    (Relation.QUOTE, re.compile(r"quote")),
    (Relation.REPLY, re.compile(r"repl|comment")),
)
_BETWEEN = re.compile(r"[,;\s](?=https?://)")  # one sign only: linear on any text


@dataclass(frozen=True, slots=True)
class Identity:
    """Which post a row is about; `marks` go to `extra`."""

    platform: str
    native_id: str
    marks: dict[str, Any] = field(default_factory=dict)


def identity(
    row: Row,
    tool: str,
    told: str | None,
    *,
    own: str = "",
    native_id: str | None = None,
    did: str | None = None,
    words: Iterable[str | None] = (),
) -> Identity:
    """The post of the row, by the fields `url`, `own` and `document`.

    `told` is the platform that the tool names; `own` the field with that platform's own id of the post, `native_id`
    that id where the format has it already; `did` the author's Bluesky account; `words` what an id of ours is made of.
    Raises Rejected where the id that counts is destroyed."""
    url = row.word("url")
    post = post_of(url, did=did) if url else None
    if post is not None:
        return Identity(*post, _repaired(row, own, post[1]))
    platform = (platform_of(url) if url else None) or told or WEB
    native = _own_id(row, own, url) if own else native_id
    if native is not None:
        return Identity(platform, native, _repaired(row, own, native))
    document = row.post_id("document")
    if document is not None:
        return Identity(platform, f"{tool}:{document}")
    if url and len(url) <= _LONGEST_ID:
        return Identity(platform, url)
    return Identity(platform, synthetic_id(tool, platform, *words), {MARK: True})


def _own_id(row: Row, own: str, url: str | None) -> str | None:
    try:
        return row.post_id(own, ids.cell)
    except Rejected as error:
        true_id = ids.true_id(row.raw(own), [url]) if error.reason == Reason.ID_DESTROYED else None
        if true_id is None:
            raise
        return true_id


def _repaired(row: Row, own: str, native: str) -> dict[str, Any]:
    """The mark, where the platform's own column holds an id that lost digits; one that is whole, and another than that
    taken, is left for `extra`."""
    stood = row.seen(own) if own else None
    if stood is None:
        return {}
    try:
        told, is_destroyed = ids.cell(stood), False
    except PydanticCustomError as error:
        told, is_destroyed = ids.bare(str(stood)), error.type == "id_destroyed"
    if is_destroyed or told == native:
        row.raw(own)
    return {ids.REPAIRED: str(stood)} if is_destroyed and told != native else {}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a post stands to another: the fields of Mention of these names."""

    relation: Relation
    parent_id: str | None = None
    root_id: str | None = None
    parent_author: str | None = None


def standing(
    post: Identity,
    text: str,
    url: str | None,
    *,
    told: Iterable[str | None],
    parents: str | None,
    spoken_to: str | None,
) -> Standing:
    """Relation by the words "RT @", else by what the tool calls it (`told`: the first that says something); parent by
    the first address of another post in `parents`; its author by that address, else by `spoken_to`.

    Comments of Reddit and YouTube are replies whatever the tool says: their addresses have the thread in them."""
    root = root_of(url) if url else None
    retweet = _RT.match(text)
    relation = Relation.REPOST if retweet else _relation(told)
    if relation is Relation.ORIGINAL and root is not None:
        relation = Relation.REPLY
    if relation is Relation.ORIGINAL:
        return Standing(relation)
    parent, handle = _parent(parents, post)
    handle = handle or (retweet[1] if retweet else None) or (spoken_to or "").removeprefix("@") or None
    if relation is Relation.REPOST:
        return Standing(relation, parent, parent, handle)
    if parent is None and root is not None and post.platform == "youtube":
        parent = post.native_id.rpartition(".")[0] or root  # an answer's id begins with that of the comment above it
    return Standing(relation, parent, root, handle)


def _relation(told: Iterable[str | None]) -> Relation:
    for name in told:
        for relation, words in _RELATIONS:
            if name and words.search(name.casefold()):
                return relation
    return Relation.ORIGINAL


def _parent(addresses: str | None, post: Identity) -> tuple[str | None, str | None]:
    """Id and handle of the first address that is another post's on the same platform."""
    for address in split_addresses(addresses):
        found = post_of(address)
        if found is not None and found[0] == post.platform and found[1] != post.native_id:
            return found[1], author_of(address)
    return None, None


def split_addresses(cell: str | None) -> list[str]:
    """The addresses of one cell, separated by commas, semicolons or space; all three may stand within an address."""
    parts = (part.strip(" \t\r\n,;") for part in _BETWEEN.split(cell or ""))
    return [part for part in parts if part]
