"""A content as chunks of bytes, of UTF-8, or of text, without marks and (but for bytes) NULs; damage ends it and is
kept."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.dumps.content import Content
from pipeline.dumps.damage import Damaged
from pipeline.dumps.layout import Layout
from pipeline.dumps.notes import NoteKind, Notes
from pipeline.dumps.text import Decoder, utf8

_CHUNK_BYTES = 64 * 1024


class Stream:
    """One reading of a content, by one of its ways."""

    def __init__(self, content: Content, layout: Layout, notes: Notes) -> None:
        self.damage: Damaged | None = None
        """What ended it, once it has ended."""
        self.given = 0
        """Bytes of the content so far, marks and NULs included."""
        self._content = content
        self.layout = layout
        self._notes = notes

    def is_cut(self) -> bool:
        """It was damage that ended it."""
        return self.damage is not None

    def raw(self) -> Iterator[bytes]:
        """Chunks of its bytes as they are, for those who know encodings themselves."""
        return self._bytes()

    def utf8(self) -> Iterator[bytes]:
        """Chunks of UTF-8; if the content is told as UTF-8, its bytes as they are."""
        if self.layout.encoding != "utf-8":
            yield from map(utf8, self.texts())
            return
        for chunk in self._bytes():
            if b"\0" in chunk:
                self._notes.count(NoteKind.NULS_REMOVED, chunk.count(b"\0"))
                chunk = chunk.replace(b"\0", b"")
            yield chunk

    def texts(self) -> Iterator[str]:
        """Chunks of text."""
        decoder = Decoder(self.layout.encoding)
        for chunk in self._bytes():
            yield self._plain(decoder.decode(chunk))
        if not self.is_cut():
            yield self._plain(decoder.decode(b"", final=True))
        if decoder.lost:
            self._notes.count(NoteKind.CHARACTERS_LOST, decoder.lost)

    def _plain(self, text: str) -> str:
        if "\0" in text:
            self._notes.count(NoteKind.NULS_REMOVED, text.count("\0"))
            return text.replace("\0", "")
        return text

    def _bytes(self) -> Iterator[bytes]:
        try:
            self.given += len(self._content.read(self.layout.marks))
            while chunk := self._content.read(_CHUNK_BYTES):
                self.given += len(chunk)
                yield chunk
        except Damaged as error:
            self.damage = error
