"""The encoding of text by its first bytes: a byte order mark, or where its NULs stand. Else it is UTF-8."""

from __future__ import annotations

import codecs

from pipeline.dumps.text import UTF16_AS_UTF8

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins as the mark of UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MISREAD_MARK = "ÿþ".encode()
_LOOKED_AT = 4096
_SHARE = 0.2


def find_encoding(head: bytes, told: str | None) -> tuple[str, int]:
    """The encoding, and how many bytes of marks stand before the text. What is told wins, without a look at NULs."""
    if told is not None:
        return _told(head, told)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            if encoding == "utf-8" and head[3:].startswith(_MISREAD_MARK):
                return _misread(head, 3)
            return encoding, len(mark)
    if head.startswith(_MISREAD_MARK):
        return _misread(head, 0)
    return _by_nuls(head[:_LOOKED_AT]), 0


def encoding_reason(encoding: str, marks: int, told: str | None) -> str:
    """Why find_encoding found it, for people."""
    if told is not None:
        return "as told"
    if marks:
        return "its byte order mark"
    return "no byte order mark and no NULs tell another encoding" if encoding == "utf-8" else "where its NULs stand"


def _told(head: bytes, told: str) -> tuple[str, int]:
    name = codecs.lookup(told).name
    for mark, encoding in _MARKS:
        if head.startswith(mark) and (
            encoding == name or encoding[:6] == name or name == "utf-8-sig" == encoding + "-sig"
        ):
            return encoding, len(mark)
    return ("utf-8" if name == "utf-8-sig" else told), 0


def _misread(head: bytes, at: int) -> tuple[str, int]:
    """A mark of UTF-16 that was taken for "ÿþ": with the NULs still there, each byte of it became a character."""
    start = at + len(_MISREAD_MARK)
    has_nuls = b"\0" in head[start : start + _LOOKED_AT]
    return (UTF16_AS_UTF8 if has_nuls else "utf-8"), start


def _by_nuls(head: bytes) -> str:
    """In UTF-16 every other byte of ASCII is NUL, from the first on; other letters may stand between."""
    pairs = len(head) // 2
    even, odd = head[: 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if odd > pairs * _SHARE and even * 10 <= odd and not head[1]:
        return "utf-16-le"
    if even > pairs * _SHARE and odd * 10 <= even and not head[0]:
        return "utf-16-be"
    return "utf-8"
