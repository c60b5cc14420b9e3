"""A mapping file: which column or JSON path of somebody's export is which field of a mention. See docs/mapping.md."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from configs.base import Settings
from configs.mapping_places import (
    NOWHERE,
    Column,
    Columns,
    CountPlace,
    StarsPlace,
    TextPlace,
    TimePlace,
    TruthPlace,
    Words,
)
from configs.mapping_rules import NativeIdRule, PlatformRule, RelationRule, Times


def _as_value(given: Any) -> Any:
    if given is None:
        raise ValueError("is empty")
    return {"value": given} if isinstance(given, str) else given


def _as_column(given: Any) -> Any:
    return {"column": given} if isinstance(given, (str, list)) else given


def _as_layout(given: Any) -> Any:
    return {"layout": given} if isinstance(given, str) else given


class AuthorPlaces(Settings):
    """Who wrote it."""

    id: TextPlace = NOWHERE
    """The platform's id of the account."""
    handle: TextPlace = NOWHERE
    """The account's name; an @ before it is taken away."""
    name: TextPlace = NOWHERE
    """Display name."""
    followers: CountPlace = NOWHERE
    """Number of followers."""
    verified: TruthPlace = NOWHERE
    """Whether the platform vouches for the account: true, yes or 1."""


class EngagementPlaces(Settings):
    """Counters; one that cannot be read stays in `extra`."""

    likes: CountPlace = NOWHERE
    """Likes, favourites, helpful votes."""
    replies: CountPlace = NOWHERE
    """Replies or comments."""
    reposts: CountPlace = NOWHERE
    """Retweets, boosts, shares."""
    quotes: CountPlace = NOWHERE
    """Reposts with text of their own."""
    views: CountPlace = NOWHERE
    """Impressions."""


class Mapping(Settings):
    """A mapping file; its name without .yaml is the name of the format."""

    platform: Annotated[PlatformRule, BeforeValidator(_as_value)]
    """Where the posts are from: a name as `forum`, or {column: ..., values: {...}}."""
    native_id: Annotated[NativeIdRule, BeforeValidator(_as_column)]
    """The post's own id, unique within the platform: a column, or one of its other rules."""
    text: TextPlace
    """The post's text; may be blank, but the column must be there."""
    title: TextPlace = NOWHERE
    """Headline."""
    author: AuthorPlaces = AuthorPlaces()
    """Who wrote it."""
    published_at: TimePlace
    """When it was posted."""
    edited_at: TimePlace = NOWHERE
    """When this version was made; the latest wins."""
    observed_at: TimePlace = NOWHERE
    """When the counters were read."""
    language: TextPlace = NOWHERE
    """Language as declared, such as de or pt-BR."""
    relation: Annotated[RelationRule | None, BeforeValidator(_as_value)] = None
    """original, reply, quote or repost; unset, a row with a parent_id is a reply."""
    parent_id: TextPlace = NOWHERE
    """Native id of the post replied to, quoted or reposted."""
    root_id: TextPlace = NOWHERE
    """Native id of the thread's first post."""
    parent_author: TextPlace = NOWHERE
    """Handle of the parent's author."""
    parent_text: TextPlace = NOWHERE
    """Text of the post replied to or quoted: helps to judge, and is not stored."""
    url: TextPlace = NOWHERE
    """Public address; a native id that a spreadsheet destroyed is mended by it."""
    rating: StarsPlace = NOWHERE
    """Stars, from 0 to `rating_scale`."""
    rating_scale: Annotated[float, Field(gt=0, le=1000)] = 5
    """The best rating there is; 10 makes a 7 to 3.5 of 5."""
    engagement: EngagementPlaces = EngagementPlaces()
    """Counters."""
    times: Annotated[Times, BeforeValidator(_as_layout)] = Times()
    """How the file writes its times: a layout, or {layout: ..., zone: ..., day_first: ...}."""
    html: bool = False
    """Texts and title are HTML, and are made plain."""
    entities: bool = False
    """Texts and title have &amp; for &, and are unescaped once."""
    mojibake: bool = False
    """Records have UTF-8 that was read as Latin-1 ("Ã¼" for "ü", as in Meta's personal downloads), and are mended where
    that is certain of the whole record."""
    skip: dict[Column, Words] = Field(default_factory=dict)
    """Rows that are no mentions, as {Type: [ad, header]}; "" is a blank cell."""
    deleted: dict[Column, Words] = Field(default_factory=dict)
    """Rows that say that a post is gone, as {Status: [deleted, removed]}."""
    empty: Words = ()
    """Words that mean that a cell holds nothing, such as nan or N/A; blank cells need none."""
    author_columns: Columns = ()
    """Other columns about the author: kept in extra["author"], which privacy settings take away."""
    columns: Columns = ()
    """All columns in order, for CSV rows that come without a header line."""
    rows: Column | None = None
    """Path of the list whose objects are the rows, for records that hold several; unset: a record is a row."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.html and self.entities:
            raise ValueError("html unescapes entities already; remove `entities`")
        if len(set(self.columns)) < len(self.columns):
            raise ValueError("columns names one twice; give each its own name")
        if self.columns and self.rows is not None:
            raise ValueError("columns are of CSV, rows of JSON and XML; remove one of them")
        return self
