"""Members of ZIP files, each read by itself and checked against what the list of contents says of it."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from pipeline.dumps.content import Broken, Content, Stretch, unreadable
from pipeline.dumps.damage import Damaged
from pipeline.dumps.inflate import BY_ZIP_METHOD, Inflated
from pipeline.dumps.zip_walk import UNKNOWN, walk

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_DOCUMENTS = ("[content_types].xml", "mimetype")
_STORED = 0
_ENCRYPTED = 1
_DEFLATE64 = 9


def contents(path: Path, name: str) -> list[zipfile.ZipInfo]:
    """What the file's list says, in its order. Raises Damaged where there is no such list."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise unreadable(path, error) from error
    with file:
        try:
            return zipfile.ZipFile(file).infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, EOFError, OSError) as error:
            why = f"no ZIP file that can be read, half of one perhaps ({error}); get it anew"
            raise Damaged(name, path.stat().st_size, why) from error


def is_document(listed: Iterable[zipfile.ZipInfo]) -> bool:
    """By its files it is one document (XLSX, ODS, ...) and no archive."""
    return any(info.filename.lower() in _DOCUMENTS for info in listed)


def without_list(path: Path, name: str) -> tuple[list[zipfile.ZipInfo], Damaged]:
    """What a file holds that lacks its list, as far as it goes, and what is to be told of it."""
    try:
        listed, byte = walk(path)
    except OSError as error:
        raise unreadable(path, error) from error
    found = f"{len(listed)} members were found without its list of contents"
    why = f"half a ZIP file from here on, or a corrupt one ({found}); get it anew"
    return listed, Damaged(name, byte, why)


def open_member(path: Path, name: str, info: zipfile.ZipInfo) -> Content:
    """The content of a member. What is wrong with it is told by reading."""
    if info.flag_bits & _ENCRYPTED:
        return Broken(name, "encrypted; unpack the archive with its password")
    if info.compress_type != _STORED and info.compress_type not in BY_ZIP_METHOD:
        what = "Deflate64" if info.compress_type == _DEFLATE64 else f"method {info.compress_type}"
        return Broken(name, f"compressed by {what}, which is not known here; unpack the archive")
    start = _data_start(path, info.header_offset)
    if start is None:
        return Broken(name, "the archive's list of contents leads astray; get it anew")
    stored: Content = Stretch(path, name, start, info.compress_size)
    if info.compress_type != _STORED:
        stored = Inflated(name, stored, BY_ZIP_METHOD[info.compress_type], None)
    return stored if info.file_size == UNKNOWN else _Checked(name, stored, info)


class _Checked(Content):
    """The content of a member, after which its length and checksum are compared with what was promised."""

    def __init__(self, name: str, inner: Content, info: zipfile.ZipInfo) -> None:
        super().__init__()
        self._name = name
        self._inner = inner
        self._info = info
        self._checksum = 0
        self._given = 0

    @property
    def consumed(self) -> int:
        """See Content."""
        return self._inner.consumed

    def close(self) -> None:
        """Closes the file."""
        self._inner.close()
        super().close()

    def _piece(self) -> bytes:
        piece = self._inner.read(65_536)
        self._given += len(piece)
        self._checksum = zlib.crc32(piece, self._checksum)
        size = self._info.file_size
        if self._given > size or (not piece and self._given < size):
            raise Damaged(self._name, self._given, f"its size is told as {size}, which it has not")
        if not piece and self._checksum != self._info.CRC:
            raise Damaged(self._name, self._given, "its checksum differs: somewhere before, bytes are wrong")
        return piece


def _data_start(path: Path, offset: int) -> int | None:
    """Where a member's data begin, behind its own header."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            header = file.read(30)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and not path.is_file():
            raise unreadable(path, error) from error
        return None
    if len(header) < 30 or header[:4] != MAGIC[0]:
        return None
    name_size, extra_size = struct.unpack("<HH", header[26:30])
    return offset + 30 + int(name_size) + int(extra_size)
