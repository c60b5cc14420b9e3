"""Where services are required, no test goes unnoticed: a skip is a failure, but for what a machine may lack."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = """
import pytest

@pytest.mark.skipif(True, reason="some program is not here")
def test_marked(): pass

def test_called():
    pytest.skip("some other program is not here")

def test_may_lack():
    pytest.skip("kubectl is not here")
"""


MODULE = """
import pytest
pytest.importorskip("no_such_package", reason="some package is not here")
"""


@pytest.mark.parametrize(("required", "skipped"), [("1", 1), ("", 4)])
def test_a_skip_fails_where_services_are_required(required, skipped, tmp_path):
    (tmp_path / "test_skips.py").write_text(TESTS)
    (tmp_path / "test_module.py").write_text(MODULE)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.conftest",
        "--rootdir",
        tmp_path,
        tmp_path,
        "-q",
        "--continue-on-collection-errors",
    ]
    env = os.environ | {"ECHOLOT_REQUIRE_SERVICES": required, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120)
    assert f"{skipped} skipped" in done.stdout, done.stdout + done.stderr
    assert bool(done.returncode) is bool(required)
    for reason in ("some program", "some other program", "some package"):
        assert (f"forbids this skip: Skipped: {reason}" in done.stdout) is bool(required)
