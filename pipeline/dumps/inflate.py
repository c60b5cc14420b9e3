"""Decompression piece by piece, several frames or members in a row, told by their first bytes.

Where the data are corrupt, all that decodes comes out first (gzip and deflate: to the byte; others: but for the last
16 KiB before the spot). Where they end too early, all of it."""

from __future__ import annotations

import bz2
import lzma
import sys
import zlib
from collections.abc import Callable
from typing import Protocol

from pipeline.dumps.content import Content
from pipeline.dumps.damage import Damaged

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

STEP = 16_384
"""Most bytes that one call of a decoder gives; what a corrupt frame costs."""
_FED = 65_536
_MEMORY = 2**31  # frames of dumps were made with windows of 2 GiB (zstd --long=31)
_MAGIC_BYTES = 10


class Decoder(Protocol):
    """As the standard library's BZ2Decompressor, LZMADecompressor and ZstdDecompressor are."""

    @property
    def eof(self) -> bool:
        """The frame's end is reached."""

    @property
    def needs_input(self) -> bool:
        """Nothing more comes out without more data."""

    @property
    def unused_data(self) -> bytes:
        """What follows the frame."""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """At most max_length bytes more."""


class Deflate:
    """zlib's decoder, behaving as the others do. On corrupt data it gives the last good byte before it raises."""

    def __init__(self, window_bits: int) -> None:
        self._decoder = zlib.decompressobj(window_bits)
        self._rest = b""
        self._fault: zlib.error | None = None

    @property
    def eof(self) -> bool:
        """See Decoder."""
        return self._decoder.eof

    @property
    def needs_input(self) -> bool:
        """See Decoder."""
        return not self._rest and self._fault is None

    @property
    def unused_data(self) -> bytes:
        """See Decoder."""
        return self._decoder.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """See Decoder. Raises zlib.error."""
        if self._fault is not None:
            raise self._fault
        given = self._rest + data
        before = self._decoder.copy()
        try:
            found = self._decoder.decompress(given, max_length)
        except zlib.error as error:
            self._fault = error
            found = _before_the_fault(before, given, max_length)
            if not found:
                raise
        self._rest = self._decoder.unconsumed_tail
        return found


def compression(head: bytes) -> str | None:
    """gzip, bzip2, xz or zstd, by the first bytes; None for what is not compressed."""
    if head[:3] == b"\x1f\x8b\x08":
        return "gzip"
    if head[:3] == b"BZh" and head[4:10] in (b"1AY&SY", b"\x17rE8P\x90"):
        return "bzip2"
    if head[:6] == b"\xfd7zXZ\x00":
        return "xz"
    if head[:4] == b"\x28\xb5\x2f\xfd" or (head[1:4] == b"\x2a\x4d\x18" and head[0] >> 4 == 5):  # or a skippable frame
        return "zstd"
    return None


def unpacked(name: str, content: Content) -> Content:
    """The content decompressed, if its first bytes say that it is compressed; else as it is."""
    kind = compression(content.peek(_MAGIC_BYTES))
    return content if kind is None else Inflated(name, content, _DECODERS[kind], kind)


class Inflated(Content):
    """What a compressed content holds. Zeros that fill up the last block of a tape are no damage."""

    def __init__(self, name: str, source: Content, new: Callable[[], Decoder], kind: str | None) -> None:
        """`kind` None: one frame without a mark of its own, as in ZIP files."""
        super().__init__()
        self._name = name
        self._source = source
        self._new = new
        self._kind = kind
        self._decoder = new()
        self._pending = b""
        self._given = 0

    @property
    def consumed(self) -> int:
        """See Content."""
        return self._source.consumed

    def close(self) -> None:
        """Closes the source, too."""
        self._source.close()
        super().close()

    def _piece(self) -> bytes:
        while not self._decoder.eof or self._next_frame():
            data, self._pending = self._pending, b""
            try:
                if not data and self._decoder.needs_input:
                    data = self._source.read(_FED)
                at_end = not data and self._decoder.needs_input
                piece = self._decoder.decompress(data, STEP)
            except Damaged as error:
                raise self._damaged(error.why) from error
            except (OSError, EOFError, zlib.error, lzma.LZMAError, zstd.ZstdError) as error:
                raise self._damaged(f"its compressed data are corrupt ({error})") from error
            self._given += len(piece)
            if piece:
                return piece
            if at_end and not self._decoder.eof:
                raise self._damaged("its compressed data end too early, half written or half sent")
        return b""

    def _next_frame(self) -> bool:
        """Whether one follows."""
        if self._kind is None:
            return False
        try:
            rest = self._decoder.unused_data or self._source.read(_FED)
            while rest and not rest.strip(b"\0"):
                rest = self._source.read(_FED)
            if 0 < len(rest) < _MAGIC_BYTES:
                rest += self._source.read(_FED)
        except Damaged as error:
            raise self._damaged(error.why) from error
        if not rest:
            return False
        if compression(rest) != self._kind:
            raise self._damaged("something else follows its compressed data")
        self._decoder, self._pending = self._new(), rest
        return True

    def _damaged(self, why: str) -> Damaged:
        return Damaged(self._name, self._given, why)


def _before_the_fault(decoder: zlib._Decompress, data: bytes, max_length: int) -> bytes:
    """Byte by byte in and out, since the call that fails gives nothing."""
    found = bytearray()
    try:
        for at in range(len(data)):
            piece = decoder.decompress(data[at : at + 1], 1)
            while piece and len(found) < max_length:
                found += piece
                piece = decoder.decompress(decoder.unconsumed_tail, 1)
            if len(found) == max_length:
                break
    except zlib.error:
        pass
    return bytes(found)


def _zstd() -> Decoder:
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: 31})


_DECODERS: dict[str, Callable[[], Decoder]] = {
    "gzip": lambda: Deflate(31),
    "bzip2": bz2.BZ2Decompressor,
    "xz": lambda: lzma.LZMADecompressor(memlimit=_MEMORY),
    "zstd": _zstd,
}
BY_ZIP_METHOD: dict[int, Callable[[], Decoder]] = {
    8: lambda: Deflate(-15),
    12: bz2.BZ2Decompressor,
    93: _zstd,
}
"""Decoders of the compression methods of ZIP files."""
