"""A file of bad records stops a replay before its dead letters fill up, and a rehearsal tells so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.test_errors import assert_says, echolot
from tests.jobs import canonical
from tests.replay.test_replay import asked, configured

BAD = 300


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """A good record, then 300 bad ones, then a good one."""
    path = tmp_path / "dump.jsonl"
    path.write_bytes(b"\n".join([canonical("1", "gut"), *BAD * [b"{"], canonical("2", "auch gut")]) + b"\n")
    return path


def replay(dump: Path, tmp_path: Path, *more: object, **settings: Any) -> Any:
    return echolot("replay", dump, "--config", configured(tmp_path, **settings), "--json", *more)


def test_a_rehearsal_counts_all_and_fails_where_a_replay_would_stop(dump: Path, tmp_path: Path) -> None:
    done = replay(dump, tmp_path, "--dry-run")
    assert_says(done, 1, "a replay would stop: breaker tripped: 200 invalid records in a row", "position 201")
    told = json.loads(done.stdout)
    assert (told["records"], told["good"], told["dead"]) == (BAD + 2, 2, BAD)


def test_a_stopped_replay_says_how_to_go_on_and_does(dump: Path, tmp_path: Path) -> None:
    mend = ("set breaker.run (now 200) and breaker.window (1000) above their number", "--resume")
    assert_says(replay(dump, tmp_path), 1, "position 201 (not_json)", "echolot replay FILE --dry-run", *mend)
    assert_says(replay(dump, tmp_path, "--resume"), 1, "position 201", *mend)
    raised = {"run": 10_000, "window": 10_000}
    for more in (("--dry-run",), ("--resume",)):
        done = replay(dump, tmp_path, *more, breaker=raised)
        assert done.returncode == 0 and json.loads(done.stdout)["dead"] == BAD, done.stderr
    assert asked(tmp_path / "echolot.yaml", "SELECT count() FROM dead_letters FINAL") == [(BAD,)]
