"""What a test does without the service it needs: skip, saying how to get it, or fail where the service is required."""

from __future__ import annotations

import os

import pytest


def need(missing: str | None) -> None:
    """`missing` says what lacks and how to get it; None: nothing. ECHOLOT_REQUIRE_SERVICES=1 forbids to skip."""
    if missing is None:
        return
    if os.environ.get("ECHOLOT_REQUIRE_SERVICES") == "1":
        pytest.fail(f"ECHOLOT_REQUIRE_SERVICES=1, but {missing}", pytrace=False)
    pytest.skip(missing)
