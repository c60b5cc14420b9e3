"""The local engine's promises, with a log and a store that count."""

from __future__ import annotations

import threading

import pytest

from configs.settings import BreakerSettings, JobSettings, KafkaSource, Topic
from pipeline import failures, resources
from pipeline.breaker import BreakerTripped
from pipeline.engines import local
from schemas.errors import TerminalError
from schemas.record import Record
from tests.fakes import Log, LogSource, Steps
from tests.jobs import canonical

JOB = JobSettings(source=KafkaSource(topics=(Topic(name="t", format="canonical"),)))


class ListStore:
    """Keeps blocks; may refuse, and may note what was committed when a block came."""

    def __init__(self, log=None, refuse_from=None):
        self.log, self.refuse_from, self.blocks, self.committed_at = log, refuse_from, [], []

    def write(self, blocks):
        if self.refuse_from is not None and len(self.committed_at) >= self.refuse_from:
            raise TerminalError("disk full at /x: make room")
        self.committed_at.append(dict(self.log.committed) if self.log else {})
        self.blocks += blocks

    def close(self):
        pass


def run(values, store=None, *, size=3, job=JOB, stop=None, log=None, **more):
    log = log or Log({("t", 0): [Record("t", 0, n, v) for n, v in enumerate(values)]})
    store = store or ListStore(log)
    store.log = store.log or log
    resources.adopt("store", job, store)
    try:
        totals = local.run(job, LogSource(log, Steps(), lambda: size), stop=stop or threading.Event(), **more)
    finally:
        resources.release()
    return log, store, totals


def test_every_batch_is_written_before_its_offsets_are_committed_and_before_the_next_is_polled():
    """7 records in batches of 3: at the time of each write just the batches before it are committed."""
    log, store, totals = run([canonical(str(n), "hallo") for n in range(7)])
    assert [c.get(("t", 0), 0) for c in store.committed_at] == [0, 3, 6]
    assert log.committed == {("t", 0): 7}
    assert (totals.records, totals.mentions, totals.dead) == (7, 7, 0)


def test_a_failed_write_commits_nothing_of_its_batch_and_raises_its_own_error():
    log = Log({("t", 0): [Record("t", 0, n, canonical(str(n), "x")) for n in range(9)]})
    with pytest.raises(TerminalError, match="disk full at /x: make room"):
        run([], ListStore(refuse_from=2), log=log)
    assert log.committed == {("t", 0): 6}


def test_an_error_of_something_before_in_this_process_is_not_told_for_this_run():
    with pytest.raises(OSError, match="elsewhere"), failures.noted(JOB):
        raise OSError("elsewhere")
    log = Log({("t", 0): [Record("t", 0, 0, canonical("1", "x"))]})
    with pytest.raises(TerminalError, match="disk full at /x: make room"):
        run([], ListStore(refuse_from=0), log=log)


@pytest.mark.parametrize(
    ("breaker", "pattern", "why", "committed"),
    [
        (BreakerSettings(window=10, run=5), "......" + "x" * 20, "5 invalid records in a row", 9),
        (BreakerSettings(window=10, share=0.5, run=9), "......" + "x." * 10, "5 of the last 10 records", 12),
    ],
)
def test_a_flood_of_invalid_records_stops_the_job_and_commits_nothing_past_the_limit(breaker, pattern, why, committed):
    """Batches of 3; the fifth bad record is offset 10 in a row, 14 in turns."""
    values = [b"{" if kind == "x" else canonical(str(n), "x") for n, kind in enumerate(pattern)]
    log = Log({("t", 0): [Record("t", 0, n, v) for n, v in enumerate(values)]})
    with pytest.raises(BreakerTripped, match=why):
        run([], job=JOB.model_copy(update={"breaker": breaker}), log=log)
    assert log.committed == {("t", 0): committed}


def test_a_stop_finishes_the_batch_at_hand_and_commits_it():
    stop = threading.Event()

    class Stopping(ListStore):
        def write(self, blocks):
            super().write(blocks)
            stop.set()

    log, _, totals = run([canonical(str(n), "x") for n in range(9)], Stopping(), stop=stop)
    assert log.committed == {("t", 0): 3} and totals.records == 3


def test_runs_end_and_the_next_goes_on(monkeypatch):
    """With runs of no length every batch has its own launch of the graph; nothing changes but time."""
    launches, assemble = [], local.assemble
    monkeypatch.setattr(local, "assemble", lambda *args: launches.append(1) or assemble(*args))
    log, store, totals = run([canonical(str(n), "x") for n in range(8)], size=2, run_seconds=0)
    assert log.committed == {("t", 0): 8} and totals.records == 8
    assert len(launches) == len(store.committed_at) == 4


def test_reading_and_writing_are_one_fused_stage():
    pipeline = local.assemble(JOB, 0, 1)
    _, stages = local.FnApiRunner().create_stages(pipeline.to_runner_api())
    named = [[t.unique_name for t in stage.transforms] for stage in stages]
    working = [names for names in named if any("Poll" in name for name in names)]
    assert len(working) == 1
    for step in ("Poll", "Decode", "Judge", "Write", "Acknowledge"):
        assert any(step in name for name in working[0]), (step, working)
