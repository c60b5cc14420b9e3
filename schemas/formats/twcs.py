"""twcs: the public data set "Customer Support on Twitter", one CSV row a post.

Odd: brands stand under their handle, customers under a number; a data frame in between turns the reply ids into
floats ("119237.0"); `response_tweet_id` is a list within one cell. The ids are the data set's own, not the network's,
so there is no address. Rows as JSON objects of the same names are taken too. Golden payloads: tests/golden/twcs/."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from schemas.formats.model import SourceModel, mention, merged, validated
from schemas.formats.protocol import Item, Payload
from schemas.ids import CellId, cell
from schemas.mention import Relation
from schemas.record import Ignored
from schemas.text import unescape
from schemas.times import TwitterTime

_COLUMNS = (
    "tweet_id",
    "author_id",
    "inbound",
    "created_at",
    "text",
    "response_tweet_id",
    "in_response_to_tweet_id",
)
_MARKS = frozenset(_COLUMNS) - {"text", "created_at"}


def _no_blank(value: Any) -> Any:
    """Blank and NaN are how CSV and data frames write "none"."""
    return None if value in ("", "nan", "NaN") else value


def _ids(value: Any) -> list[str]:
    """The comma-separated ids of one cell."""
    value = _no_blank(value)
    if value is None:
        return []
    return [cell(part) for part in (value.split(",") if type(value) is str else [value])]


class _Row(SourceModel):
    tweet_id: CellId
    author_id: Annotated[str, BeforeValidator(lambda value: str(value) if type(value) is int else value)]
    inbound: bool
    created_at: TwitterTime
    text: str
    response_tweet_id: Annotated[list[str], BeforeValidator(_ids)] = Field(default_factory=list)
    in_response_to_tweet_id: Annotated[CellId | None, BeforeValidator(_no_blank)] = None


class Twcs:
    """Rows of twcs.csv."""

    name = "twcs"
    columns: tuple[str, ...] | None = _COLUMNS

    def looks_like(self, payload: Payload) -> bool:
        """The data set's column names."""
        return type(payload) is dict and payload.keys() >= _MARKS

    def items(self, payload: Payload, headers: Mapping[str, bytes]) -> Iterator[Item]:
        """One mention; the file's header line is ignored."""
        if type(payload) is dict and payload.get("tweet_id") == "tweet_id":
            yield Ignored("header")
            return
        row = validated(_Row, payload)
        parent = row.in_response_to_tweet_id
        numbered = row.author_id.isascii() and row.author_id.isdigit()
        yield mention(
            platform="x",
            native_id=row.tweet_id,
            text=unescape(row.text),
            author={"id": row.author_id, "handle": None if numbered else row.author_id},
            published_at=row.created_at,
            relation=Relation.REPLY if parent else Relation.ORIGINAL,
            parent_id=parent,
            extra=merged(row.unnamed, {"inbound": row.inbound, "response_tweet_id": row.response_tweet_id}),
        )
