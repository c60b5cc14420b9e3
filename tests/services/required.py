"""What a test does without the service it needs: skip, saying how to get it, or fail where the service is required."""

from __future__ import annotations

import os

import pytest

MAY_LACK = ("echolot[training]", "mounting a small disk", "mount a tmpfs", "kubectl")
"""Words of reasons to skip a test where services are required, too: torch, tmpfs, kubectl."""


def is_required() -> bool:
    """Whether ECHOLOT_REQUIRE_SERVICES forbids to skip for want of a service."""
    return os.environ.get("ECHOLOT_REQUIRE_SERVICES") == "1"


def forbid_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Make a skip a failure where services are required, but for what a machine may lack."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if is_required() and not any(word in reason for word in MAY_LACK):
        report.outcome = "failed"
        report.longrepr = f"ECHOLOT_REQUIRE_SERVICES=1 forbids this skip: {reason}"


def need(missing: str | None) -> None:
    """`missing` says what lacks and how to get it; None: nothing. ECHOLOT_REQUIRE_SERVICES=1 forbids to skip."""
    if missing is None:
        return
    if is_required():
        pytest.fail(f"ECHOLOT_REQUIRE_SERVICES=1, but {missing}", pytrace=False)
    pytest.skip(missing)
