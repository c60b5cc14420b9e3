"""How an export's words, ids and times are read, as mapping files say it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from configs.base import Settings
from configs.mapping_places import Column, Columns, as_word

Relation = Literal["original", "reply", "quote", "repost"]
Platform = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,32}$")]


def _as_words(given: Any) -> Any:
    if not isinstance(given, dict):
        return given
    return {word if isinstance(word, str) else as_word(word): meaning for word, meaning in given.items()}


def _folded(table: dict[str, Any]) -> dict[str, Any]:
    words = [as_word(word) for word in table]
    doubled = sorted(word for word in words if words.count(word) > 1)
    if doubled:
        raise ValueError(f"{doubled[0]!r} stands twice, since case does not count; keep one of them")
    return dict(zip(words, table.values(), strict=True))


_TABLE = BeforeValidator(_as_words), AfterValidator(_folded)


class PlatformRule(Settings):
    """The platform: one name for all rows, or a column whose words are translated."""

    value: Platform | None = None
    """Name of the platform of all rows; `platform: forum` is short for it."""
    column: Column | None = None
    """Column or path that says it, row by row."""
    values: Annotated[dict[str, Platform], *_TABLE] = Field(default_factory=dict)
    """What its words mean, as {Twitter: x}; case does not count."""
    others: Platform | None = None
    """What all other words mean; unset, such a row is a dead letter."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.value is None) == (self.column is None):
            raise ValueError("takes one name, or {column: ..., values: {...}}")
        if self.column is not None and not self.values and self.others is None:
            raise ValueError("a column needs `values`; write what its words mean, as {Twitter: x}")
        return self


class RelationRule(Settings):
    """How a row stands to its parent: one word for all rows, or a column whose words are translated."""

    value: Relation | None = None
    """The relation of all rows; `relation: reply` is short for it."""
    column: Column | None = None
    """Column or path that says it, row by row."""
    values: Annotated[dict[str, Relation], *_TABLE] = Field(default_factory=dict)
    """What its words mean, as {RT: repost}; case does not count."""
    others: Relation = "original"
    """What all other words, and none, mean."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.value is None) == (self.column is None):
            raise ValueError("takes one word, or {column: ..., values: {...}}")
        return self


class NativeIdRule(Settings):
    """Where the post's own id is from: the first of the three that gives one."""

    column: Columns = ()
    """Column or path of the platform's own id; of a list the first that holds something."""
    from_url: Column | None = None
    """Column or path of the post's address, from which the id is read (schemas/addresses.py)."""
    made_of: Columns = ()
    """Columns that tell a row from all others: an id of ours is made of them, and marked `id_synthetic` in `extra`."""
    with_line: bool = False
    """Put the row's line into such an id: for files that never change and hold equal rows."""

    @model_validator(mode="after")
    def _any(self) -> Self:
        if not (self.column or self.from_url or self.made_of):
            raise ValueError("needs `column`, `from_url` or `made_of`; name a column")
        if self.with_line and not self.made_of:
            raise ValueError("with_line adds to `made_of`; name its columns")
        return self


class Times(Settings):
    """How the file writes its times."""

    layout: str = "iso"
    """`iso`, `epoch` (seconds), `epoch_ms`, `local` (dates as people write them), or a pattern as "%d.%m.%y %H:%M"."""
    zone: str | None = None
    """Zone of times without an offset, as Europe/Berlin; the record's header `echolot-zone` goes first."""
    day_first: bool | None = None
    """With `local`: 03/04/2024 is the third of April; the record's header `echolot-day-first` goes first."""

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.layout not in ("iso", "epoch", "epoch_ms", "local"):
            _check_pattern(self.layout)
        if self.day_first is not None and self.layout != "local":
            raise ValueError("day_first is for the layout `local`; remove it")
        if self.zone is not None:
            try:
                ZoneInfo(self.zone)
            except (KeyError, OSError, ValueError):  # unknown, or no name at all
                raise ValueError("zone is unknown; write an IANA name such as Europe/Berlin or UTC") from None
        return self


def _check_pattern(pattern: str) -> None:
    """A time that is written by the pattern must come back. Raises ValueError."""
    if "%" not in pattern:
        raise ValueError('layout is unknown; write iso, epoch, epoch_ms, local or a pattern such as "%d.%m.%Y %H:%M"')
    if "%Z" in pattern.replace("%%", ""):
        raise ValueError("layout: %Z reads names of zones and forgets them; write %z for an offset, or set `zone`")
    probe = datetime(2024, 2, 23, 16, 5, 7, tzinfo=ZoneInfo("UTC"))
    try:
        back = datetime.strptime(probe.strftime(pattern), pattern)  # noqa: DTZ007  only the date counts
    except ValueError:
        raise ValueError("layout is no pattern that strptime can read; see its table of directives") from None
    if back.date() != probe.date():
        raise ValueError("layout lacks year, month or day; write a pattern that holds all three")
