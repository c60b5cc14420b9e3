"""Texts as the encoder sees them: as people wrote them, but for addresses and private handles, which say nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

from classifiers.normalise import normalise

_ADDRESS = re.compile(r"(?:https?://|www\.)\S*", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w@])@(\w+)(?:@[\w.-]*\w)?")
USER, URL = "@user", "http"
"""As UMSAB masks them, on which the encoder is trained first."""


def worded(text: str, is_brand: Callable[[str], bool]) -> str:
    """`text` normalised and masked; handles of brands stay, since a post at a brand is another thing than one at a
    friend. `is_brand` takes a case-folded handle."""
    text = normalise(text)
    if "http" in text or "www." in text.lower():
        text = _ADDRESS.sub(URL, text)
    if "@" in text:
        text = _HANDLE.sub(lambda match: match[0] if is_brand(match[1].casefold()) else USER, text)
    return text
