"""Elements of a JSON list, or JSON values one after the other, cut out of a stream without being parsed.

A scanner that knows strings, escapes and brackets, and does not recurse. It holds one element at a time, and of one
that is too long only the beginning; one that is no JSON is given as it is, up to the comma or bracket that ends it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.dumps.json_shape import JsonShape
from pipeline.dumps.notes import NoteKind
from pipeline.dumps.reading import Found, Reading

_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_FLAT = rb'(?:[^"\[\]{}]++|' + _STRING + rb")*+"
Line = tuple[int, bytes]
"""Number of an element's first line, and the element."""
_WITHIN = re.compile(
    rb'(?:[^"\[\]{}]++|' + _STRING + rb"|\{" + _FLAT + rb"\}|\[" + _FLAT + rb"\])*+", re.DOTALL
)  # up to a bracket that holds others, or what the piece of the stream cuts
_IN_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_BETWEEN = re.compile(rb'[^"\[\]{},]*+')
_OUTSIDE = re.compile(rb'[^"\[\]{}\n]*+')
_AROUND = re.compile(rb"[^\[{\n]*+")
_NO_DATA = re.compile(
    rb"(?:\xef\xbb\xbf|[^\w$\x80-\xff{]++)*+(?:(?:(?:var|let|const)\s+)?[A-Za-z_$][\w$.]{0,200}\s*=)?"
)  # around lists: marks, brackets too many, and the names that JavaScript gives them
_DEPTH = {ord("{"): 1, ord("["): 1, ord("}"): -1, ord("]"): -1}
_QUOTE, _ESCAPE, _COMMA, _LIST, _END_OF_LIST, _OBJECT, _END_OF_LINE = b'"\\,[]{\n'
_SPACE = b" \t\r\n\f\v"
_NO_LINE_END = re.compile(rb"[^\n]")


def json_elements(chunks: Iterator[bytes], reading: Reading) -> Iterator[Found]:
    """The elements of a list, or of several, and what stands around these, line by line and object by object; or else,
    as the layout's shape says, values by themselves."""
    scan = _Scan(reading.max_bytes, listed=reading.layout.shape is JsonShape.LIST)
    position = 0
    for chunk in _blanked(chunks, reading.layout.prefix):
        for line, value in scan.feed(chunk):
            position += 1
            yield position, line, value
    for line, value in () if reading.is_cut() else scan.ended(b""):
        position += 1
        if scan.is_open:
            why = "the last record has no end, or a bracket is missing in it"
            reading.notes.add(NoteKind.UNFINISHED, why, reading.bytes_given(), position)
        yield position, line, value
    if scan.in_list and not reading.is_cut():
        why = "the list has no end: half written, or a bracket is missing"
        reading.notes.add(NoteKind.UNFINISHED, why, reading.bytes_given(), position)
    if scan.outside:
        reading.notes.count(NoteKind.OUTSIDE_LIST, scan.outside)


class _Scan:
    """Where in the stream it is, and the element at hand."""

    def __init__(self, max_bytes: int, *, listed: bool) -> None:
        self.outside = 0
        """Bytes around lists that are neither blank nor data."""
        self.in_list = False
        self._listed = listed
        self._depth = 0
        self._in_string = False
        self._escaped = False
        self._most = max_bytes + 1
        self._parts: list[bytes] = []
        self._size = 0
        self._line = 1
        self._lines_within = 0

    @property
    def _is_around(self) -> bool:
        return self._listed and not self.in_list

    @property
    def is_open(self) -> bool:
        """Within the brackets or the string of an element."""
        return self._depth > 0 or self._in_string

    def feed(self, data: bytes) -> Iterator[Line]:
        """Elements that end in these bytes."""
        at = start = 0
        while at < len(data):
            if self._in_string:
                at = self._string(data, at)
            elif self._depth:
                at = self._brackets(data, at)
                if not self._depth and not self.in_list:
                    yield from self.ended(data[start:at])
                    start = at
            elif self._is_around:
                at, upto = self._around(data, at)
                if upto is not None:
                    yield from self.ended(data[start:upto])
                    start = upto if self._depth else at
                    self.in_list = data[at - 1] == _LIST
            else:
                at, upto = self._top(data, at)
                if upto is not None:
                    yield from self.ended(data[start:upto])
                    start = at
                    self.in_list = self.in_list and data[at - 1] == _COMMA
        self._take(data[start:])

    def ended(self, last: bytes) -> Iterator[Line]:
        """The element that ends with these bytes, unless it is blank."""
        self._take(last)
        if self._parts:
            value = b"".join(self._parts).rstrip(_SPACE)
            if self._is_around and self._size < self._most and _NO_DATA.fullmatch(value):
                self.outside += len(value.translate(None, _SPACE + b",;"))
            else:
                yield self._line, value
        self._line += self._lines_within
        self._parts = []
        self._size = self._lines_within = 0

    def _take(self, piece: bytes) -> None:
        if not self._parts:
            taken = piece.lstrip(_SPACE if self.in_list else _SPACE + b",;")
            self._line += piece.count(b"\n", 0, len(piece) - len(taken))
            piece = taken
        if piece:
            self._lines_within += piece.count(b"\n")
            if self._size < self._most:
                self._parts.append(piece[: self._most - self._size])
            self._size += len(piece)

    def _string(self, data: bytes, at: int) -> int:
        """Goes on within a string."""
        if self._escaped:
            self._escaped = False
            at += 1
        at = _end(_IN_STRING, data, at)
        if at == len(data):
            return at
        self._in_string = data[at] != _QUOTE
        self._escaped = self._in_string  # the piece ends amid an escape
        return at + 1

    def _brackets(self, data: bytes, at: int) -> int:
        """Goes on within brackets, to where they close, or to a string that is cut."""
        while self._depth:
            at = _end(_WITHIN, data, at)
            if at == len(data):
                return at
            if data[at] == _QUOTE:
                self._in_string = True
                return at + 1
            self._depth += _DEPTH[data[at]]
            at += 1
        return at

    def _around(self, data: bytes, at: int) -> tuple[int, int | None]:
        """Goes on around lists. Where to go on, and where a line ended, or what stands before a list or an object."""
        at = _end(_AROUND, data, at)
        if at == len(data):
            return at, None
        self._depth = int(data[at] == _OBJECT)
        return at + 1, at + (data[at] == _END_OF_LINE)

    def _top(self, data: bytes, at: int) -> tuple[int, int | None]:
        """Goes on between elements, or within one that is no object. Where to go on, and where an element ended."""
        at = _end(_BETWEEN if self.in_list else _OUTSIDE, data, at)
        if at == len(data):
            return at, None
        byte = data[at]
        if byte == _QUOTE:
            self._in_string = True
        elif self.in_list and byte in (_COMMA, _END_OF_LIST):
            return at + 1, at
        elif byte == _END_OF_LINE and not self.in_list:
            return at + 1, at + 1
        elif _DEPTH.get(byte) == 1:
            self._depth = 1
            return at + 1, None
        return at + 1, None


def _end(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    match = pattern.match(data, at)
    return match.end() if match else at


def _blanked(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """The chunks, with blanks for the first `size` bytes, so that lines are still counted."""
    for chunk in chunks:
        yield _NO_LINE_END.sub(b" ", chunk[:size]) + chunk[size:] if size else chunk
        size = max(0, size - len(chunk))
