"""What platforms do to a text on its way out."""

from __future__ import annotations

import html
import re

ENTITY = re.compile(r"&(?:amp|lt|gt|quot|#\d+);")


def escaped(text: str) -> str:
    """As X and Reddit send it: & < > as entities. A text whose entities survived from its source goes out as it is."""
    return text if ENTITY.search(text) else html.escape(text, quote=False)
