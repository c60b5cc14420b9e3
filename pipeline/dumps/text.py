"""Bytes to text, piece by piece and whatever they are; and back to UTF-8.

Bytes that are no UTF-8 stay in the text (as `surrogateescape` keeps them), so that `utf8` gives them back as they were,
and decode() refuses the record. What cannot be read in another encoding becomes U+FFFD."""

from __future__ import annotations

import codecs

UTF16_AS_UTF8 = "utf-16-le taken for latin-1"
"""No codec: UTF-16 of which each byte was taken for a character, and saved as UTF-8. It begins with "ÿþ"."""

_LOST = "\udfff"  # stands for a character that is lost; no other error handler makes it
_HANDLER = "echolot-lost"
_BYTES_OF = {ord(bytes([byte]).decode("cp1252", "ignore") or chr(byte)): byte for byte in range(256)}
_WITH_A_MARK = {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}  # where the mark is missing: what Windows writes


def _lost(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _LOST, error.end


codecs.register_error(_HANDLER, _lost)


class Decoder:
    """Turns pieces of bytes into pieces of text. `lost` counts characters that became U+FFFD."""

    def __init__(self, encoding: str) -> None:
        """Raises LookupError or UnicodeError where the encoding cannot be used here."""
        self.lost = 0
        self._twice = encoding == UTF16_AS_UTF8
        self._decoder = _incremental("utf-8" if self._twice else encoding)
        self._second = _incremental("utf-16-le")

    def decode(self, data: bytes, *, final: bool = False) -> str:
        """The text of the next bytes."""
        text = self._decoder.decode(data, final)
        if self._twice:
            text = self._second.decode(text.translate(_BYTES_OF).encode("latin-1", "replace"), final)
        if _LOST in text:
            self.lost += text.count(_LOST)
            text = text.replace(_LOST, "\ufffd")
        return text


def utf8(text: str) -> bytes:
    """The text in UTF-8, with the bytes that were no text as they were."""
    return text.encode("utf-8", "surrogateescape")


def is_mojibake(text: str) -> bool:
    """UTF-8 that was taken for latin-1 or cp1252 stands in it, and nothing that speaks against it."""
    return mended(text) != text


def mended(text: str) -> str:
    """The text as it was before its UTF-8 was taken for latin-1 or cp1252; unchanged where that did not happen."""
    if text.isascii():
        return text
    translated = text.translate(_BYTES_OF)
    try:
        return translated.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _incremental(encoding: str) -> codecs.IncrementalDecoder:
    "".encode(encoding)  # refuses codecs that are no encodings of text
    name = codecs.lookup(encoding).name
    new = codecs.getincrementaldecoder(_WITH_A_MARK.get(name, encoding))
    errors = "surrogateescape" if name == "utf-8" else _HANDLER
    new(errors).decode(bytes(range(256)), True)  # refuses those that are not for whole files, such as idna
    return new(errors)
