"""What is told of the files of a replay. Files of one folder that are not read for the same reason share a line: an
account's archive holds thousands of pictures."""

from __future__ import annotations

from pipeline.dumps.members import folder
from pipeline.dumps.notes import Note, NoteKind

_NAMED = 100  # files of a line; of more, the number


class FileNotes:
    """Notes by file, in the order of reading."""

    def __init__(self) -> None:
        self._lines: list[tuple[str, Note]] = []
        self._unread: dict[tuple[str, Note], list[str]] = {}
        self._places: dict[tuple[str, Note], int] = {}

    def add(self, name: str, note: Note) -> bool:
        """Whether it is a line of its own."""
        if note.kind is not NoteKind.NOT_READ:
            self._lines.append((name, note))
            return True
        key = (folder(name), note)
        names = self._unread.setdefault(key, [])
        names.append(name.removeprefix(key[0]))
        if len(names) == 1:
            self._places[key] = len(self._lines)
            self._lines.append((name, note))
        return len(names) == 1

    def listed(self) -> list[tuple[str, Note]]:
        """Names of files, with the note."""
        lines = list(self._lines)
        for (where, note), names in self._unread.items():
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            lines[self._places[where, note]] = (where + ", ".join(names[:_NAMED]) + more, note)
        return lines
