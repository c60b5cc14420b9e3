"""Judge gathers small batches of a bundle into one, in order, and forgets what an aborted bundle left behind."""

from __future__ import annotations

import pytest

from configs.settings import ChdbStoreSettings, FilesSource, JobSettings
from pipeline import resources
from pipeline.decoded import Decoded, Entry
from pipeline.stages import JudgeBatch
from schemas.record import Outcome, Record, Span


class Judge:
    """Says how often, and about how much, it was asked."""

    def __init__(self):
        self.asked = []

    def fingerprint(self):
        return "f"

    def judge(self, mentions):
        self.asked.append(list(mentions))
        return {"verdict": [f"of {mention}" for mention in mentions]}


def batch(partition, *positions):
    records = [Record("t", partition, position, b"", None, {}, 0) for position in positions]
    return Decoded(
        [Entry(record, Outcome.GOOD, 1, ()) for record in records],
        [f"{partition}/{position}" for position in positions],
        [f"deleted {partition}"],
        (Span("t", partition, positions[0], positions[-1] + 1),),
    )


@pytest.fixture
def judging(tmp_path):
    """A DoFn that gathers so much, and its judge."""
    job = JobSettings(source=FilesSource(path=tmp_path), store=ChdbStoreSettings(path=tmp_path / "store"))
    judge = Judge()
    resources.adopt("judge", job, judge)

    def make(gather):
        step = JudgeBatch(job, gather)
        step.setup()
        step.start_bundle()
        return step, judge

    yield make
    resources.release()


def test_batches_of_a_bundle_are_judged_as_one_in_their_order(judging):
    step, judge = judging(gather=100)
    assert not [*step.process(batch(2, 7, 8)), *step.process(batch(0, 1)), *step.process(batch(1, 5))]
    (only,) = [window.value for window in step.finish_bundle()]
    mentions = ["2/7", "2/8", "0/1", "1/5"]
    assert judge.asked == [mentions] and only.columns == {"verdict": [f"of {mention}" for mention in mentions]}
    assert only.decoded.mentions == mentions
    assert [(entry.record.partition, entry.record.position) for entry in only.decoded.entries] == [
        (2, 7), (2, 8), (0, 1), (1, 5)
    ]  # fmt: skip
    assert only.decoded.deletions == ["deleted 2", "deleted 0", "deleted 1"]
    assert [(span.partition, span.first, span.end) for span in only.decoded.spans] == [(2, 7, 9), (0, 1, 2), (1, 5, 6)]


def test_enough_records_are_judged_before_the_bundle_ends(judging):
    step, judge = judging(gather=3)
    made = [len(list(step.process(batch(0, first, first + 1)))) for first in (0, 2, 4)]
    assert made == [0, 1, 0] and [len(asked) for asked in judge.asked] == [4]
    assert [len(window.value.decoded.entries) for window in step.finish_bundle()] == [2]
    assert not list(step.finish_bundle())


def test_without_gathering_each_batch_is_judged_at_once(judging):
    step, judge = judging(gather=1)
    assert [len(list(step.process(batch(0, first)))) for first in (0, 1)] == [1, 1]
    assert len(judge.asked) == 2 and not list(step.finish_bundle())


def test_an_aborted_bundle_leaves_nothing_behind(judging):
    step, judge = judging(gather=100)
    list(step.process(batch(0, 1)))
    step.start_bundle()
    assert not list(step.finish_bundle()) and not judge.asked
