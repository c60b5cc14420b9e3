"""Members of tar files, compressed or not, in the order in which they stand there."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.dumps.content import Broken, Content, Stretch
from pipeline.dumps.damage import Damaged

_BLOCK = 512
Opener = Callable[[], Content]


def is_tar(head: bytes) -> bool:
    """Whether the first 512 bytes are a tar header, by its checksum."""
    try:
        tarfile.TarInfo.frombuf(head[:_BLOCK], "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError, IndexError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Entry:
    """A regular file: its name, where its bytes begin, and how many they are; None where it is stored with holes."""

    name: str
    start: int
    size: int | None


class _Forward:
    """A content as the file that tarfile wants, which seeks forward only."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.last_block = b""
        self._at = 0

    def tell(self) -> int:
        """How many bytes were read."""
        return self._at

    def read(self, size: int = -1) -> bytes:
        """As Content.read."""
        data = self.content.read(size)
        self._at += len(data)
        self.last_block = data
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Reads over what lies between; stops at the end."""
        if whence or offset < self._at:
            raise tarfile.ReadError("its headers lead backwards")
        while self._at < offset and self.read(min(65_536, offset - self._at)):
            pass
        return self._at


class Tar:
    """One tar file. One stream goes on from member to member: compressed data know no way back, so what is opened in
    order is decompressed once."""

    def __init__(self, name: str, whole: Opener) -> None:
        """`whole` opens the file, decompressed."""
        self._name = name
        self._whole = whole
        self._idle: _Forward | None = None

    def entries(self) -> Iterator[Entry]:
        """Its regular files. Raises Damaged where the file ends or is no tar file any more."""
        forward = _Forward(self._whole())
        with forward.content:
            try:
                with tarfile.TarFile(fileobj=forward, errors="surrogateescape") as archive:  # type: ignore[arg-type]
                    while (info := archive.next()) is not None:
                        archive.members.clear()  # type: ignore[attr-defined]  # else it keeps them all
                        if info.isreg() or info.sparse is not None:
                            yield Entry(info.name, info.offset_data, None if info.sparse is not None else info.size)
            except (tarfile.TarError, ValueError, OverflowError, EOFError) as error:
                why = f"no tar file from here on, half of one perhaps ({error})"
                raise Damaged(self._name, forward.tell(), why) from error
            if forward.last_block.strip(b"\0"):
                raise Damaged(self._name, forward.tell(), "no tar file from here on; get it anew")

    def open(self, entry: Entry) -> Content:
        """The content of a file."""
        name, start, size = f"{self._name}!{entry.name}", entry.start, entry.size
        if size is None:
            return Broken(name, "stored with holes; unpack the archive")
        content = self._whole()
        if isinstance(content, Stretch) and content.path is not None:
            path = content.path
            content.close()
            return Stretch(path, name, start, size)
        forward = self._idle
        self._idle = None
        if forward is None or forward.tell() > start:
            if forward is not None:
                forward.content.close()
            forward = _Forward(content)
        else:
            content.close()
        return _Part(name, forward, start, size, self._give_back)

    def _give_back(self, forward: _Forward) -> None:
        if self._idle is not None:
            self._idle.content.close()
        self._idle = forward


class _Part(Content):
    """One member's bytes out of the stream."""

    def __init__(self, name: str, forward: _Forward, start: int, size: int, done: Callable[[_Forward], None]) -> None:
        super().__init__()
        self._name = name
        self._forward = forward
        self._start = start
        self._left = size
        self._size = size
        self._done = done
        self._consumed_before = forward.content.consumed

    @property
    def consumed(self) -> int:
        """See Content."""
        return self._forward.content.consumed - self._consumed_before

    def close(self) -> None:
        """Leaves the stream to the next member."""
        if not self.closed:
            self._done(self._forward)
        super().close()

    def _piece(self) -> bytes:
        try:
            self._forward.seek(max(self._start, self._forward.tell()))
            piece = self._forward.read(min(65_536, self._left)) if self._left else b""
        except Damaged as error:
            raise Damaged(self._name, self._size - self._left, error.why) from error
        if self._left and not piece:
            raise Damaged(self._name, self._size - self._left, f"the archive ends {self._left} bytes too early")
        self._left -= len(piece)
        return piece
