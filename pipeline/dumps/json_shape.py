"""What kind of JSON a text is, by its beginning (as UTF-8 bytes)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from pathlib import PurePosixPath

import orjson

from pipeline.dumps.json_lists import is_list

_ASSIGNMENT = re.compile(rb"""\s*(?:(?:var|let|const)\s+)?[A-Za-z_$][\w$.\[\]"']{0,200}\s*=\s*(?=[\[{])""")
_OF_OBJECTS = re.compile(rb"\s*\[\s*[{\]]")
_LINES_LOOKED_AT = 20
_NAMES_OF_LINES = (".jsonl", ".ndjson", ".jl")
_PACKED = (".gz", ".bz2", ".xz", ".zst", ".zstd")


class JsonShape(StrEnum):
    """Lines: an object a line. List: records are its elements. Values: one object over many lines, or several."""

    LINES = "lines"
    LIST = "list"
    VALUES = "values"


@dataclass(frozen=True, slots=True)
class Json:
    """`prefix`: bytes of JavaScript before the JSON."""

    shape: JsonShape
    prefix: int = 0


def json_shape(head: bytes, name: str, *, whole: bool, is_table: bool = False) -> Json | None:
    """None where it is no JSON. `whole`: the head is all there is. `is_table`: it is told to be one, and only a table
    if it can be; such options are for all files of a folder, and JSON may be among them."""
    found = _shape(head, name, whole=whole)
    if found is None or not is_table or found.shape is JsonShape.VALUES:
        return found
    if found.shape is JsonShape.LIST:
        return found if _OF_OBJECTS.match(head, found.prefix) else None
    return found if any(map(_is_object, _lines(head, whole=whole))) else None


def _shape(head: bytes, name: str, *, whole: bool) -> Json | None:
    first = head.lstrip()[:1]
    if first == b"[":
        return Json(JsonShape.LIST) if is_list(head, whole=whole) else None
    assignment = _ASSIGNMENT.match(head)
    if assignment:
        prefix = assignment.end()
        return Json(JsonShape.LIST if head[prefix : prefix + 1] == b"[" else JsonShape.VALUES, prefix)
    lines = _lines(head, whole=whole)
    objects = [_is_object(line) for line in lines]
    if first != b"{":
        mostly = bool(objects) and sum(objects) * 2 >= len(objects)
        return Json(JsonShape.LINES) if mostly or _named_as_lines(name) else None
    if not lines or objects[0] or any(this and that for this, that in pairwise(objects)):
        return Json(JsonShape.LINES)
    return Json(JsonShape.VALUES if _spans_lines(head, lines[0]) else JsonShape.LINES)


def _lines(head: bytes, *, whole: bool) -> list[bytes]:
    """The first lines that are not blank and, if there is more than the head, not cut."""
    lines = head.splitlines(keepends=True)
    if not whole and lines and not lines[-1].endswith((b"\n", b"\r")):
        lines.pop()
    return [line for line in lines if not line.isspace()][:_LINES_LOOKED_AT]


def _is_object(line: bytes) -> bool:
    if not line.lstrip().startswith(b"{"):
        return False
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def _named_as_lines(name: str) -> bool:
    suffixes = [suffix.lower() for suffix in PurePosixPath(name).suffixes if suffix.lower() not in _PACKED]
    return bool(suffixes) and suffixes[-1] in _NAMES_OF_LINES


def _spans_lines(head: bytes, first: bytes) -> bool:
    """Whether JSON that begins in the first line makes sense beyond the second line's beginning."""
    text = head.decode("utf-8", "replace").lstrip()
    try:
        reached = json.JSONDecoder().raw_decode(text)[1]
    except json.JSONDecodeError as error:
        reached = error.pos
    except RecursionError:
        return True
    return reached > len(first.decode("utf-8", "replace").lstrip()) + 1
