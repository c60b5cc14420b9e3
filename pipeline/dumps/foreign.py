"""Files that hold no posts to read, by their first bytes: what folders and archives hold besides."""

from __future__ import annotations

import re

from pipeline.dumps.tars import is_tar

_BEGINNINGS = (
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"RIFF", "a picture or sound (RIFF)"),
    (b"OggS", "sound (Ogg)"),
    (b"ID3", "sound (MP3)"),
    (b"\x1aE\xdf\xa3", "a film (Matroska)"),
    (b"%PDF-", "a PDF; export the posts as CSV"),
    (b"{\\rtf", "a text with layout (RTF); export the posts as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old or encrypted document of Office; save it as XLSX or CSV, without a password"),
    (b"Rar!", "an archive (RAR); unpack it"),
    (b"7z\xbc\xaf", "an archive (7z); unpack it"),
    (b"SQLite format 3\0", "a database (SQLite); export its posts as CSV"),
    (b"\x1f\x8b\x08", "compressed twice; unpack it"),
    (b"BZh91AY&SY", "compressed twice; unpack it"),
    (b"\xfd7zXZ\x00", "compressed twice; unpack it"),
    (b"\x28\xb5\x2f\xfd", "compressed twice; unpack it"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
)
_DELETED_NOTES = re.compile(rb"\bdeleted_note_tweet\b")
_MARKUP = re.compile(rb"\s*<(?:[!?]|/?[A-Za-z])")
_DOCUMENT = re.compile(rb"\s*<(?:[!?]|html\b)", re.IGNORECASE)
_FTYP = slice(4, 8)
MARKUP = (
    "HTML or XML; name an XML file's element that is a post by --record-element, or export the posts as CSV or JSON"
)
"""What it is where nobody says which of its elements are records."""
WITHIN = "an archive ({}) within another, or compressed again; unpack it first"
"""What it is where members.py did not open it."""


def foreign_script(assignment: bytes) -> str | None:
    """The same of JavaScript, by what stands before its data."""
    if _DELETED_NOTES.search(assignment):
        return "deleted long posts of X, without the ids of their posts; deleted-tweets.js tells of these"
    return None


def foreign(head: bytes) -> str | None:
    """What it is, and what to do where it may hold posts; None where it is to be read."""
    for beginning, what in _BEGINNINGS:
        if head.startswith(beginning):
            return what
    if head[_FTYP] == b"ftyp":
        return "a film or picture (MP4)"
    return WITHIN.format("tar") if is_tar(head) else None


def is_markup(head: bytes, *, is_table: bool = False) -> bool:
    """XML or HTML; of what is told to be a table, only what says so itself: `<DATE>;<OPEN>` may be a header."""
    return bool((_DOCUMENT if is_table else _MARKUP).match(head))
