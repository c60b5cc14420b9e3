"""A mapping file, ready to be applied: what configs/mapping.py reads, without what only its reader needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.formats.mapped_values import TimeLayout

TEXTS = ("text", "title", "parent_text")
LABELS = ("author.handle", "author.name", "language", "parent_author", "url")
IDS = ("author.id", "parent_id", "root_id")
TIMES = ("published_at", "edited_at", "observed_at")
COUNTS = ("author.followers", *(f"engagement.{name}" for name in ("likes", "replies", "reposts", "quotes", "views")))
FIELDS = (*TEXTS, *LABELS, *IDS, *TIMES, *COUNTS, "author.verified", "rating")
"""What a mapping may place, by the names of Mention."""

Words = Mapping[str, frozenset[str]]
"""By path, the words (as `mapped_values.word` makes them) that stand for something there."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: in the first of `columns` that holds something; else it is the constant."""

    columns: tuple[str, ...] = ()
    constant: str | int | float | bool | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A column whose words are translated; `others` is what all words become that are not in `values`."""

    column: str
    values: Mapping[str, str]
    others: str | None


@dataclass(frozen=True, slots=True)
class IdRule:
    """Where the native id is from: a column, the address of the post, or the values it is made of, in this order."""

    columns: tuple[str, ...] = ()
    from_url: str | None = None
    made_of: tuple[str, ...] = ()
    with_line: bool = False


@dataclass(frozen=True, slots=True)
class MappingSpec:
    """The parts of a mapping file; `platform` and `relation` are a table, or one name for all rows."""

    platform: str | Table
    native_id: IdRule
    fields: Mapping[str, Place]
    relation: str | Table | None = None
    times: TimeLayout = field(default_factory=TimeLayout)
    rating_scale: float = 5
    html: bool = False
    entities: bool = False
    mojibake: bool = False
    skip: Words = field(default_factory=dict)
    deleted: Words = field(default_factory=dict)
    empty: frozenset[str] = frozenset()
    author_columns: tuple[str, ...] = ()
    columns: tuple[str, ...] | None = None
    rows: str | None = None
