"""Inserts that fail with the codes of reports, before or after the rows are in: no offset goes ahead of them.

ClickHouse 7256, 9378, 4890 and inlong 2174: consumers committed although the insert had failed (too many parts, a table
read-only, Keeper away, status unknown)."""

from __future__ import annotations

import random
import threading

import pytest

from configs.settings import BreakerSettings, JobSettings, KafkaSource, Topic
from pipeline import resources
from pipeline.engines import local
from schemas.errors import TerminalError, TransientError
from schemas.record import Record
from sinks import codes
from tests.fakes import CrashingStore, Log, LogSource, Steps
from tests.jobs import canonical

RECORDS = 60
TOO_MANY_PARTS, READ_ONLY, KEEPER_AWAY, UNKNOWN_STATUS, DISK_FULL = 252, 242, 225, 319, 243


class FailingStore(CrashingStore):
    """A store whose own retries are spent: an insert drawn from the seed fails, before or after its rows are in."""

    def __init__(self, store, code: int, seed: int) -> None:
        super().__init__(store, Steps())
        self._inner, self._code, self._draw = store, code, random.Random(seed)
        self.failures = 0

    def write(self, blocks) -> None:
        for block in blocks:
            if not len(block):
                continue
            fails, after = self._draw.random() < 0.15, self._draw.random() < 0.5
            if after or not fails:
                self._inner.write([block])
            if fails:
                self.failures += 1
                raise codes.error_for(self._code, "as reported", f"table {block.table}")


@pytest.mark.parametrize("code", [TOO_MANY_PARTS, READ_ONLY, KEEPER_AWAY, UNKNOWN_STATUS, DISK_FULL])
def test_no_offset_is_committed_ahead_of_an_acknowledged_write(store, judge, code):
    source = f"topic{code}"
    job = JobSettings(source=KafkaSource(topics=(Topic(name=source),)), breaker=BreakerSettings(run=1000))
    values = [canonical(f"{code}-{n}", f"Fassung {n}") if n % 5 else b"{" for n in range(RECORDS)]
    log = Log({(source, p): [Record(source, p, n, value) for n, value in enumerate(values)] for p in (0, 1)})
    failing, ends = FailingStore(store, code, seed=code), []
    while len(ends) < 200:
        resources.adopt("store", job, failing)
        resources.adopt("judge", job, judge)
        try:
            local.run(job, LogSource(log, Steps(), lambda: 7), stop=threading.Event())
            break
        except (TransientError, TerminalError) as error:
            ends.append(str(error))
        finally:
            resources.release()
        for (_, partition), offset in log.committed.items():
            below = f"source = '{source}' AND partition = {partition} AND position < {offset}"
            assert store.query(f"SELECT count() FROM ledger FINAL WHERE {below}").rows == [(offset,)]
    assert failing.failures == len(ends) >= 5 and all(f"code {code}" in end for end in ends)
    assert log.committed == {(source, 0): RECORDS, (source, 1): RECORDS}
    mentions = "SELECT count(), uniqExact(native_id) FROM mentions WHERE native_id LIKE {p:String}"
    assert store.query(mentions, {"p": f"{code}-%"}).rows == [(RECORDS * 4 // 5, RECORDS * 4 // 5)]
    account = f"SELECT sum(seen), sum(good), sum(dead), sum(missing) FROM ingest_accounting WHERE source = '{source}'"
    assert store.query(account).rows == [(2 * RECORDS, RECORDS * 8 // 5, RECORDS * 2 // 5, 0)]
    letters = f"SELECT count() FROM dead_letters FINAL WHERE source = '{source}'"
    assert store.query(letters).rows == [(RECORDS * 2 // 5,)]
