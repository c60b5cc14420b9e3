"""The embedded store: ClickHouse as a library (chDB), in an owner process that serves all stores of a folder.

A store connects to the folder's owner, or starts one (see chdb_owner.py); so a job can write while `echolot sql`
reads. Blocks are encoded here and travel as bytes, all blocks of a `write` in one message."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any
from uuid import uuid4

from schemas.errors import TerminalError, TransientError
from sinks import codes, dialect, native, parameters, schema
from sinks.blocks import check
from sinks.chdb_link import DATABASE, PROTOCOL, Address, is_owned
from sinks.observer import SILENT, Observer
from sinks.retrying import Clock, retry
from sinks.statements import require_reading, returns_rows_of_select
from sinks.store import Block, Result

_LINGER_SECONDS = 3.0  # one command after the other finds the engine open; opening takes 1-3 s
_OWNER_SECONDS = 60.0  # an owner that is starting or ending was never seen to need more than 5 s
_LOOK_AGAIN_SECONDS = 0.05


class ChdbStore:
    """See Store. Calls of several threads wait for each other; several stores and processes may use one folder."""

    version: dialect.Version = (26, 9)

    def __init__(
        self,
        path: str | Path,
        *,
        retry_seconds: float = 120,
        linger_seconds: float = _LINGER_SECONDS,
        clock: Clock = time,
        observer: Observer = SILENT,
    ) -> None:
        self.folder = Path(path).resolve()
        """Where the tables are."""
        self._retry_seconds = retry_seconds
        self._linger_seconds = linger_seconds
        self._clock = clock
        self._observer = observer
        self._lock = threading.RLock()
        self._owner: Connection[Any, Any] | None = None
        self._columns: dict[str, dict[str, str]] = {}

    def migrate(self) -> list[str]:
        """See Store."""
        with self._lock:
            applied = schema.migrate(self)
            self._columns.clear()
            return applied

    def write(self, blocks: Sequence[Block]) -> None:
        """See Store. An owner killed in mid-insert is replaced, and all blocks of the call are sent again."""
        with self._lock:
            full = [block for block in blocks if len(block)]
            inserts: list[tuple[str, bytes]] = []
            for block in full:
                columns = self._columns_of(block.table)
                check(block, columns)
                inserts.append((_insert_sql(block.table, columns), native.encode(block, columns)))
            if not inserts:
                return

            def tell() -> None:
                for block in full:
                    self._observer.retried(block.table)

            times = self._call(self._retry_seconds, "write", inserts, on_retry=tell)
            for block, seconds in zip(full, times, strict=True):
                self._observer.inserted(block.table, len(block), seconds)

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Result:
        """See Store. Runs with readonly = 1: no SETTINGS, file() or url(). Tried again for a second, no longer."""
        with self._lock:
            return self._read(require_reading(sql), parameters or {}, budget_seconds=1)

    def command(self, sql: str) -> None:
        """See Store."""
        with self._lock:
            self._call(self._retry_seconds, "command", sql)

    def close(self) -> None:
        """See Store. The owner ends by itself some seconds after its last client."""
        with self._lock:
            self._drop()

    def _read(self, statement: str, values: Mapping[str, Any], *, budget_seconds: float) -> Result:
        texts = {name: parameters.text(value) for name, value in values.items()}
        answer = self._call(budget_seconds, "query", statement, texts)
        try:
            result = native.decode(answer)
        except Exception as error:
            raise TerminalError(f"{self.folder}: the answer is unreadable; leave FORMAT out of the query") from error
        if not result.names and returns_rows_of_select(statement):
            described = native.decode(self._call(budget_seconds, "query", f"DESCRIBE TABLE (\n{statement}\n)", texts))
            result.names.extend(row[0] for row in described.rows)
            result.types.extend(row[1] for row in described.rows)
        return result

    def _columns_of(self, table: str) -> dict[str, str]:
        if table not in self._columns:
            names = {"database": DATABASE, "table": table}
            found = self._read(schema.COLUMNS, names, budget_seconds=self._retry_seconds).rows
            if not found:
                raise codes.error_for(codes.UNKNOWN_TABLE, "no columns", f"{self.folder}, table {table}")
            self._columns[table] = dict(found)
        return self._columns[table]

    def _call(self, budget_seconds: float, *request: Any, on_retry: Callable[[], None] = lambda: None) -> Any:
        return retry(lambda: self._ask(request), budget_seconds=budget_seconds, clock=self._clock, on_retry=on_retry)

    def _ask(self, request: tuple[Any, ...]) -> Any:
        if self._owner is None:
            self._owner = self._find_owner()
        try:
            self._owner.send(request)
            outcome, answer = self._owner.recv()
        except (EOFError, OSError) as error:
            self._drop()
            raise TransientError(f"{self.folder}: the owner process ended in mid-call; see owner.log there") from error
        except BaseException:
            self._drop()  # interrupted between question and answer: the answer must not meet the next question
            raise
        if outcome == "failed":
            raise codes.error_for(codes.code_in(answer), answer, str(self.folder))
        return answer

    def _drop(self) -> None:
        if self._owner is not None:
            with contextlib.suppress(OSError):
                self._owner.close()
        self._owner = None

    def _find_owner(self) -> Connection[Any, Any]:
        """A connection to the folder's one owner, which is started where there is none."""
        deadline = self._clock.monotonic() + _OWNER_SECONDS
        while True:
            try:
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                address = Address.read(self.folder)
                connection = _connect(address) if address is not None else None
                if connection is not None:
                    return connection
                if not is_owned(self.folder):
                    self._start_owner()
                    continue
            except OSError as error:
                reason = os.strerror(error.errno) if error.errno else type(error).__name__
                raise TerminalError(
                    f"{self.folder}: the folder cannot be used ({reason}); store.path must be a folder on a disk with "
                    f"room that this user may write"
                ) from error
            if self._clock.monotonic() > deadline:
                raise TransientError(f"{self.folder}: a process holds owner.lock and does not answer; end it")
            self._clock.sleep(_LOOK_AGAIN_SECONDS)

    def _start_owner(self) -> None:
        """Start an owner and wait until it serves, or another one does. Raises TerminalError where it cannot."""
        root = Path(__file__).resolve().parents[1]
        inherited = [str(Path(path).absolute()) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(root), *inherited])}
        command = [sys.executable, "-m", "sinks.chdb_owner", str(self.folder), str(self._linger_seconds)]
        with subprocess.Popen(
            command,
            cwd=root,  # `-m` looks in the working directory first, where a user may have a `sinks` too
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as starter:
            assert starter.stdout is not None and starter.stderr is not None
            line = starter.stdout.readline()
            said = json.loads(line) if line else {}
            # The engine writes the cause of a failed opening to stderr and only "cannot open" into its exception.
            errors = "" if "ready" in said or "busy" in said else starter.stderr.read().decode(errors="replace")
        if "failed" in said or starter.returncode:
            text = f"{said.get('failed', '')} {errors}"
            raise codes.error_for(codes.code_in(text, innermost=True), text, str(self.folder))
        if not line:
            raise TransientError(f"{self.folder}: the owner process ended while it started; see owner.log there")


def _connect(address: Address) -> Connection[Any, Any] | None:
    """A connection to a living owner, None where there is none. Raises TerminalError for one of another release."""
    try:
        connection = Client(address.socket, "AF_UNIX", authkey=bytes.fromhex(address.key))
    except (OSError, EOFError, AuthenticationError):
        return None
    if address.protocol != PROTOCOL:
        connection.close()
        raise TerminalError(f"process {address.pid} of another version of echolot uses this store; end it first")
    return connection


def _insert_sql(table: str, columns: Mapping[str, str]) -> str:
    names = ", ".join(f"`{name}`" for name in columns)
    # One token for all tries of this block and for no other block: equal rows may rightly come again later.
    return f"INSERT INTO `{table}` ({names}) SETTINGS insert_deduplication_token = '{uuid4().hex}'"
