"""Placeholders: what Reddit writes where a text was. None may overwrite the text first seen, whatever source brings it.

They are "[deleted]", "[deleted by user]" for a title, "[removed]", "[Removed by moderator]", "[ Removed by Reddit ]",
also with "... in response to a copyright notice." or "... on account of violating the [content policy](...)."."""

from __future__ import annotations

import re

from schemas.formats.protocol import Item
from schemas.mention import Mention, Relation
from schemas.record import Deletion

_PLACEHOLDER = re.compile(r"\[ ?(deleted|removed)( by (?:[^\[\]\n]|\[[^\[\]\n]{1,40}\]){1,80})? ?\]", re.IGNORECASE)


def why_gone(text: str | None) -> str | None:
    """What a text that is nothing but a placeholder says: "deleted" or "removed"; None for any other text."""
    match = _PLACEHOLDER.fullmatch(text.strip()) if text and text.lstrip()[:1] == "[" else None
    return match[1].lower() if match else None


def settled(item: Item) -> Item:
    """The item; of a mention that is a placeholder its deletion.

    Elsewhere than on Reddit anybody may write such words: there they are a placeholder only where the record says that
    the post is gone. A reply's title is its thread's, and says nothing of the reply."""
    mention = item.mention if isinstance(item, Deletion) else item
    if not isinstance(mention, Mention) or (mention is item and mention.platform != "reddit"):
        return item
    title = None if mention.relation is Relation.REPLY else mention.title
    reason = why_gone(mention.text) or why_gone(title)
    if reason is None:
        return item
    deleted_at = item.deleted_at if isinstance(item, Deletion) else None
    return Deletion(mention.platform, mention.native_id, deleted_at, reason)
