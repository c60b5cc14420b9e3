"""JSON lines: a record a line, ended by LF, CRLF or CR. Blank lines are none."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import orjson

from pipeline.dumps.notes import NoteKind
from pipeline.dumps.reading import Found, Reading


def json_lines(chunks: Iterator[bytes], reading: Reading) -> Iterator[Found]:
    """The lines, as they are. A last one that has no end and is no JSON is told: it may be half of one."""
    position = 0
    end = last = b""

    def watched() -> Iterator[bytes]:
        nonlocal end
        for chunk in chunks:
            end = chunk[-1:] or end
            yield chunk

    for number, last in enumerate(physical_lines(watched(), reading.max_bytes, reading.is_cut), start=1):
        if last.isspace() or not last:
            continue
        position += 1
        yield position, number, last.rstrip(b"\r\n")
    if last.strip() and end not in b"\r\n" and not reading.is_cut() and not _is_json(last):
        why = "the last line has no end and is no JSON: half written"
        reading.notes.add(NoteKind.UNFINISHED, why, reading.bytes_given(), position)


def physical_lines(chunks: Iterator[bytes], longest: int, is_cut: Callable[[], bool]) -> Iterator[bytes]:
    """Lines, some with their ends; of a longer one the first `longest` + 1 bytes. If cut, only whole ones."""
    parts: list[bytes] = []
    size = 0
    held = b""
    for chunk in chunks:
        chunk = held + chunk
        held = b"\r" if chunk.endswith(b"\r") else b""  # a line feed may follow
        for line in chunk.removesuffix(held).splitlines(keepends=True):
            is_ended = line.endswith((b"\n", b"\r"))
            if is_ended and not parts:
                yield line if len(line) <= longest else line.rstrip(b"\r\n")[: longest + 1]
                continue
            if size <= longest:
                parts.append(line)
            size += len(line)
            if is_ended:
                yield _joined(parts, longest)
                parts, size = [], 0
    if parts and (held or not is_cut()):
        yield _joined(parts, longest)


def _joined(parts: list[bytes], longest: int) -> bytes:
    return b"".join(parts).rstrip(b"\r\n")[: longest + 1]


def _is_json(value: bytes) -> bool:
    try:
        orjson.loads(value)
    except orjson.JSONDecodeError:
        return False
    return True
