"""The same records give the same rows, whichever way they come: streamed or replayed, by any engine, any number of
workers and after any kill, into a server or an embedded store."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import closing
from datetime import datetime
from functools import partial

import pytest

from configs.settings import ChdbStoreSettings, ClickHouseStoreSettings
from pipeline.stores import open_store
from samples.produce import feed
from schemas.errors import EcholotError
from schemas.record import Record
from tests import light
from tests.commands.test_errors import echolot
from tests.flink.test_engine import source
from tests.jobs import FlinkJob, Job, canonical
from tests.replay.test_replay import CONTENT, POSTS
from tests.services import forks
from tests.services.clickhouse_server import ClickHouseServer, find_or_skip
from tests.services.kafka_broker import create_topic, produce, unique

MORE = 4000
KILLS = 5
pytestmark = [pytest.mark.kafka, pytest.mark.flink, pytest.mark.clickhouse, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
def server(tmp_path):
    folder = tmp_path / "server"
    folder.mkdir()
    started = ClickHouseServer(find_or_skip(), folder)
    started.start()
    yield started
    started.stop()


@pytest.fixture
def dump(tmp_path):
    """Records beside the samples, so many that a kill meets a replay half way; two are broken."""
    path = tmp_path / "dump.jsonl"
    words = ["Aufzug kaputt", "Danke!", "wann fährt der Bus?", "Paket nicht da", "schöner Tag"]
    lines = [canonical(str(n), f"{words[n % 5]} @DB_Bahn {n % 1500}") for n in range(MORE)]
    lines[17] = lines[2711] = b"{broken"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def on(server, name):
    """Settings of a database of its own."""
    return {"kind": "clickhouse", "port": server.port, "database": name}


def content(settings):
    """Rows of every table of facts, without what depends on the way: topic or file, partition, position."""
    sql = "SELECT {} FROM {} FINAL"
    made = ChdbStoreSettings(**settings) if settings["kind"] == "chdb" else ClickHouseStoreSettings(**settings)
    with closing(open_store(made)) as store:
        return {
            table: sorted(repr([plain(value) for value in row]) for row in store.query(sql.format(what, table)).rows)
            for table, what in CONTENT.items()
        }


def plain(value):
    """The server of 2018 has neither Bool nor parts of a second."""
    if isinstance(value, datetime):
        return value.replace(microsecond=0)
    return int(value) if type(value) is bool else value


def count(settings, sql):
    """A number; 0 while there are no tables."""
    try:
        with closing(open_store(ClickHouseStoreSettings(**settings))) as store:
            return store.query(sql).rows[0][0] or 0
    except EcholotError:
        return 0


def streamed(job, records, settings):
    """The job runs until every record is in the ledger."""
    job.start()
    try:
        job.wait_for(lambda: count(settings, "SELECT count() FROM ledger FINAL") == records, 300)
        assert job.stop() == 0, job.log.read_text()
    finally:
        job.end() if isinstance(job, FlinkJob) else job.kill()


def replayed(job, dump, *more):
    done = echolot("replay", POSTS, dump, "--config", job.config, *more)
    assert done.returncode == 0, done.stderr


def killed(job, dump, settings):
    """A replay by two workers, killed as it stands whenever more is written; then resumed in peace."""
    marked = partial(count, settings, "SELECT count() FROM replays FINAL WHERE records > 0")
    arguments = ["replay", POSTS, dump, "--config", job.config, "--resume", "--workers", "2"]
    met = 0
    for _ in range(KILLS):
        before = marked()
        process = forks.start(arguments, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 90
        while process.poll() is None and marked() == before and time.monotonic() < until:
            time.sleep(0.05)
        met += process.poll() is None
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert met == KILLS, "each kill met a run half way"
    replayed(job, dump, "--resume")


def test_every_way_writes_the_same_rows(broker, flink, server, dump, tmp_path):
    topic = create_topic(broker, unique("parity"), partitions=3)
    records = [Record(topic, 0, 0, value, headers=dict(headers)) for value, headers in feed()]
    records += [Record(topic, 0, 0, line) for line in dump.read_bytes().splitlines()]
    produce(broker, topic, records)

    def job(name, settings, kind=Job, where=None, *more):
        (tmp_path / name).mkdir()
        where = where or {"kind": "dumps", "paths": [str(POSTS)], "poll_records": 500}
        return kind(tmp_path / name, where, *more, store=settings, judge=light.SHIPPED)

    embedded = {"kind": "chdb", "path": str(tmp_path / "alone" / "store")}
    ways = {name: on(server, name) for name in ("local", "flink", "two", "kills")} | {"alone": embedded}
    streamed(job("local", ways["local"], Job, source(broker, topic)), len(records), ways["local"])
    streamed(job("flink", ways["flink"], FlinkJob, source(broker, topic), flink), len(records), ways["flink"])
    replayed(job("alone", ways["alone"]), dump)
    replayed(job("two", ways["two"]), dump, "--workers", "2")
    killed(job("kills", ways["kills"]), dump, ways["kills"])

    expected = content(ways.pop("local"))
    assert len(expected["posts"]) > 4700 and len(expected["dead_letters"]) > 12
    for name, settings in ways.items():
        found = content(settings)
        for table, rows in expected.items():
            assert found[table] == rows, f"{table} by way of {name}"
