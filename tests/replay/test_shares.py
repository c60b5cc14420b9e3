"""Shares of dumps, as workers of a cluster read them, and the marks they go on by. Without a cluster."""

from __future__ import annotations

import re
from contextlib import closing

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from configs.dumps import DumpsSource
from configs.settings import ChdbStoreSettings, JobSettings, JudgeSettings
from pipeline import marks, resources
from pipeline.engines import flink
from pipeline.failures import Halt
from pipeline.replaying import dry_run, repeats
from pipeline.replaying_on_flink import check
from pipeline.sources.dumps import DumpRecords
from pipeline.sources.shares import ReadShare
from schemas.errors import TerminalError
from sinks.chdb import ChdbStore
from sinks.store import Block
from tests import light
from tests.commands.test_errors import assert_says, echolot
from tests.jobs import canonical
from tests.replay.test_replay import POSTS, asked, configured, content, replayed

MOST = 1 << 20


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with closing(ChdbStore(tmp_path_factory.mktemp("marks") / "store", linger_seconds=0)) as made:
        made.migrate()
        yield made


@pytest.fixture
def dumps(tmp_path):
    """Two files, 23 and 8 records; batches of 5 end with one of 3 each."""
    for name, count in (("a.jsonl", 23), ("b.jsonl", 8)):
        (tmp_path / name).write_bytes(b"\n".join(canonical(f"{name}-{n}", f"text {n}") for n in range(count)))
    return tmp_path / "a.jsonl", tmp_path / "b.jsonl"


def settings(dumps, *, workers=1, generation="live", **more):
    source = DumpsSource(paths=tuple(dumps), poll_records=5, workers=workers, **more)
    return JobSettings(source=source, judge=JudgeSettings(generation=generation), engine="flink")


def read(job, store, number):
    """Batches of a share: first position and records of each."""
    resources.adopt("store", job, store)
    try:
        return [(b.spans[0].source, b.spans[0].first, b.records) for b in ReadShare(job).process(number)]
    finally:
        resources.adopt("store", job, None)  # the fixture's stays open
        resources.release()


def mark(store, generation, batches):
    """As workers do behind each batch: (source, first, records)."""
    store.write([
        Block("replays", {
            "generation": [generation] * len(batches), "source": [b[0] for b in batches],
            "first": [b[1] for b in batches], "records": [len(b[2]) for b in batches],
            "mentions": [[n for n, _ in enumerate(b[2])] for b in batches],
        })
    ])  # fmt: skip


@pytest.mark.parametrize("workers", [1, 2, 3, 9])
def test_every_batch_is_in_one_share_as_the_local_engine_cuts_them_and_each_share_ends(workers, store, dumps):
    """7 batches of 31 records; nine shares leave two empty."""
    job = settings(dumps, workers=workers, generation=f"of-{workers}")
    alone = DumpRecords(settings(dumps).source, (), MOST)
    whole = []
    while (batch := alone.poll(0)) is not None:
        whole.append((batch.spans[0].source, batch.spans[0].first, batch.records))
    shares = [read(job, store, number) for number in range(workers)]
    assert sorted(b for share in shares for b in share) == sorted(whole) and len(whole) == 7
    assert [len(share) for share in shares] == [len(whole[number::workers]) for number in range(workers)]


def test_a_share_that_broke_off_leaves_out_what_it_has_written_whole(store, dumps):
    """Not the last batch of a file, which is smaller, nor what another generation has."""
    job = settings(dumps, workers=2, generation="broken-off")
    first = read(job, store, 0)
    assert [b[1] for b in first] == [1, 11, 21, 6]  # of a: 1, 11, 21; of b: 6, with 3 records
    mark(store, "another", first)
    assert read(job, store, 0) == first
    mark(store, "broken-off", [first[1], first[2]])
    assert read(job, store, 0) == [first[0], first[2], first[3]]
    assert read(job, store, 1) == read(settings(dumps, workers=2, generation="nothing"), store, 1)


def test_a_replay_begins_with_the_marks_it_resumes_and_no_other(store, dumps):
    only_a, both = settings(dumps[:1], generation="begin"), settings(dumps, generation="begin", resume=True)
    every = read(settings(dumps, generation="nothing"), store, 0)
    of_a, of_b = every[:5], every[5:]
    files = marks.of_files(both)
    assert marks.begin(store, both, files) == set()
    mark(store, "begin", every)
    assert marks.records(store, files) == 31
    left = marks.begin(store, both, files)
    assert left == {(source, first) for source, first, records in every if len(records) == 5}
    assert marks.records(store, files) == 25, "marks of the files' last, smaller batches are taken back"
    assert [x[1] for x in read(both, store, 0)] == [21, 6]
    mark(store, "begin", [of_a[4], of_b[1]])
    assert marks.begin(store, only_a, marks.of_files(only_a)) == set()
    assert marks.records(store, files) == 8, "b.jsonl is not replayed, its marks stay"
    assert [x[1] for x in read(only_a, store, 0)] == [1, 6, 11, 16, 21]
    assert marks.begin(store, only_a, marks.of_files(only_a)) == set(), "nothing to take back"
    assert repeats(store, only_a) == 0


def test_batches_cut_otherwise_are_not_counted_twice(store, dumps):
    """An earlier run had batches of 5; those of 10 now are all of it."""
    mark(store, "cut", read(settings(dumps, generation="nothing"), store, 0))
    job = settings(dumps, generation="cut", resume=True)
    job = job.model_copy(update={"source": job.source.model_copy(update={"poll_records": 10})})
    files = marks.of_files(job)
    assert marks.begin(store, job, files) == set()
    mark(store, "cut", read(job, store, 0))
    assert marks.records(store, files) == 31


def test_what_the_workers_did_not_write_is_told(store, dumps):
    job = settings(dumps, generation="told")
    files, told = marks.of_files(job), dry_run(job, lambda _: None)
    assert told.tally.records == told.tally.good == 31
    mark(store, "told", read(job, store, 0)[:-1])
    with pytest.raises(TerminalError, match=r"written 28 of the 31 records .* --resume"):
        check(store, files, told)
    mark(store, "told", read(job, store, 0))
    ledger = [(source, r.position) for source, _, records in read(settings(dumps), store, 0) for r in records]
    columns = {"partition": 0, "outcome": "good", "mentions": 1, "dead": 0}
    rows = {"source": [s for s, _ in ledger], "position": [p for _, p in ledger]}
    store.write([Block("ledger", rows | {name: [value] * 31 for name, value in columns.items()})])
    check(store, files, told)
    store.write(
        [
            Block(
                "ledger",
                {n: c[:1] for n, c in rows.items()} | {n: [v] for n, v in columns.items()} | {"outcome": ["dead"]},
            )
        ]
    )
    with pytest.raises(TerminalError, match=r"made 30 good \+ 1 dead \+ 0 ignored .* give 31 good \+ 0 dead"):
        check(store, files, told)
    check(store, files, told, windowed=True)  # the ledger may say more than a window's replay made
    told.tally.records, told.left_out = 26, 5
    check(store, files, told)  # what an earlier run made of the five is not known here


def test_a_file_that_a_worker_cannot_find_halts_the_job_and_names_the_machine(store, dumps):
    job = settings([*dumps, dumps[0].parent / "c.jsonl"])
    with pytest.raises(Halt, match=r"c.jsonl: no such file or folder \(on .+: every Flink worker must find"):
        read(job, store, 0)


def test_the_graph_of_a_replay_ends_and_writes_the_rows_of_the_local_engine(tmp_path):
    """The graph that Flink gets, on Beam's own runner."""
    local = configured(tmp_path / "local")
    told = replayed(local)
    source = DumpsSource(paths=(POSTS,), workers=3)
    store = ChdbStoreSettings(path=tmp_path / "graph" / "store")
    job = JobSettings(source=source, store=store, judge=JudgeSettings(**light.judge()))
    with closing(ChdbStore(tmp_path / "graph" / "store", linger_seconds=0)) as made:
        made.migrate()
    pipeline = beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([]))
    try:
        written = flink.replay(pipeline, job)
        assert written.is_bounded
        pipeline.run().wait_until_finish()
    finally:
        resources.release()
    beside = tmp_path / "graph" / "echolot.yaml"
    assert content(beside) == content(local)
    assert asked(beside, "SELECT sum(records) FROM replays FINAL") == [(told["records"],)]


def test_what_cannot_run_on_flink_is_refused_before_anything_is_asked(tmp_path):
    nobody = {"rest": "http://127.0.0.1:1"}
    config = configured(tmp_path, flink=nobody)
    flags = ("replay", POSTS, "--config", config, "--engine", "flink")
    assert_says(echolot(*flags, "--dry-run"), 2, "leave --engine flink out")
    assert_says(echolot(*flags), 1, "no Flink JobManager answers at http://127.0.0.1:1")
    literal = configured(tmp_path, flink=nobody, privacy={"pseudonym_key": "canary"})
    done = echolot(*flags[:3], literal, *flags[4:])
    assert_says(done, 2, "literal secret")
    assert "canary" not in done.stderr and not (tmp_path / "store").exists()
    assert re.search(r"same path here and for every Flink worker", " ".join(echolot("replay", "--help").stdout.split()))
