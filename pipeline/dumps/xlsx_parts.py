"""What an XLSX file is made of (ECMA-376): parts in a ZIP file, read as streams of XML events."""

from __future__ import annotations

import os
import re
from array import array
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from xml.parsers import expat

from pipeline.dumps import zips
from pipeline.dumps.content import Content
from pipeline.dumps.damage import Damaged
from pipeline.dumps.spooling import MOST_BYTES, no_room
from pipeline.dumps.xml_feed import fed

_RATIO = 1000
_MOST_STRINGS = 2**25  # a sheet of Excel's has 2**20 rows
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
Attributes = dict[str, str]


class Package:
    """The parts by their names, whatever their case."""

    def __init__(self, path: Path, name: str) -> None:
        """Raises Damaged where the file is no ZIP file, or grows beyond all measure when it is unpacked."""
        self._path = path
        self._name = name
        self._parts = {info.filename.replace("\\", "/").lower(): info for info in zips.contents(path, name)}
        size = sum(info.file_size for info in self._parts.values())
        if size > MOST_BYTES:
            raise Damaged(name, 0, f"a bomb, by its list of contents: {size} bytes when it is unpacked")
        for info in self._parts.values():
            if info.file_size > _RATIO * max(1, info.compress_size):
                raise Damaged(name, 0, f"a bomb: {info.file_size} bytes in {info.compress_size}")

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._parts

    def open(self, part: str) -> Content:
        """The part's content. Raises Damaged where it is missing."""
        info = self._parts.get(part.lower())
        if info is None:
            raise Damaged(self._name, 0, f"no XLSX file: it lacks {part}")
        return zips.open_member(self._path, f"{self._name}!{part}", info)


class Events:
    """Handlers for a part's elements, by their local names; nothing is kept of it."""

    def start(self, tag: str, attributes: Attributes) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Some characters."""


def parse(content: Content, name: str, events: Events) -> Iterator[None]:
    """Feeds the handlers; comes back after every piece, so that what they found can be taken. Closes the content.

    Raises Damaged where it is no XML."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 65_536

    def root(tag: str, attributes: Attributes) -> None:
        """All of the part's own elements have the prefix of the first, if that has one."""
        prefix = tag.rpartition(":")[0]
        start, end = (events.start, events.end) if not prefix else _without(f"{prefix}:", events)
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        start(tag, attributes)

    parser.StartElementHandler = root
    parser.CharacterDataHandler = events.text
    parser.StartDoctypeDeclHandler = _no_doctype
    with closing(content):
        yield from fed(parser, iter(partial(content.read, 65_536), b""), name)


class Strings:
    """The texts that cells share, by number. They lie on disk, since they may be all the texts of the file."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._ends = array("Q")
        self._size = 0
        self._file = TemporaryFile(prefix="echolot-")  # noqa: SIM115  closed by `close`

    def close(self) -> None:
        """Lets go of the disk."""
        self._file.close()

    def read(self, content: Content, name: str) -> None:
        """Takes all texts of the part. Raises Damaged; TerminalError where the disk is full."""
        reading = _StringEvents(self._add, self._longest)
        try:
            for _ in parse(content, name, reading):
                pass
            self._file.flush()
        except OSError as error:
            raise no_room(name, error) from error

    def __getitem__(self, number: int) -> str:
        """Raises IndexError."""
        if not 0 <= number < len(self._ends):
            raise IndexError
        start = self._ends[number - 1] if number else 0
        data = os.pread(self._file.fileno(), self._ends[number] - start, start)
        return data.decode("utf-8", "surrogatepass")

    def _add(self, text: str) -> None:
        self._size += self._file.write(text.encode("utf-8", "surrogatepass"))
        self._ends.append(self._size)
        if len(self._ends) > _MOST_STRINGS:
            raise ValueError(f"more than {_MOST_STRINGS} texts")


class _StringEvents(Events):
    def __init__(self, add: Callable[[str], None], longest: int) -> None:
        self._add = add
        self._text = Text(longest)

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "si":
            self._text.clear()
        self._text.start(tag)

    def end(self, tag: str) -> None:
        self._text.end(tag)
        if tag == "si":
            self._add(self._text.joined())

    def text(self, data: str) -> None:
        self._text.add(data)


class Text:
    """The characters of an element's <t> parts, without those that tell how to read it aloud (<rPh>)."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._is_aloud = False
        self._is_text = False
        self.clear()

    def clear(self) -> None:
        """Another element begins."""
        self._parts: list[str] = []
        self._size = 0

    def start(self, tag: str) -> None:
        """An element within begins."""
        if tag == "t":
            self._is_text = not self._is_aloud
        elif tag == "rPh":
            self._is_aloud = True

    def end(self, tag: str) -> None:
        """An element within ends."""
        if tag == "t":
            self._is_text = False
        elif tag == "rPh":
            self._is_aloud = False

    def add(self, data: str) -> None:
        """Characters; beyond the longest text that is taken, they are dropped."""
        if self._is_text and self._size <= self._longest:
            self._parts.append(data)
            self._size += len(data)

    def joined(self) -> str:
        """The text."""
        return unescaped("".join(self._parts))


def unescaped(text: str) -> str:
    """_x000D_ and its like stand for characters that XML cannot hold. NULs are left out."""
    if "_x" not in text:
        return text
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text).replace("\0", "")
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _without(prefix: str, events: Events) -> tuple[Callable[[str, Attributes], None], Callable[[str], None]]:
    return (
        lambda tag, attributes: events.start(tag.removeprefix(prefix), attributes),
        lambda tag: events.end(tag.removeprefix(prefix)),
    )


def _no_doctype(*_: object) -> None:
    raise ValueError("it declares a document type, as no spreadsheet does")


def whole_number(text: str | None) -> int:
    """0 where it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
