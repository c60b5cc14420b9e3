"""Forked commands are as those that are started anew."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

import pytest

from tests.commands.test_errors import configured
from tests.services import forks

AS_STARTED = [sys.executable, "-m", "pipeline.commands.app"]


@pytest.mark.parametrize("arguments", [["version"], ["sql", "SELECT 1"], ["nonsense"]], ids=["good", "failed", "usage"])
def test_output_and_exit_code_are_those_of_a_start(arguments, tmp_path):
    wanted = subprocess.run(
        AS_STARTED + arguments, cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**forks.os.environ, "COLUMNS": "200", "PYTHONPATH": str(forks.ROOT)},
    )  # fmt: skip
    found = forks.run(arguments, cwd=tmp_path, timeout=60)
    assert (found.returncode, found.stdout, found.stderr) == (wanted.returncode, wanted.stdout, wanted.stderr)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_signal_reaches_it(number, tmp_path):
    (tmp_path / "in").mkdir()
    config = configured(tmp_path, source={"kind": "files", "path": "in"})
    process = forks.start(["stream", "--config", config], stderr=subprocess.PIPE)
    assert process.stderr is not None
    while b"starting" not in process.stderr.readline():
        assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.2)
    process.send_signal(number)
    assert process.wait(60) == (0 if number == signal.SIGTERM else -number)
    process.kill()  # of what has ended, nothing


def test_who_asks_for_nothing_or_goes_away_leaves_the_server_at_work():
    for turn in (0, 1):
        with socket.socket(socket.AF_UNIX) as asker:
            asker.connect(forks._address(turn))
            asker.sendall(b"[half a question")
    for _ in range(2):
        forks.start(["version"], stdout=subprocess.DEVNULL)._server.close()
    assert [forks.run(["version"], timeout=60).returncode for _ in range(4)] == [0] * 4
