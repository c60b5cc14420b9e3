"""A ClickHouse server as store, by clickhouse-driver in the native protocol. Production: ClickHouse >= 24.8."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

from clickhouse_driver import Client  # type: ignore[import-untyped]
from clickhouse_driver.errors import Error as DriverError  # type: ignore[import-untyped]
from pydantic import SecretStr

from schemas.errors import TerminalError
from sinks import codes, dialect, schema
from sinks.blocks import check
from sinks.observer import SILENT, Observer
from sinks.parameters import plain
from sinks.retrying import Clock, retry
from sinks.statements import require_reading
from sinks.store import Block, Result

_CONNECT_SECONDS = 10
_ANSWER_SECONDS = 60  # a hung server is given up after this; an insert of 50k rows was measured at 1 s

# Set for every insert, since servers changed their defaults (26.2, 26.3): an insert is done when it returns.
_INSERT_SETTINGS: dict[str, Any] = {
    "async_insert": 0,
    "wait_for_async_insert": 1,
    "insert_deduplicate": 1,
    "deduplicate_blocks_in_dependent_materialized_views": 1,
    "input_format_null_as_default": 0,
}

_log = logging.getLogger(__name__)
# The driver logs each refused connection with a stack trace; `retry` says the same in one line.
logging.getLogger("clickhouse_driver.connection").setLevel(logging.ERROR)


class ClickHouseStore:
    """See Store. Calls of several threads wait for each other; the connection is opened by the first call."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 9000,
        user: str = "default",
        password: SecretStr | None = None,
        database: str = "echolot",
        secure: bool = False,
        retry_seconds: float = 120,
        answer_seconds: float = _ANSWER_SECONDS,
        clock: Clock = time,
        observer: Observer = SILENT,
    ) -> None:
        self._place = f"ClickHouse {host}:{port}, database {database}"
        self._login = {"host": host, "port": port, "user": user, "secure": secure}
        self._password = password or SecretStr("")
        self._database = database
        self._retry_seconds = retry_seconds
        self._answer_seconds = answer_seconds
        self._clock = clock
        self._observer = observer
        self._lock = threading.RLock()
        self._client: Client | None = None
        self._version: dialect.Version | None = None
        self._readonly: dict[str, Any] | None = None
        self._columns: dict[str, dict[str, str]] = {}

    @property
    def version(self) -> dialect.Version:
        """Year and number of the server, asked once."""
        if self._version is None:
            year, number, *_ = str(self._execute("SELECT version()")[0][0]).split(".")
            self._version = int(year), int(number)
            if self._version < dialect.OLDEST_SUPPORTED:
                _log.warning("%s is version %s.%s; only 24.8 and later are supported", self._place, year, number)
        return self._version

    def migrate(self) -> list[str]:
        """See Store. Makes the database where it is missing and the user may."""
        with self._lock:
            retry(self._make_database, budget_seconds=self._retry_seconds, clock=self._clock)
            applied = schema.migrate(self)
            self._columns.clear()
            return applied

    def write(self, blocks: Sequence[Block]) -> None:
        """See Store."""
        with self._lock:
            for block in blocks:
                if len(block):
                    check(block, self._columns_of(block.table))
            for block in blocks:
                if len(block):
                    self._insert(block)

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Result:
        """See Store. Runs with readonly = 1: no SETTINGS, file() or url(). Tried again for a second, no longer."""
        statement = require_reading(sql)
        with self._lock:
            names, rows = retry(lambda: self._read(statement, parameters or {}), budget_seconds=1, clock=self._clock)
        return Result([name for name, _ in names], [type_name for _, type_name in names], rows)

    def command(self, sql: str) -> None:
        """Run one statement that returns nothing; for migrations, whose statements may be repeated."""
        with self._lock:
            settings = dialect.LEGACY_SETTINGS if dialect.is_legacy(self.version) else {}
            retry(lambda: self._execute(sql, settings=settings), budget_seconds=self._retry_seconds, clock=self._clock)

    def close(self) -> None:
        """See Store."""
        with self._lock:
            self._disconnect()

    def _insert(self, block: Block) -> None:
        columns = self._columns_of(block.table)
        sql = f"INSERT INTO `{block.table}` ({', '.join(f'`{name}`' for name in columns)}) VALUES"
        # One token for all tries of this block and for no other block: equal rows may rightly come again later.
        settings = _INSERT_SETTINGS | {"insert_deduplication_token": uuid4().hex}
        if dialect.is_legacy(self.version):
            settings = {}  # it knows none of them, and refuses some

        def attempt() -> float:
            start = self._clock.monotonic()
            # Fresh lists every time: the driver turns UUIDs and times into numbers in place.
            data = [list(block.columns[name]) for name in columns]
            self._execute(sql, data, f"table {block.table}", columnar=True, settings=settings)
            return self._clock.monotonic() - start

        seconds = retry(
            attempt,
            budget_seconds=self._retry_seconds,
            clock=self._clock,
            on_retry=lambda: self._observer.retried(block.table),
        )
        self._observer.inserted(block.table, len(block), seconds)

    def _read(self, statement: str, parameters: Mapping[str, Any]) -> tuple[list[tuple[str, str]], list[Any]]:
        options: dict[str, Any] = {"with_column_types": True, "settings": self._reading_settings()}
        if not parameters:
            rows, names = self._execute(statement, **options)
        elif dialect.is_legacy(self.version):
            rows, names = self._execute(dialect.inline(statement, parameters), **options)
        else:
            values = {name: plain(value) for name, value in parameters.items()}
            rows, names = self._execute(statement, values, **options)
        return names, rows

    def _reading_settings(self) -> dict[str, Any]:
        if self._readonly is None:
            own = self._execute("SELECT value FROM system.settings WHERE name = 'readonly'")
            # A user whose profile reads only may not change that setting, not even to what it is.
            self._readonly = {"readonly": 1} if own == [("0",)] else {}
        return self._readonly

    def _columns_of(self, table: str) -> dict[str, str]:
        if table not in self._columns:
            names = {"database": self._database, "table": table}
            _, found = retry(
                lambda: self._read(schema.COLUMNS, names), budget_seconds=self._retry_seconds, clock=self._clock
            )
            if not found:
                raise codes.error_for(codes.UNKNOWN_TABLE, "no columns", f"{self._place}, table {table}")
            self._columns[table] = dict(found)
        return self._columns[table]

    def _make_database(self) -> None:
        try:
            self._execute("SELECT 1")
        except TerminalError:
            sql = f"CREATE DATABASE IF NOT EXISTS `{self._database}`"
            with self._mapped("making the database"), self._connection("") as client:
                client.execute(sql)

    def _execute(self, sql: str, data: Any = None, what: str = "query", **options: Any) -> Any:
        with self._mapped(what):
            if self._client is None:
                self._client = self._connection(self._database)
            return self._client.execute(sql, data, **options)

    def _connection(self, database: str) -> Any:
        return Client(
            **self._login,
            password=self._password.get_secret_value(),
            database=database,
            client_name="echolot",
            connect_timeout=_CONNECT_SECONDS,
            send_receive_timeout=self._answer_seconds,
            sync_request_timeout=_CONNECT_SECONDS,
            tcp_keepalive=True,
            settings={"server_side_params": True},
        )

    @contextlib.contextmanager
    def _mapped(self, what: str) -> Iterator[None]:
        """Ours for the driver's errors. After any of them the connection is in doubt, so it goes."""
        where = f"{self._place}, {what}"
        try:
            yield
        except DriverError as error:
            self._disconnect()
            raise codes.error_for(error.code, str(error.message or ""), where) from error
        except (OSError, EOFError) as error:
            self._disconnect()
            raise codes.error_for(codes.NETWORK, type(error).__name__, where) from error
        except Exception as error:
            self._disconnect()
            kind = type(error).__name__
            raise TerminalError(f"{where}: the driver failed ({kind}); this is a bug, please report it") from error

    def _disconnect(self) -> None:
        if self._client is not None:
            with contextlib.suppress(Exception):
                self._client.disconnect()
        self._client = None
