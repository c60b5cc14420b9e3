"""Metrics: their names, their arithmetic, and many processes behind one port."""

from __future__ import annotations

import json
import logging
import random
import re
import shutil
import socket
import time
from pathlib import Path

import pytest

from configs.observe import MetricsSettings
from deploy.ports import free_ports
from pipeline import metrics
from pipeline.metrics import folder as folders
from pipeline.metrics.folder import Folder
from pipeline.metrics.kinds import Age, Counter, Gauge, Histogram, Mode
from pipeline.metrics.page import page
from pipeline.metrics.recording import MOST_SOURCES
from pipeline.metrics.registry import ALL
from tests.jobs import ROOT
from tests.pipeline.scraping import children, owner, scrape, until, value

UNITS = ("_seconds", "_bytes", "_records", "_ratio", "_info", "_tripped")


@pytest.fixture
def port():
    return free_ports(1)[0]


@pytest.fixture
def started(port, tmp_path, caplog):
    """This process with metrics on; trouble with any of them fails the test."""
    metrics.start(MetricsSettings(port=port, folder=tmp_path / "metrics"))
    yield port
    metrics.stop()
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING], caplog.text


@pytest.mark.parametrize("metric", ALL, ids=lambda m: m.name)
def test_names_labels_and_buckets_follow_the_conventions(metric):
    """prometheus.io/docs/practices/naming: prefix, base unit, _total for counters and for them alone."""
    assert re.fullmatch(r"echolot_[a-z]+(_[a-z]+)*", metric.name)
    assert metric.name.endswith("_total") == isinstance(metric, Counter)
    assert isinstance(metric, Counter) or metric.name.endswith(UNITS)
    assert all(re.fullmatch(r"[a-z]+", label) and label not in ("le", "pid", "quantile") for label in metric.labels)
    assert len(metric.help) > 15 and metric.help.endswith(".") and "|" not in metric.help and "\n" not in metric.help
    if isinstance(metric, Histogram):
        assert list(metric.buckets) == sorted(set(metric.buckets))
    if isinstance(metric, Gauge | Age):
        assert metric.mode.startswith("live"), "a dead process has no present"


def test_latency_buckets_reach_from_50_ms_to_10_min_and_tell_the_targets():
    """The targets are p50 0.3 s and p99 1 s."""
    assert metrics.LATENCY.buckets[0] == 0.05 and metrics.LATENCY.buckets[-1] == 600
    assert {0.3, 1} <= set(metrics.LATENCY.buckets)


def test_no_metric_is_hidden_and_no_name_stands_twice():
    named = {value for name, value in vars(metrics).items() if name.isupper()}
    assert named == set(ALL) and len({m.name for m in ALL}) == len(ALL) >= 19


def test_the_page_is_printed_from_the_registry():
    assert (ROOT / "docs" / "metrics.md").read_text() == page()


def test_before_the_start_and_without_a_port_every_call_does_nothing(tmp_path):
    metrics.start(MetricsSettings(folder=tmp_path / "never"))
    assert not metrics.is_on()
    metrics.RECORDS.add(1, source="s", outcome="good")
    metrics.LATENCY.observe(1, source="s")
    metrics.LAG.set(1, source="s", partition=0)
    assert not (tmp_path / "never").exists()


def test_a_scrape_shows_what_was_recorded(started):
    metrics.RECORDS.add(3, source="t", outcome="good")
    metrics.RECORDS.add(source="t", outcome="good")
    metrics.LAG.set(7, source="t", partition=1)
    metrics.LAG.set(8, source="t", partition=2)
    metrics.LAG.clear(source="t", partition=2)
    metrics.LAG.clear(source="t", partition=3)
    metrics.WATERMARK_AGE.since(time.time() - 100, source="t", partition=1)
    metrics.WATERMARK_AGE.since(None, source="t", partition=2)
    metrics.WATERMARK_AGE.since(time.time() + 100, source="t", partition=3)
    seen = until(started, lambda s: value(s, "echolot_records_total", source="t", outcome="good"))
    assert value(seen, "echolot_records_total", source="t", outcome="good") == 4
    lags = {labels: v for (name, labels), v in seen.items() if name == "echolot_lag_records"}
    assert lags == {(("partition", "1"), ("source", "t")): 7}
    assert 100 <= value(seen, "echolot_watermark_age_seconds", source="t", partition=1) < 110
    assert value(seen, "echolot_watermark_age_seconds", source="t", partition=2) == 0
    assert value(seen, "echolot_watermark_age_seconds", source="t", partition=3) == 0  # clocks differ
    time.sleep(0.3)
    older = value(scrape(started), "echolot_watermark_age_seconds", source="t", partition=1)
    assert older >= value(seen, "echolot_watermark_age_seconds", source="t", partition=1) + 0.3


def test_many_observations_at_once_count_as_one_by_one(started):
    """Against the buckets, bounds and infinity included, counted by hand."""
    dice = random.Random(5)
    values = [0.0, 0.05, 0.3, 1, 600, 601, 1e9] + [dice.expovariate(1) for _ in range(500)]
    metrics.LATENCY.observe_all(values[:200], source="t")
    for each in values[200:]:
        metrics.LATENCY.observe(each, source="t")
    seen = until(started, lambda s: value(s, "echolot_latency_seconds_count", source="t"))
    assert value(seen, "echolot_latency_seconds_count", source="t") == len(values)
    assert value(seen, "echolot_latency_seconds_sum", source="t") == pytest.approx(sum(values))
    bounds = {dict(labels)["le"]: v for (name, labels), v in seen.items() if name == "echolot_latency_seconds_bucket"}
    assert bounds.pop("+Inf") == len(values)
    assert {float(le): v for le, v in bounds.items()} == {
        bound: sum(v <= bound for v in values) for bound in metrics.LATENCY.buckets
    }


def test_a_folder_of_many_files_does_not_become_a_series_each(started):
    for n in range(MOST_SOURCES + 50):
        metrics.RECORDS.add(2, source=f"file-{n}", outcome="good")
        metrics.LAG.set(1, source=f"file-{n}", partition=0)
    seen = until(started, lambda s: value(s, "echolot_records_total", source="other", outcome="good"))
    assert value(seen, "echolot_records_total", source="other", outcome="good") == 100
    assert sum(name == "echolot_records_total" for name, _ in seen) == MOST_SOURCES + 1
    assert value(seen, "echolot_lag_records", source="other", partition=0) is None


def test_a_wrong_label_costs_a_figure_and_a_warning_but_no_record(port, tmp_path, caplog):
    metrics.start(MetricsSettings(port=port, folder=tmp_path / "m"))
    try:
        for _ in range(3):
            metrics.RECORDS.add(1, sauce="t")
        assert len(caplog.records) == 1 and "echolot_records_total cannot be recorded" in caplog.text
    finally:
        metrics.stop()


def test_three_processes_share_a_port_and_survive_its_server(port, tmp_path):
    """The one that serves is killed: another takes over, its counters stay, its gauges go. The first starts alone."""
    with children(3, port, tmp_path / "m") as started:
        for n, child in enumerate(started):
            child.do(f"metrics.RECORDS.add({10**n}, source='t', outcome='good')")
            child.do(f"metrics.LATENCY.observe({n}, source='t')")
            child.do(f"metrics.LAG.set({n}, source='t', partition={n})")
            child.do(f"metrics.BREAKER_DEAD_RATIO.set(0.{n + 1})")
        seen = until(port, lambda s: value(s, "echolot_records_total", source="t", outcome="good") == 111)
        assert [value(seen, "echolot_lag_records", source="t", partition=n) for n in range(3)] == [0, 1, 2]
        assert value(seen, "echolot_breaker_dead_ratio") == 0.3
        assert sum(name == "echolot_resident_memory_bytes" for name, _ in seen) == 3

        server = owner(port, started)
        gone = started.index(server)
        killed_at = time.monotonic()
        server.kill()
        seen = until(port, lambda s: value(s, "echolot_lag_records", source="t", partition=gone) is None)
        assert time.monotonic() - killed_at < 5
        left = [child for child in started if child is not server]
        assert owner(port, left) in left
        assert value(seen, "echolot_records_total", source="t", outcome="good") == 111
        assert value(seen, "echolot_latency_seconds_count", source="t") == 3
        assert value(seen, "echolot_latency_seconds_sum", source="t") == 3
        lags = [value(seen, "echolot_lag_records", source="t", partition=n) for n in range(3)]
        assert lags == [None if n == gone else n for n in range(3)]

        for child in left:
            child.do("metrics.RECORDS.add(1000, source='t', outcome='good')")
        until(port, lambda s: value(s, "echolot_records_total", source="t", outcome="good") == 2111)


def test_the_latest_word_on_a_partition_wins_when_it_moved_between_processes(port, tmp_path):
    with children(2, port, tmp_path / "m") as (first, second):
        for child, lag in ((first, 50), (second, 7), (first, 90), (second, 8)):
            child.do(f"metrics.LAG.set({lag}, source='t', partition=0)")
        until(port, lambda s: value(s, "echolot_lag_records", source="t", partition=0) == 8)
        second.do("metrics.LAG.clear(source='t', partition=0)")
        until(port, lambda s: value(s, "echolot_lag_records", source="t", partition=0) is None)


def test_workers_that_die_again_and_again_leave_one_file_a_kind_and_every_count(port, tmp_path):
    """A client library's own way keeps two files a dead process for ever, and reads them all at each scrape."""
    with children(1, port, tmp_path / "m"):
        for _ in range(4):
            with children(1, port, tmp_path / "m") as (victim,):
                victim.do("metrics.RECORDS.add(5, source='t', outcome='dead')")
                victim.do("metrics.BATCH_RECORDS.observe(3)")
        until(port, lambda s: len(list((tmp_path / "m").glob("live_*.lock"))) == 1)
        seen = scrape(port)
        assert value(seen, "echolot_records_total", source="t", outcome="dead") == 20
        assert value(seen, "echolot_batch_records_bucket", le="5.0") == 4
        assert len(list((tmp_path / "m").glob("counter_*.db"))) == 2  # the living one's, and the sum


def test_counts_go_on_when_a_job_starts_again_and_are_forgotten_after_an_hour(port, tmp_path, monkeypatch):
    place = tmp_path / "m"
    for total in (5, 10):
        with children(1, port, place) as (job,):
            job.do("metrics.RECORDS.add(5, source='t', outcome='good')")
            until(port, lambda s, t=total: value(s, "echolot_records_total", source="t", outcome="good") == t)
    now = time.time()
    monkeypatch.setattr(folders.time, "time", lambda: now + folders.FORGET_SECONDS + 10)
    mine = Folder(place)
    assert mine.lead()
    with mine.files() as files:
        assert files and all(mine.identity() in Path(f).name for f in files)
    mine.leave()


def test_a_clean_end_takes_the_gauges_along(port, tmp_path):
    with children(2, port, tmp_path / "m") as (stays, goes):
        stays.do("metrics.LAG.set(1, source='t', partition=0)")
        goes.do("metrics.LAG.set(2, source='t', partition=1)")
        goes.do("metrics.RECORDS.add(5, source='t', outcome='good')")
        until(port, lambda s: value(s, "echolot_lag_records", source="t", partition=1) == 2)
        goes.end()
        seen = until(port, lambda s: value(s, "echolot_lag_records", source="t", partition=1) is None)
        assert value(seen, "echolot_records_total", source="t", outcome="good") == 5


def test_a_crash_anywhere_while_the_dead_are_added_up_counts_nothing_twice_and_loses_nothing(tmp_path, monkeypatch):
    """Two dead processes, 3 and 4 records; one crash at each rename and each unlink in turn."""
    made = tmp_path / "made"
    for amount in (3, 4):
        with children(1, *free_ports(1), made) as (child,):
            child.do(f"metrics.RECORDS.add({amount}, source='t', outcome='good')")
    crashes = 0
    while True:
        place = tmp_path / f"crash-{crashes}"
        shutil.copytree(made, place)
        first = Folder(place)
        assert first.lead()
        with monkeypatch.context() as patched:
            crashed = _crash_at(patched, crashes + 1, first.tidy)
        assert _total(first) == 7
        first.leave()
        second = Folder(place)
        assert second.lead()
        second.tidy()
        assert _total(second) == 7
        assert len(list(place.glob("counter_*.db"))) == 2  # its own, and the sum
        second.leave()
        if not crashed:
            break
        crashes += 1
    assert crashes > 15


class _Crash(BaseException):
    pass


def _crash_at(patched, step, act):
    """Do `act` and crash before its change number `step` to the folder; False where it has fewer."""
    taken = 0

    def counted(change):
        def instead(*args, **more):
            nonlocal taken
            taken += 1
            if taken == step:
                raise _Crash
            return change(*args, **more)

        return instead

    for name in ("unlink", "rename", "write_bytes"):
        patched.setattr(Path, name, counted(getattr(Path, name)))
    try:
        act()
    except _Crash:
        return True
    return False


def _total(mine: Folder) -> float:
    """Records counted in the files that a scrape would read."""
    from prometheus_client.mmap_dict import MmapedDict

    with mine.files() as files:
        found = [(json.loads(k), v) for f in files for k, v, _, _ in MmapedDict.read_all_values_from_file(f)]
    return sum(v for (name, *_), v in found if name == "echolot_records")


def test_a_port_that_is_somebody_elses_costs_nothing_but_a_warning(port, tmp_path, caplog):
    """And it is served once it is free."""
    with socket.socket() as foreign:
        foreign.bind(("127.0.0.1", port))
        foreign.listen()
        metrics.start(MetricsSettings(port=port, folder=tmp_path / "m"))
        metrics.RECORDS.add(1, source="t", outcome="good")
        deadline = time.monotonic() + 5
        while "in trouble" not in caplog.text and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(2.2)
        assert caplog.text.count("in trouble") == 1
    try:
        until(port, lambda s: value(s, "echolot_records_total", source="t", outcome="good") == 1)
    finally:
        metrics.stop()


def test_a_folder_that_cannot_be_used_costs_nothing_but_a_warning(port, tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    for _ in range(2):
        metrics.start(MetricsSettings(port=port, folder=tmp_path / "file"))
    metrics.RECORDS.add(1, source="t", outcome="good")
    assert caplog.text.count("no metrics, the job goes on without them") == 1 and not metrics.is_on()
    metrics.stop()


def test_what_a_process_killed_at_its_start_left_does_not_break_a_scrape(started, tmp_path):
    """prometheus_client 1199: an empty .db file breaks every scrape. Ours come to be whole, by a rename."""
    place = tmp_path / "metrics"
    (place / "counter_1-aaaa.new").touch()
    (place / "live_1-aaaa.new").touch()
    assert until(started, lambda s: value(s, "echolot_resident_memory_bytes") is None)
    assert all(p.stat().st_size >= 64 * 1024 for p in place.glob("*.db"))


def test_files_hold_their_blocks_so_that_a_full_disk_cannot_kill_a_process(started, tmp_path):
    """A sparse mapped file ends the process by SIGBUS when its disk is full."""
    files = list((tmp_path / "metrics").glob("*.db"))
    assert len(files) == 2 + len(Mode)
    assert all(f.stat().st_blocks * 512 >= f.stat().st_size for f in files)
