"""Elements of an XML file as JSON objects: each element of the one name that the options tell is a record.

An object has attributes and child elements by name, a list where a name comes more than once, and `#text` for text
beside them. An element without either is its text, or null where that is blank. Names are as written, prefix included.
One record is held at a time, and of one that is too long only the beginning. Entities that the file itself declares end
the reading: they may be a bomb, or lead to other files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from pipeline.dumps.damage import Damaged
from pipeline.dumps.notes import NoteKind
from pipeline.dumps.reading import Found, Reading
from pipeline.dumps.streams import Stream
from pipeline.dumps.xml_feed import fed
from schemas.jsontext import dumps
from schemas.payload import MAX_DEPTH

_NATIVE = {"utf-8": "UTF-8", "utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE"}
_DEEPEST = MAX_DEPTH + 2  # decode() refuses it, and what lies deeper need not be held
_DEEPEST_OF_ALL = 1000  # the parser holds 120 bytes for each element that is open
_MOST_NAMES, _LONGEST_NAME = 10, 40


def xml_elements(stream: Stream, name: str, reading: Reading) -> Iterator[Found]:
    """The records of the member `name`. Raises Damaged, with its byte, where the XML breaks: what follows is lost."""
    layout, element = reading.layout, reading.options.record_element
    assert element is not None
    is_native = layout.encoding in _NATIVE
    is_declared = layout.encoding == "utf-8" and not layout.marks and reading.options.encoding is None
    parser = expat.ParserCreate(None if is_declared else _NATIVE.get(layout.encoding, "UTF-8"))
    records = _Records(parser, element, reading.max_bytes)
    position = 0
    try:
        for _ in fed(parser, stream.raw() if is_native else stream.utf8(), name, reading.is_cut):
            for line, value in records.taken():
                position += 1
                yield position, line, value
    except Damaged as error:
        counted = "" if is_native else f", counted in UTF-8, not in {layout.encoding}"
        raise Damaged(name, error.byte + layout.marks, f"{error.why}{counted}; what follows was not read") from error
    if not position and not reading.is_cut():
        why = f"no element {element} in it, but {', '.join(records.others)}; name one by --record-element"
        reading.notes.add(NoteKind.NOT_READ, why)


class _Records:
    """Handlers of a parser, and the records that they have found."""

    def __init__(self, parser: expat.XMLParserType, element: str, longest: int) -> None:
        self.others: dict[str, None] = {}
        """Names of the first elements outside of records."""
        self._parser = parser
        self._element = element
        self._longest = longest
        self._found: list[tuple[int, bytes]] = []
        self._depth = 0
        self._open: list[_Element] = []
        self._left_out = 0
        """Elements that are open within the last of `_open`, and not held."""
        self._line = 0
        self._size = 0
        parser.buffer_text = True
        parser.buffer_size = 65_536
        parser.specified_attributes = True  # defaults, which a file may declare, could make it a bomb
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = _no_entities
        parser.SkippedEntityHandler = self._skipped

    def taken(self) -> list[tuple[int, bytes]]:
        """Number of the first line, and the JSON, of the records that have ended since."""
        found, self._found = self._found, []
        return found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST_OF_ALL:
            raise ValueError(f"nested deeper than {_DEEPEST_OF_ALL} levels")
        if not self._open:
            if name != self._element:
                if len(self.others) < _MOST_NAMES:
                    self.others[name[:_LONGEST_NAME]] = None
                return
            self._line, self._size = self._parser.CurrentLineNumber, 0
        elif self._left_out or len(self._open) >= _DEEPEST or self._size > self._longest:
            self._left_out += 1
            return
        self._size += len(name) + sum(len(key) + len(value) for key, value in attributes.items()) + 5
        self._open.append(_Element(name, attributes))

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._left_out:
            self._left_out -= 1
        elif self._open:
            element = self._open.pop()
            if self._open:
                self._open[-1].add(element.name, element.value())
            else:
                found = element.value()
                value = dumps(found if type(found) is dict else {"#text": found})
                is_whole = self._size <= self._longest
                self._found.append((self._line, value if is_whole else value.ljust(self._longest + 1)))

    def _text(self, data: str) -> None:
        if not self._open or self._left_out:
            return
        if self._size <= self._longest:
            self._open[-1].texts.append(data)
        self._size += len(data)

    def _skipped(self, name: str, is_parameter: bool) -> None:
        """An entity that another file declares stays as written: `entities` of a mapping knows those of HTML."""
        if not is_parameter:
            self._text(f"&{name};")


class _Element:
    """One that is open."""

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.texts: list[str] = []
        self._parts: dict[str, Any] = dict(attributes)

    def add(self, name: str, value: Any) -> None:
        """A child has ended."""
        known = self._parts.get(name)
        if name not in self._parts:
            self._parts[name] = value
        elif type(known) is list:
            known.append(value)
        else:
            self._parts[name] = [known, value]

    def value(self) -> Any:
        """See the module."""
        text = "".join(self.texts)
        if not self._parts:
            return text if text.strip() else None
        return {**self._parts, "#text": text.strip()} if text.strip() else self._parts


def _no_entities(*_: object) -> None:
    raise ValueError("it declares entities, as no export needs to and bombs do")
