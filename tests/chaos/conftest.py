"""Stores for the verdict's own tests: empty and migrated, one of each kind."""

from __future__ import annotations

from contextlib import closing

import pytest
from pydantic import SecretStr

from sinks.chdb import ChdbStore
from sinks.clickhouse import ClickHouseStore
from tests.services.clickhouse_server import ClickHouseServer, find_or_skip


@pytest.fixture(params=["chdb", pytest.param("clickhouse", marks=pytest.mark.clickhouse)], scope="module")
def fresh_store(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "chdb":
        with closing(ChdbStore(folder / "store", linger_seconds=0.5)) as store:
            store.migrate()
            yield store
        return
    server = ClickHouseServer(find_or_skip(), folder)
    server.start()
    with closing(
        ClickHouseStore(port=server.port, user=server.user, password=SecretStr(server.password), retry_seconds=10)
    ) as store:
        store.migrate()
        yield store
    server.stop()
