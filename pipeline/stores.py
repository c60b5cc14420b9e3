"""The configured store, opened."""

from __future__ import annotations

from configs.settings import ChdbStoreSettings, ClickHouseStoreSettings
from sinks.chdb import ChdbStore
from sinks.clickhouse import ClickHouseStore
from sinks.store import Store


def open_store(settings: ChdbStoreSettings | ClickHouseStoreSettings) -> Store:
    """A new store connection; the caller closes it."""
    if isinstance(settings, ChdbStoreSettings):
        return ChdbStore(settings.path)
    return ClickHouseStore(
        host=settings.host,
        port=settings.port,
        user=settings.user,
        password=settings.password,
        database=settings.database,
        secure=settings.secure,
        retry_seconds=settings.retry.total_seconds(),
    )
