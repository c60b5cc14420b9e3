"""What a payload format offers. Formats are stateless: the decoder (schemas/decode.py) calls them from any thread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from schemas.mention import Mention
from schemas.record import Dead, Deletion, Ignored

Item = Mention | Deletion | Ignored | Dead
Payload = Any  # a decoded JSON value; for CSV formats a dict of column name to text


class Format(Protocol):
    """A named mapping from a decoded payload to items."""

    name: str
    """As written in configuration and in the `echolot-format` header."""
    columns: tuple[str, ...] | None
    """Column order for CSV rows that come without a header; None for JSON formats."""

    def looks_like(self, payload: Payload) -> bool:
        """Cheap check on keys alone; formats must not overlap on each other's golden payloads. Must not raise."""
        ...

    def items(self, payload: Payload, headers: Mapping[str, bytes]) -> Iterator[Item]:
        """All that the payload holds, in its order; a page may mix mentions with dead items.

        Raises Rejected where the payload as a whole is unusable: the decoder makes the record a dead letter."""
        ...


def needs_zone(candidate: Format) -> bool:
    """Times in the format's tables have no offset: an import must say the zone. False unless the class says
    `needs_zone = True`, so that formats whose times are instants need not mention it. For people: what a file lacks is
    seen by its rows."""
    return bool(getattr(candidate, "needs_zone", False))
