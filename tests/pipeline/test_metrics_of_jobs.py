"""Every metric of the registry is moved by the job: by a run over files, by a run on Kafka, or by a fault."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import contextmanager

import pytest
from kafka.errors import CommitFailedError, KafkaConnectionError

from configs.observe import MetricsSettings
from configs.settings import BreakerSettings, ChdbStoreSettings, FilesSource, JobSettings, KafkaSource, Topic
from deploy.ports import free_ports
from pipeline import job, metrics
from pipeline.breaker import BreakerTripped
from pipeline.metrics import kinds
from pipeline.metrics.registry import ALL
from pipeline.sources.kafka import KafkaRecords
from pipeline.sources.kafka_client import Overtaken
from schemas.record import Record
from sinks.store import Block
from tests.jobs import canonical
from tests.pipeline.scraping import scrape, until, value
from tests.pipeline.test_progress import Latest
from tests.services.kafka_broker import create_topic, delete_before, produce, unique
from tests.sinks.owners import owner_pid

ANY_RUN = {
    metrics.RECORDS, metrics.DEAD_LETTERS, metrics.MENTIONS_JUDGED, metrics.BATCH_RECORDS, metrics.INSERT_SECONDS,
    metrics.ROWS_WRITTEN, metrics.BREAKER_DEAD_RATIO, metrics.GRAPH_SETUPS, metrics.RESIDENT_MEMORY, metrics.BUILD_INFO,
}  # fmt: skip
KAFKA_RUN = ANY_RUN | {metrics.LATENCY, metrics.LAG, metrics.WATERMARK_AGE}
FAULTS = {
    metrics.INSERT_RETRIES, metrics.BREAKER_TRIPPED, metrics.BREAKER_TRIPS, metrics.CONSUMERS_REPLACED,
    metrics.COMMITS_FAILED, metrics.GAPS,
}  # fmt: skip


def test_no_metric_escapes_the_runs_and_faults_below():
    assert set(ALL) == KAFKA_RUN | FAULTS and not KAFKA_RUN & FAULTS


def moved(samples):
    """Metrics with a series that is not 0. An unlabelled one stands at 0 from the start."""
    names = {name.removesuffix("_bucket").removesuffix("_sum") for (name, _), v in samples.items() if v}
    return {metric for metric in ALL if metric.name in names}


@contextmanager
def running(settings, port, tmp_path):
    """The job in a thread of this process; ends with the block."""
    settings = settings.model_copy(
        update={"metrics": MetricsSettings(port=port, folder=tmp_path / "m"), "breaker": BreakerSettings()}
    )
    stop, ended = threading.Event(), []
    thread = threading.Thread(target=lambda: ended.append(job.run(settings, stop=stop)))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(60)
        metrics.stop()
    assert ended, "the job failed"


def test_a_run_over_files_moves_its_metrics_and_counts_what_the_store_holds(tmp_path):
    """5 records of one file: 3 good, 2 dead."""
    lines = [canonical(str(n), "Danke @DB_Bahn") for n in range(3)] + [b"[]", b"{broken"]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    settings = JobSettings(source=FilesSource(path=tmp_path / "in"), store=ChdbStoreSettings(path=tmp_path / "store"))
    (port,) = free_ports(1)
    with running(settings, port, tmp_path):
        seen = until(port, lambda s: value(s, "echolot_rows_written_total", table="ledger") == 5, 30)
        time.sleep(0.3)  # counted just after the ledger's rows
        seen = scrape(port)
    assert moved(seen) == ANY_RUN
    outcomes = {o: value(seen, "echolot_records_total", source="in/a.jsonl", outcome=o) for o in ("good", "dead")}
    assert outcomes == {"good": 3, "dead": 2}
    assert value(seen, "echolot_mentions_judged_total", generation="live", model=_model(seen)) == 3
    assert value(seen, "echolot_rows_written_total", table="posts") == 3
    assert value(seen, "echolot_insert_seconds_count", table="posts") == 1
    assert value(seen, "echolot_batch_records_sum") == 5
    for step in ("Decode", "JudgeBatch", "Write"):
        assert value(seen, "echolot_graph_setups_total", step=step) == 1


def _model(samples):
    return next(dict(labels)["model"] for name, labels in samples if name == "echolot_mentions_judged_total")


@pytest.mark.kafka
def test_a_run_on_kafka_moves_its_metrics_and_ends_without_lag(broker, tmp_path):
    """The last record is aged by 100 s: the delay shows it, and the watermark does not once it is written."""
    topic = create_topic(broker, unique("metrics"), partitions=2)
    produce(broker, topic, [canonical(str(n), "x") for n in range(20)] + [b"{broken"], partition=0)
    old = round((time.time() - 100) * 1000)
    produce(broker, topic, [Record(topic, 0, 0, canonical("99", "x"), timestamp=old)], partition=1)
    source = KafkaSource(bootstrap=(broker.bootstrap,), topics=(Topic(name=topic),), group=unique("group"))
    settings = JobSettings(source=source, store=ChdbStoreSettings(path=tmp_path / "store"))
    (port,) = free_ports(1)

    def written(samples):
        good = value(samples, "echolot_records_total", source=topic, outcome="good")
        lags = [value(samples, "echolot_lag_records", source=topic, partition=p) for p in (0, 1)]
        return good == 21 and lags == [0, 0]

    with running(settings, port, tmp_path):
        seen = until(port, written, 60)
    assert moved(seen) | {metrics.LAG, metrics.WATERMARK_AGE} == KAFKA_RUN
    assert [value(seen, "echolot_watermark_age_seconds", source=topic, partition=p) for p in (0, 1)] == [0, 0]
    assert value(seen, "echolot_latency_seconds_count", source=topic) == 22
    assert value(seen, "echolot_latency_seconds_sum", source=topic) >= 100


@pytest.fixture
def latest():
    recorder = Latest()
    kinds.record_with(recorder)
    yield recorder.values
    kinds.record_with(None)


def test_an_insert_tried_again_is_counted(latest, tmp_path):
    """The store's process is killed between two writes."""
    from pipeline.stores import open_store

    store = open_store(ChdbStoreSettings(path=tmp_path / "store"))
    store.migrate()
    block = Block("ledger", {name: [1] for name in ("position", "partition", "mentions", "dead")} | _names())
    store.write([block])
    assert ("echolot_insert_retries_total", "ledger") not in latest
    os.kill(owner_pid(store.folder), signal.SIGKILL)
    store.write([block])
    store.close()
    assert latest[("echolot_insert_retries_total", "ledger")] == 1
    assert latest[("echolot_rows_written_total", "ledger")] == 2


def _names():
    return {"source": ["s"], "outcome": ["good"]}


def test_a_tripped_breaker_is_shown_and_counted(latest, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_bytes(b"{broken\n" * 30)
    settings = JobSettings(
        source=FilesSource(path=tmp_path / "in"),
        store=ChdbStoreSettings(path=tmp_path / "store"),
        breaker=BreakerSettings(run=20),
    )
    with pytest.raises(BreakerTripped):
        job.run(settings, stop=threading.Event())
    assert latest[("echolot_breaker_tripped",)] == latest[("echolot_breaker_trips_total",)] == 1
    assert latest[("echolot_breaker_dead_ratio",)] == 1
    assert not any(name == "echolot_records_total" for name, *_ in latest), "nothing of that batch was written"


@pytest.mark.kafka
def test_failed_commits_a_replaced_consumer_and_a_gap_are_counted(latest, broker, monkeypatch):
    topic, group = create_topic(broker, unique("faults")), unique("group")
    produce(broker, topic, [b"%d" % n for n in range(10)])
    source = KafkaSource(bootstrap=(broker.bootstrap,), topics=(Topic(name=topic),), group=group, stall=1)
    records = KafkaRecords(source)
    deadline = time.monotonic() + 30
    while records.poll(0.1) is None:
        assert time.monotonic() < deadline
    assert latest[("echolot_lag_records", topic, "0")] == 10

    for error, reason in ((CommitFailedError("put out"), "fenced"), (KafkaConnectionError("gone"), "broker")):
        with monkeypatch.context() as patched:
            patched.setattr(records._consumer, "commit", lambda *a, error=error, **m: (_ for _ in ()).throw(error))
            records.commit({(topic, 0): 4})
        assert latest[("echolot_commits_failed_total", reason)] == 1
    records.commit({(topic, 0): 4})
    assert latest[("echolot_lag_records", topic, "0")] == 5

    monkeypatch.setattr(records._watchdog, "due", lambda: True)
    monkeypatch.setattr(records._watchdog, "stalled", lambda positions, ends: list(positions))
    records.poll(0.1)
    assert latest[("echolot_consumers_replaced_total", topic)] == 1
    records.close()

    delete_before(broker, topic, 0, 8)
    records = KafkaRecords(source)
    with pytest.raises(Overtaken):
        while time.monotonic() < deadline:
            records.poll(0.1)
    assert latest[("echolot_gaps_total", topic)] == 1
    records.close()


@pytest.mark.kafka
def test_records_polled_before_the_broker_went_in_mid_poll_are_handed_on(broker, monkeypatch):
    """The second, short poll of a poll fails: what the first one gave is passed in the consumer, so it must not go."""
    topic = create_topic(broker, unique("mid"))
    produce(broker, topic, [b"%d" % n for n in range(10)])
    source = KafkaSource(bootstrap=(broker.bootstrap,), topics=(Topic(name=topic),), group=unique("group"))
    records = KafkaRecords(source)
    polls = records._poll

    def failing(wait, most):
        if wait < 0.1:
            raise KafkaConnectionError("gone")
        return polls(wait, most)

    monkeypatch.setattr(records, "_poll", failing)
    found, deadline = [], time.monotonic() + 30
    while len(found) < 10 and time.monotonic() < deadline:
        batch = records.poll(0.1)
        found += batch.records if batch else []
    records.close()
    assert [r.position for r in found] == list(range(10))
