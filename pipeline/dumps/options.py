"""What whoever imports a dump knows of it that its bytes do not say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pipeline.dumps.text import Decoder
from schemas.decode import FORMAT_HEADER
from schemas.local_times import DAY_FIRST_HEADER, ZONE_HEADER

NO_DELIMITER = "\0"
"""As delimiter: a line is one field. NULs are taken out of all text, so that none parts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """All of them may be left out. Raises ValueError for those that cannot be meant."""

    encoding: str | None = None
    """Name of the encoding; unset: found by byte order mark and NULs, else UTF-8. Never guessed beyond that."""
    delimiter: str | None = None
    """The character between the fields of a table, or NO_DELIMITER; unset: comma, semicolon, tab or pipe, whichever
    fits."""
    header: int | Literal["none"] | None = None
    """Number of the table's header row, blank lines counted; "none" names the columns c1, c2, ...; unset: found."""
    quotes: bool = True
    """Off: a quote in a table is a character as any other."""
    column_names: frozenset[str] = frozenset()
    """Names that a header is known by, beside those of header_names.py."""
    record_element: str | None = None
    """Name of the XML elements that are records; unset: XML is not read."""
    format_name: str | None = None
    """The payload format (schemas/formats)."""
    zone: str | None = None
    """IANA name of the zone of times without an offset."""
    day_first: bool | None = None
    """Whether 03/04 is the third of April."""
    headers: Mapping[str, bytes] = field(default_factory=dict)
    """More headers for every record."""

    def __post_init__(self) -> None:
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '"\r\n'):
            raise ValueError("delimiter: one character is expected, and no quote or line end")
        if isinstance(self.header, int) and self.header < 1:
            raise ValueError("header: rows are counted from 1")
        if self.encoding is not None:
            _check(self.encoding)

    def record_headers(self) -> dict[str, bytes]:
        """Headers of every record."""
        told = dict(self.headers)
        if self.format_name is not None:
            told[FORMAT_HEADER] = self.format_name.encode()
        if self.zone is not None:
            told[ZONE_HEADER] = self.zone.encode()
        if self.day_first is not None:
            told[DAY_FIRST_HEADER] = b"true" if self.day_first else b"false"
        return told


def _check(encoding: str) -> None:
    try:
        Decoder(encoding)
    except (LookupError, UnicodeError):
        raise ValueError("encoding: unknown, or none of whole files; name one such as utf-8, utf-16, cp1252") from None
