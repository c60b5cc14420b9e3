"""What a person should know of how a member was read: damage, and all that was mended or left out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NoteKind(StrEnum):
    """What a note speaks of."""

    DAMAGED = "damaged"
    UNFINISHED = "unfinished"
    NOT_READ = "not_read"
    ABOVE_HEADER = "above_header"
    HEADER_ASSUMED = "header_assumed"
    REPEATED_HEADER = "repeated_header"
    OUTSIDE_LIST = "outside_list"
    ENCODING_MENDED = "encoding_mended"
    NULS_REMOVED = "nuls_removed"
    CHARACTERS_LOST = "characters_lost"


@dataclass(frozen=True, slots=True)
class Note:
    """`byte` counts decompressed bytes before the spot (see Damaged); `record` is the position next to it. None where
    it has none."""

    kind: NoteKind
    text: str
    byte: int | None = None
    record: int | None = None


_COUNTED = {
    NoteKind.NULS_REMOVED: "NUL characters that were removed",
    NoteKind.CHARACTERS_LOST: "broken characters that became U+FFFD",
    NoteKind.REPEATED_HEADER: "rows that repeat the header and were left out",
    NoteKind.OUTSIDE_LIST: "bytes outside of the list that were left out",
}


class Notes:
    """Gathers the notes of one reading."""

    def __init__(self) -> None:
        self._notes: list[Note] = []
        self._counts: dict[NoteKind, int] = {}

    def add(self, kind: NoteKind, text: str, byte: int | None = None, record: int | None = None) -> None:
        """One more note."""
        self._notes.append(Note(kind, text, byte, record))

    def count(self, kind: NoteKind, number: int) -> None:
        """Adds to the sum that the only note of this kind tells."""
        self._counts[kind] = self._counts.get(kind, 0) + number

    def listed(self) -> list[Note]:
        """All notes so far."""
        sums = ((kind, self._counts[kind], what) for kind, what in _COUNTED.items() if kind in self._counts)
        return self._notes + [Note(kind, f"{what}: {number}") for kind, number, what in sums]
