"""The configured store, opened."""

from __future__ import annotations

import threading
import time

from configs.settings import ChdbStoreSettings, ClickHouseStoreSettings
from pipeline.counting import Inserts
from pipeline.stopping import StopClock
from sinks.chdb import ChdbStore
from sinks.clickhouse import ClickHouseStore
from sinks.store import Store

START_SECONDS = 30.0
"""How long a store that is away is waited for at a start, when nothing is in hand yet: a ClickHouse that restarts is
back in one, and an address that is wrong should be said while somebody still looks."""


def open_store(
    settings: ChdbStoreSettings | ClickHouseStoreSettings,
    *,
    stop: threading.Event | None = None,
    retry_seconds: float | None = None,
) -> Store:
    """A new store connection; the caller closes it. Retrying ends with Stopped once `stop` is set.

    `retry_seconds` shortens the time that calls are tried again; unset: `store.retry` of a server."""
    clock = time if stop is None else StopClock(stop)
    if isinstance(settings, ChdbStoreSettings):
        budget = {} if retry_seconds is None else {"retry_seconds": retry_seconds}
        return ChdbStore(settings.path, clock=clock, observer=Inserts(), **budget)
    retry = settings.retry.total_seconds()
    return ClickHouseStore(
        host=settings.host,
        port=settings.port,
        user=settings.user,
        password=settings.password,
        database=settings.database,
        secure=settings.secure,
        retry_seconds=retry if retry_seconds is None else min(retry, retry_seconds),
        clock=clock,
        observer=Inserts(),
    )
