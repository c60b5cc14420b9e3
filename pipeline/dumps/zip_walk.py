"""Members of a ZIP file that lacks its list of contents, as half a download does, by the headers that stand before them
(APPNOTE 4.3.7)."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import BinaryIO

UNKNOWN = -1
"""As size of a member: its end was not found, and all that follows is taken for its own."""

_HEADER = struct.Struct("<4s2xHH4xLLLHH")
_MAGIC, _DESCRIPTOR = b"PK\x03\x04", b"PK\x07\x08"
_SHORT, _LONG = struct.Struct("<4xLLL"), struct.Struct("<4xLQQ")
_SIZES_FOLLOW, _UTF8 = 0x0008, 0x0800
_PIECE = 2**20


def walk(path: Path) -> tuple[list[zipfile.ZipInfo], int]:
    """The members, and the byte of the file from which on none is found. Raises OSError."""
    found = []
    at = 0
    with path.open("rb") as file:
        size = file.seek(0, 2)
        while at < size and (member := _member(file, at, size)) is not None:
            info, at = member
            found.append(info)
    return found, min(at, size)


def _member(file: BinaryIO, at: int, size: int) -> tuple[zipfile.ZipInfo, int] | None:
    """The member whose header is there, and the byte behind it."""
    file.seek(at)
    header = file.read(_HEADER.size)
    if len(header) < _HEADER.size or not header.startswith(_MAGIC):
        return None
    _, flags, method, checksum, packed, unpacked, name_size, extra_size = _HEADER.unpack(header)
    name, extra = file.read(name_size), file.read(extra_size)
    start = file.tell()
    if len(name) + len(extra) < name_size + extra_size:
        return None
    long = _long_sizes(extra)
    if long is not None and 0xFFFFFFFF in (packed, unpacked):
        unpacked, packed = long
    end = start + packed
    if flags & _SIZES_FOLLOW:
        checksum, packed, unpacked, end = _described(file, start, (_SHORT, _LONG) if long is None else (_LONG,))
    if unpacked == UNKNOWN:
        packed, end = size - start + 1, size  # a byte more than there is: reading it tells that it is cut
    info = zipfile.ZipInfo(name.decode("utf-8" if flags & _UTF8 else "cp437", "replace"))
    info.header_offset, info.flag_bits, info.compress_type = at, flags, method
    info.CRC, info.compress_size, info.file_size = checksum, packed, unpacked
    return info, end


def _described(file: BinaryIO, start: int, forms: tuple[struct.Struct, ...]) -> tuple[int, int, int, int]:
    """Checksum and both sizes as the descriptor behind the data tells them (4.3.9), and the byte behind it. It is known
    by its mark and by the packed size in it, so that data of any method, and corrupt ones, are passed over."""
    file.seek(start)
    at, window = start, b""
    while piece := file.read(_PIECE):
        window += piece
        spot = window.find(_DESCRIPTOR)
        while spot >= 0:
            for form in forms:
                if spot + form.size <= len(window):
                    checksum, packed, unpacked = form.unpack_from(window, spot)
                    if packed == at + spot - start:
                        return checksum, packed, unpacked, at + spot + form.size
            spot = window.find(_DESCRIPTOR, spot + 1)
        at += max(0, len(window) - _LONG.size + 1)
        window = window[-_LONG.size + 1 :]
    return 0, 0, UNKNOWN, 0


def _long_sizes(extra: bytes) -> tuple[int, int] | None:
    """Size and packed size in eight bytes each, where the header has room for them (4.5.3)."""
    while len(extra) >= 4:
        tag, size = struct.unpack_from("<HH", extra)
        if tag == 1 and size >= 16 and len(extra) >= 20:
            unpacked, packed = struct.unpack_from("<QQ", extra, 4)
            return unpacked, packed
        extra = extra[4 + size :]
    return None
