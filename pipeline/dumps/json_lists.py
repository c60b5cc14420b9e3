"""Whether a text that begins with a bracket is a JSON list: `[Date],text` is a table, `[12:30] Ann: Hi` a chat."""

from __future__ import annotations

import json
import re

_OBJECT_FIRST = re.compile(r"\s*\[(?:[\[\],\s]|//[^\n]*+\n|/\*(?:[^*]|\*(?!/))*+\*/)*+(?:\{|\Z)")
_OBJECT_SOON = re.compile(r'[\[,]\s*+\{\s*+"')
_SOON = 4096
_VALUE = r'(?:"(?:[^"\\]|\\.)*+"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|NaN|-?Infinity)'
_BROKEN = re.compile(rf'\[[\[\s]*(?:\Z|{_VALUE}\s*(?:,|\Z)|"(?:[^"\\]|\\.)*+\\?\Z)', re.DOTALL)
_BETWEEN = re.compile(r"[\s,;]*")
_MORE = re.compile(r"\Z|\{|[A-Za-z_$][\w$.]{0,200}\s*=\s*[\[{]")
_JSON = json.JSONDecoder(parse_int=str, parse_float=str, strict=False)


def is_list(head: bytes, *, whole: bool) -> bool:
    """Objects stand in it; or it decodes, and nothing follows but more JSON; or, where it is broken or cut, its first
    element could be one. What follows a list of objects is no matter."""
    text = head.decode("utf-8", "replace")
    if not whole:
        text = text[: text.rfind("\n") + 1] or text  # the last line may be cut
    if _OBJECT_FIRST.match(text):
        return True
    at = text.index("[")
    while True:
        try:
            found, at = _JSON.raw_decode(text, at)
        except RecursionError:
            return True
        except ValueError:
            return bool(_BROKEN.match(text, at) or _OBJECT_SOON.search(text, at, at + _SOON))
        if any(type(value) in (dict, list) for value in found):
            return True
        at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # matches anywhere
        if not text.startswith("[", at):
            return bool(_MORE.match(text, at))
