"""Both stores, migrated once and emptied before each test, so that one suite speaks for both."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from sinks.chdb import ChdbStore
from sinks.clickhouse import ClickHouseStore

FACTS = [
    "posts", "verdicts", "engagements", "shares", "aliases", "deletions", "dead_letters", "ledger", "generations",
    "replays",
]  # fmt: skip
KINDS = ["chdb", pytest.param("clickhouse", marks=pytest.mark.clickhouse)]


@pytest.fixture(scope="session")
def clickhouse_store(server):
    with_closing = ClickHouseStore(port=server.port, user=server.user, password=SecretStr(server.password))
    with_closing.migrate()
    yield with_closing
    with_closing.close()


@pytest.fixture(scope="session")
def chdb_store(tmp_path_factory):
    opened = ChdbStore(tmp_path_factory.mktemp("chdb") / "store", linger_seconds=0.5)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture(params=KINDS)
def store(request):
    """Each store in turn, with all tables empty."""
    opened = request.getfixturevalue(f"{request.param}_store")
    for table in FACTS:
        opened.command(f"TRUNCATE TABLE {table}")
    return opened


@pytest.fixture
def sibling(store, server_of):
    """A second store on the same data, as another process would open it."""
    opened = server_of(store)
    yield opened
    opened.close()


@pytest.fixture
def server_of(request):
    """Makes another store on the data of a given one."""

    def make(store):
        if isinstance(store, ChdbStore):
            return ChdbStore(store.folder, linger_seconds=0.5)
        server = request.getfixturevalue("server")
        return ClickHouseStore(port=server.port, user=server.user, password=SecretStr(server.password))

    return make
