"""The processes that benchmarks/job.py times: the job, and a bare loop with the same models.

Each prints one JSON line: records, and seconds from the first acknowledged batch to the last, so that imports, model
loading and joining the group count for neither."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

from kafka import KafkaConsumer, TopicPartition

from benchmarks import machine
from configs.observe import LogSettings
from configs.settings import ChdbStoreSettings, JobSettings, KafkaSource, Topic
from pipeline import job, logs, resources
from pipeline.engines.local import Totals
from pipeline.rows import RowMaker
from schemas.mention import Mention
from sinks.chdb_link import DATABASE, Address, is_owned
from sinks.store import Block

POLL = 2000


def settings(bootstrap: str, topic: str, folder: Path, start: str = "earliest") -> JobSettings:
    """The job under test: defaults, but for topic and folder."""
    source = KafkaSource(
        bootstrap=(bootstrap,), topics=(Topic(name=topic, format="canonical"),), group=folder.name, start=start
    )
    return JobSettings(source=source, store=ChdbStoreSettings(path=folder))


def run_job(bootstrap: str, topic: str, records: int, folder: Path, start: str = "earliest") -> None:
    """`echolot stream` in this process until `records` are acknowledged."""
    stop, marks, memory = threading.Event(), [], []
    chosen = settings(bootstrap, topic, folder, start)

    def note(totals: Totals, _: object) -> None:
        marks.append((totals.records, time.time()))
        if totals.records // 20_000 > len(memory):
            owner = Address.read(folder)  # the store's process is nobody's child
            memory.append((totals.records, machine.resident_mb(os.getpid()), machine.resident_mb(owner.pid)))
        if totals.records >= records:
            stop.set()

    print("ready", flush=True)
    job.run(chosen, stop=stop, progress=note)
    print(json.dumps(_summary(marks) | {"memory": memory, "marks": marks}))


def run_bare(bootstrap: str, topic: str, records: int, folder: Path) -> None:
    """What somebody would write in an afternoon: poll, parse, judge, insert posts and verdicts. No guarantees."""
    from sinks.chdb import ChdbStore

    ChdbStore(folder).migrate()
    chosen = settings(bootstrap, topic, folder)
    judge = resources.make_judge(chosen)
    rows = RowMaker(generation="live", pseudonym_key="", keep_handles=False)
    client = embedded_client(folder)
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, max_poll_records=POLL, fetch_max_wait_ms=100)
    partitions = [TopicPartition(topic, p) for p in consumer.partitions_for_topic(topic)]
    consumer.assign(partitions)
    consumer.seek_to_beginning()
    marks, done = [], 0
    while done < records:
        polled = [r.value for batch in consumer.poll(100).values() for r in batch]
        if not polled:
            continue
        mentions = [Mention.model_validate_json(value) for value in polled]
        for block in rows.facts(mentions, judge.judge(mentions))[:2]:
            insert(client, block)
        done += len(polled)
        marks.append((done, time.time()))
    print("ready", flush=True)
    print(json.dumps(_summary(marks)))


def embedded_client(folder: Path):
    """The public client of an embedded store that has just been made; its owner lets go some seconds after that."""
    import clickhouse_connect

    while is_owned(folder):
        time.sleep(0.2)
    return clickhouse_connect.get_client(dsn=f"chdb:///{folder.resolve()}")


def insert(client, block: Block) -> None:
    client.insert(
        block.table, list(block.columns.values()), list(block.columns), column_oriented=True, database=DATABASE
    )


def _summary(marks: list[tuple[int, float]]) -> dict[str, float]:
    (first, began), (last, ended) = marks[0], marks[-1]
    return {"records": last - first, "seconds": ended - began, "rate": (last - first) / (ended - began)}


if __name__ == "__main__":
    logs.start(LogSettings(level="WARNING"))
    kind, bootstrap, topic, records, *start = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="echolot-bench-") as folder:
        {"job": run_job, "bare": run_bare}[kind](bootstrap, topic, int(records), Path(folder), *start)
