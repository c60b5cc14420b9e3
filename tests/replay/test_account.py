"""The account of a replay, as people and scripts get it, on real runs."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.commands.test_errors import configured, echolot
from tests.jobs import ROOT, canonical
from tests.replay.test_replay import SMALL

GOLDEN = ROOT / "tests" / "golden"


def golden(path: str) -> bytes:
    """A payload as a line."""
    return json.dumps(json.loads((GOLDEN / path).read_bytes())).encode()


RECORDS = [
    canonical("1", "Aufzug kaputt"),
    canonical("2", "Danke! \ud83d", published_at="2024-03-01T23:59:00Z"),  # half an emoji
    canonical("1", "Aufzug kaputt"),
    canonical("1", "Aufzug immer noch kaputt", edited_at="2024-03-01T12:30:00Z"),
    canonical("3", "früh", published_at="2024-02-28T12:00:00Z"),
    golden("x_v2/trap_destroyed_id_repaired_from_url.json"),
    golden("brandwatch/odd_neither_id_nor_address.json"),
    golden("x_v2/odd_empty_page.json"),
    b"{broken",
    b"{broken, too",
]


@pytest.fixture
def command(tmp_path: Path) -> list[Any]:
    dump = tmp_path / "dump.jsonl"
    dump.write_bytes(b"\n".join(RECORDS) + b"\n")
    return ["replay", dump, "--zone", "UTC", "--config", configured(tmp_path, source=SMALL)]


def run(*arguments: object) -> str:
    done = echolot(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_record_is_in_the_sum_and_repeated_mentions_are_in_another(command: list[Any]) -> None:
    """Ten records; the two that came again are of one post."""
    dry = run(*command, "--dry-run").splitlines()
    assert dry == run(*command).splitlines(), "a rehearsal gives the account of the replay"
    assert dry[0] == "10 records read = 7 good + 2 dead + 1 ignored"
    assert dry[1] == (
        "7 mentions = 5 distinct + 2 repeated (the same post again, a copy or another version of it), 0 deletions; "
        "1 ids repaired, 1 without an id, 0 cut texts, 1 with characters lost"
    )
    assert dry[-1] == "why not: dead: not_json 2, ignored: empty_page 1"


def test_the_hours_of_publication_are_drawn(command: list[Any]) -> None:
    said = run(*command, "--dry-run", "--to", "2024-03-02", "--from", "2024-02-01").splitlines()
    assert said[2] == "published from 2024-02-28 12:00 to 2024-03-01 23:59 UTC, by hour (UTC):"
    assert said[3] == f"  0h {' ' * 12}█{' ' * 10}▂ 23h, most 4 at 12h"
    assert said[4] == "platforms: x 5"


def test_a_script_gets_the_same_and_nothing_else_on_stdout(command: list[Any]) -> None:
    told, rehearsed = (json.loads(run(*command, "--json", *more)) for more in ((), ("--dry-run",)))
    assert told == rehearsed
    assert told["records"] == told["good"] + told["dead"] + told["ignored"] == 10
    assert (told["mentions"], told["repeats"], told["repaired"], told["synthetic"]) == (7, 2, 1, 1)
    assert (told["lossy"], told["truncated"], told["stopped"]) == (1, 0, False)
    assert sum(told["hours"]) == 7 and len(told["hours"]) == 24
    assert told["reasons"] == {"dead: not_json": 2, "ignored: empty_page": 1}


def test_repeats_of_a_resumed_replay_are_those_of_all_its_runs(command: list[Any], tmp_path: Path) -> None:
    whole = 500 * [canonical("1", "Aufzug kaputt")] + RECORDS
    (tmp_path / "dump.jsonl").write_bytes(b"\n".join(whole) + b"\n")
    run(*command)
    said = run(*command, "--resume").splitlines()
    assert said[0] == "10 records read = 7 good + 2 dead + 1 ignored; 500 more were written by an earlier run"
    assert said[1].startswith("7 mentions (of all that these files gave, earlier runs included, 502 were the same post")


def test_the_bar_is_on_a_terminal_and_never_on_stdout(command: list[Any]) -> None:
    ours, theirs = pty.openpty()
    line = [sys.executable, "-m", "pipeline.commands.app", *map(str, command), "--dry-run", "--json"]
    env, shown = os.environ | {"TERM": "xterm", "COLUMNS": "120"}, b""
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, env=env) as process:
        os.close(theirs)
        with suppress(OSError):  # the terminal's other end is closed
            while piece := os.read(ours, 65_536):
                shown += piece
        os.close(ours)
        assert process.stdout is not None and json.loads(process.stdout.read())["records"] == 10
    assert re.search(rb"replaying.*10 records, \d+/s", shown)
    assert "replaying" not in echolot(*command, "--dry-run").stderr, "no bar where nobody looks"
