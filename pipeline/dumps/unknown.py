"""Files that folders and archives hold besides posts, and that could be read: lists of likes, settings, code, notes.

Their records would be dead letters, some thousands of them, and private messages among them. So a file that nobody gave
by its own path is left out where no format knows its beginning, and that is told."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.dumps.layout import Kind, Layout
from pipeline.dumps.notes import Note, NoteKind
from schemas.decode import FORMAT_HEADER, decode
from schemas.record import Dead, Reason, Record

LOOKED_AT = 20
"""Records of a file's beginning."""
LEFT_OUT = Note(NoteKind.NOT_READ, "no format knows how it begins; named by its own path, or with --format, it is read")


def is_unknown(head: Sequence[Record], layout: Layout | None, max_bytes: int) -> bool:
    """`head`: the first LOOKED_AT records. What is broken or too large says nothing, but in a table without any known
    column, which text is taken for, too. A named format knows all; mappings are always named."""
    if layout is None or (head and FORMAT_HEADER in head[0].headers):
        return False
    is_text = layout.kind is Kind.TABLE and layout.header.index >= 0 and not layout.header.known
    found = [item for each in head for item in decode(each, format_name=None, max_bytes=max_bytes)]
    return (bool(head) or is_text) and all(
        isinstance(item, Dead) and (is_text or item.reason is Reason.UNKNOWN_FORMAT) for item in found
    )
