"""Several workers of a replay: what is left to them, and how they end."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from contextlib import closing

import pytest

from configs.dumps import DumpsSource
from configs.settings import ChdbStoreSettings, JobSettings
from pipeline import replaying, resources
from schemas.errors import Stopped, TerminalError, TransientError
from tests.jobs import ROOT, canonical


def settings(tmp_path):
    dump = tmp_path / "dump.jsonl"
    dump.write_bytes(b"\n".join(canonical(str(n), "Aufzug kaputt @DB_Bahn") for n in range(1200)))
    return JobSettings(source=DumpsSource(paths=(dump,)), store=ChdbStoreSettings(path=tmp_path / "store"))


def run(job, stop=None):
    return replaying.run(job, workers=2, stop=stop or threading.Event(), say=lambda progress: None)


@pytest.fixture
def no_judge(monkeypatch):
    """Models take some 330 MB, which the process that loaded them keeps to its end."""

    def make(_):
        raise AssertionError("models were loaded beside those of the workers")

    monkeypatch.setattr(resources, "make_judge", make)


def test_only_the_workers_load_models(tmp_path, no_judge):
    done = run(settings(tmp_path))
    assert done.tally.records == 1200 and done.tally.good == 1200


def test_what_keeps_a_replay_from_starting_is_told_by_whoever_starts_it(tmp_path, no_judge):
    job = settings(tmp_path)
    broken = job.judge.model_copy(update={"model": ROOT / "samples"})
    with pytest.raises(TerminalError, match=r"intents\.json cannot be read .*train one with"):
        run(job.model_copy(update={"judge": broken}))
    assert not multiprocessing.active_children()


def test_a_stop_before_anything_was_read_is_heard(tmp_path, no_judge):
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped, match="before anything was read"):
        run(settings(tmp_path), stop)
    assert not multiprocessing.active_children()


def test_a_killed_worker_ends_the_replay_and_the_others(tmp_path, no_judge):
    def kill():
        until = time.monotonic() + 60
        while len(found := multiprocessing.active_children()) < 2 and time.monotonic() < until:
            time.sleep(0.01)
        os.kill(found[-1].pid, signal.SIGKILL)

    threading.Thread(target=kill).start()
    with pytest.raises(TransientError, match="was killed; run the same command with --resume"):
        run(settings(tmp_path))
    assert not multiprocessing.active_children()


def test_a_worker_that_died_as_the_stop_was_sent_is_told_of():
    """The pipe's other end is gone, and nothing was said."""
    ours, theirs = multiprocessing.Pipe()
    theirs.close()
    stop = threading.Event()
    stop.set()
    with closing(ours), pytest.raises(TransientError, match=r"worker 0 of the replay was killed; run .* --resume"):
        replaying._listen([ours], stop, lambda progress: None)
