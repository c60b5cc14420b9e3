"""What `make bench-replay` reckons with: a dump that is the same for a seed, and figures that say what they claim."""

from __future__ import annotations

import argparse
import gzip
import io
from contextlib import nullcontext
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import dumps, replay
from benchmarks.runs import Mark, memory, rate
from configs.dumps import DumpsSource
from configs.settings import ChdbStoreSettings
from schemas.decode import decode
from schemas.mention import Mention
from schemas.record import Record


def test_a_dump_is_the_same_for_a_seed_and_holds_so_many_mentions(tmp_path: Path) -> None:
    said: list[int] = []
    size = dumps.write(tmp_path / "a.jsonl.gz", 20_000, seed=7, say=said.append)
    assert size == (tmp_path / "a.jsonl.gz").stat().st_size
    assert said == [10_000, 20_000]
    lines = gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()).splitlines(keepends=True)
    assert lines == list(dumps.mentions(20_000, 7))
    assert lines[:1000] != list(dumps.mentions(20_000, 8))[:1000]
    items = [i for line in lines for i in decode(Record("x", 0, 1, line), format_name=None, max_bytes=10**6)]
    mentions = [item for item in items if isinstance(item, Mention)]
    assert len(mentions) == len(items) == len({mention.native_id for mention in mentions}) == 20_000
    assert len({mention.text for mention in mentions}) > 700
    assert {mention.published_at.year for mention in mentions} == {2024}


def test_a_rate_leaves_out_the_start_and_the_end() -> None:
    steady = [Mark(n, 100 + n / 50, 1, 0, 0) for n in range(0, 1001, 10)]
    slow_ends = [Mark(1, 0, 1, 0, 0), *steady, Mark(1000, 999, 1, 0, 0)]
    assert rate(steady) == pytest.approx(50)
    assert rate(slow_ends) == pytest.approx(50)
    with pytest.raises(ValueError, match="too few"):
        rate([Mark(500, 1, 1, 0, 0)])


def test_the_trial_has_batches_enough_to_tell_a_rate() -> None:
    step = DumpsSource(paths=[Path("dump.jsonl")]).poll_records
    marks = [Mark(step * n, float(n), 0, 0, 1) for n in range(1, replay.TRIED // step + 1)]
    assert rate(marks) == pytest.approx(step)


def test_memory_is_that_of_all_workers_near_so_many_records() -> None:
    alone = [Mark(n, n, 1, 200, 50) for n in (0, 10)]
    both = [Mark(n, n, 3, 1000 + n, 50 + n) for n in range(20, 1000, 10)]
    ended = [Mark(1000, 1000, 2, 700, 99)]
    marks = [*alone, *both, *ended]
    assert memory(marks, 100) == (1080, 1100, 130)
    assert memory(marks, 1000) == (1975, 1990, 1025)


def test_memory_is_shown_for_each_store_and_its_time_is_reckoned_with(monkeypatch: pytest.MonkeyPatch) -> None:
    def timed(*_: object, **more: object) -> list[Mark]:
        return [Mark(n, n / 50, 3, 500, 0) for n in range(0, 1001, 10)]

    monkeypatch.setattr(replay, "timed", timed)
    out = io.StringIO()
    replay.growth(Console(file=out, width=200), "a store", lambda: nullcontext(ChdbStoreSettings()), Path("x"), 1000)
    assert "a store: memory over 1000 records, 50 records/s" in out.getvalue()
    assert "a store: memory at all / at a tenth of the records: 1.00" in out.getvalue()
    options = argparse.Namespace(records=10**6, speed_records=1000, rounds=1, seconds=1)
    one, two = (replay.seconds(options, stores, 1000) for stores in (1, 2))
    assert two - one > 10**6 / 1500
