"""Which handles belong to brands, for the model's features: a post at a brand is another thing than one at a friend."""

from __future__ import annotations

import re
from collections.abc import Iterable

_CARE = re.compile(r"support|help|care(?:s|$)|service|kunden|dialog|^ask[a-z]|_info$|hilft|official|_presse$")


class BrandAccounts:
    """Callable on case-folded handles: one of the named accounts, or named like a care team."""

    def __init__(self, handles: Iterable[str]) -> None:
        self._handles = frozenset(handle.casefold().partition("@")[0] for handle in handles)  # without a server

    def __call__(self, handle: str) -> bool:
        """True for a brand's account."""
        return handle in self._handles or _CARE.search(handle) is not None
