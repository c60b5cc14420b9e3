"""A replay that is killed or stopped, and the same command with --resume after it: the rows of an undisturbed run."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time

import pytest

from tests.jobs import canonical
from tests.replay.test_replay import SMALL, asked, configured, content, replayed
from tests.services import forks

SLOW = ("--max-rate", "1500")  # records a second: enough to be met half way
TURN = 2 * 500 / 1500  # seconds from batch to batch of one of two workers: the kills fall all over it
KILLS = 8
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def batches(config):
    """Whole ones in the store."""
    if not (config.parent / "store").exists():
        return 0
    try:
        return asked(config, "SELECT count() FROM replays FINAL WHERE records > 0")[0][0]
    except Exception:  # no table yet
        return 0


def test_kills_and_resumes_give_the_rows_of_an_undisturbed_run(tmp_path):
    """Killed as it stands, in turn when a batch more is written and at any moment, the start included."""
    dump = tmp_path / "dump.jsonl"
    draw = random.Random(5)
    words = ["Aufzug kaputt", "Danke!", "wann fährt der Bus?", "Paket nicht da", "schöner Tag"]
    lines = [canonical(str(n), f"{draw.choice(words)} @DB_Bahn {n % 4000}") for n in range(18_000)]
    lines[17] = lines[4711] = b"{broken"
    dump.write_bytes(b"\n".join(lines) + b"\n")
    whole = configured(tmp_path / "whole", source=SMALL)
    assert replayed(whole, paths=[dump])["dead"] == 2
    config, marked = configured(tmp_path / "killed", source=SMALL), 0
    for kill in range(KILLS):
        command = ["replay", dump, "--config", config]
        process = forks.start([*command, "--resume", "--workers", "2", *SLOW], stderr=subprocess.DEVNULL)
        at_any_moment = kill % 3 == 1
        until = time.monotonic() + (draw.uniform(0, 2.5) if at_any_moment else 90)
        while process.poll() is None and time.monotonic() < until:
            now = batches(config)
            if now > marked and not at_any_moment:
                time.sleep((kill + draw.random()) / KILLS * TURN)
                break
            time.sleep(0.1)
        process.kill()
        process.wait()
        marked = batches(config)
        if marked > 28:  # each look takes long on a busy machine; some are to be left for the end
            break
    assert 0 < marked < 36 and kill >= 5, f"only {kill + 1} kills"
    told = replayed(config, "--resume", paths=[dump])
    assert not told["stopped"]
    assert told["left_out"] >= 500 * marked - 500 and told["left_out"] + told["records"] == 18_000
    assert content(config) == content(whole)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_replay_that_is_stopped_fails_with_the_account_so_far_and_resumes(workers, tmp_path):
    dump = tmp_path / "dump.jsonl"
    dump.write_bytes(b"\n".join(canonical(str(n), f"Aufzug kaputt @DB_Bahn {n}") for n in range(8_000)) + b"\n")
    config = configured(tmp_path / "store", source=SMALL)
    command = ["replay", dump, "--config", config, "--json"]
    process = forks.start([*command, "--workers", workers, *SLOW], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until = time.monotonic() + 90
    while batches(config) == 0 and time.monotonic() < until:
        time.sleep(0.1)
    process.terminate()
    out, err = process.communicate(timeout=90)
    told = json.loads(out)
    assert process.returncode == 1 and told["stopped"] and b"with --resume to go on" in err, err
    assert 0 < told["records"] < 8_000 and told["records"] == told["good"]
    rest = replayed(config, "--resume", paths=[dump])
    assert not rest["stopped"] and rest["left_out"] + rest["records"] == 8_000
    assert asked(config, "SELECT uniqExact(mention_id) FROM posts") == [(8_000,)]


def test_a_resume_goes_on_from_the_run_before_it_and_no_older_one(tmp_path):
    """A run over a short span marks all batches; what a longer one, killed, had not reached is read by its resume."""
    dump, long_ago = tmp_path / "dump.jsonl", "2020-01-01T12:00:00Z"
    lines = [canonical(str(n), f"Aufzug kaputt @DB_Bahn {n % 900}", published_at=long_ago) for n in range(6000)]
    dump.write_bytes(b"\n".join(lines) + b"\n")
    config = configured(tmp_path / "store", source=SMALL)
    assert replayed(config, "--from", "2026-01-01", paths=[dump])["mentions"] == 0 and batches(config) == 12
    command = ["replay", dump, "--config", config]
    process = forks.start(command, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 90
    while process.poll() is None and time.monotonic() < until and not 0 < batches(config) < 12:
        time.sleep(0.1)
    assert process.poll() is None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    told = replayed(config, "--resume", paths=[dump])
    assert 0 < told["left_out"] < 6000 and told["left_out"] + told["records"] == 6000
    assert asked(config, "SELECT count() FROM posts FINAL") == [(6000,)]
