"""Bring a store's schema to this version: numbered migrations once each, then all views anew.

Migrations (migrations/NNNN_name.sql) go forward only, and a file that was applied never changes: its hash is kept in
the table schema_migrations. Statements are repeatable, since a crash may come between two of them. Views
(views/name.sql) hold no data and are replaced on every run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from schemas.errors import TerminalError
from sinks.dialect import Version, is_legacy, lower
from sinks.statements import split
from sinks.store import Result

MIGRATIONS = Path(__file__).parent / "migrations"
VIEWS = Path(__file__).parent / "views"

COLUMNS = """SELECT name, type FROM system.columns
WHERE database = {database:String} AND table = {table:String} AND default_kind NOT IN ('MATERIALIZED', 'ALIAS')"""
"""Asks for the columns that an insert fills."""

_NAME = re.compile(r"^(\d{4})_[a-z0-9_]+$")
_LEDGER = """CREATE TABLE IF NOT EXISTS schema_migrations (number UInt32, name String, hash String)
ENGINE = ReplacingMergeTree ORDER BY number"""


class Engine(Protocol):
    """What a store offers for its migration."""

    @property
    def version(self) -> Version:
        """Year and number of the ClickHouse behind it."""
        ...

    def command(self, sql: str) -> None:
        """Run one statement that returns nothing."""
        ...

    def query(self, sql: str, parameters: dict[str, Any] | None = None) -> Result:
        """Answer one SELECT."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """One file of SQL."""

    name: str
    sql: str

    @property
    def number(self) -> int:
        """The file's number."""
        return int(self.name[:4])

    @property
    def hash(self) -> str:
        """Identity of the content, whatever the line ends."""
        return sha256(self.sql.replace("\r\n", "\n").encode()).hexdigest()


def load_migrations(folder: Path = MIGRATIONS) -> list[Step]:
    """All migrations in order. Raises TerminalError where a name is odd or a number doubled or missing."""
    steps = [Step(file.stem, file.read_text("utf-8")) for file in sorted(folder.glob("*.sql"))]
    for step in steps:
        if not _NAME.match(step.name):
            raise TerminalError(f"migration {step.name}.sql: the name must be NNNN_lower_case.sql; rename the file")
    for expected, step in enumerate(steps, start=1):
        if step.number < expected:
            raise TerminalError(f"migration {step.name}.sql: number {step.number:04} stands twice; renumber it")
        if step.number > expected:
            raise TerminalError(f"migration {step.name}.sql: number {expected:04} is missing before it; renumber it")
    return steps


def load_views(folder: Path = VIEWS) -> list[Step]:
    """All views, each after those it reads. Raises TerminalError where views read each other in a circle."""
    waiting = {file.stem: Step(file.stem, file.read_text("utf-8")) for file in sorted(folder.glob("*.sql"))}
    words = {name: set(re.findall(r"\w+", " ".join(split(step.sql)))) - {name} for name, step in waiting.items()}
    ordered: list[Step] = []
    while waiting:
        ready = [name for name in waiting if not words[name] & waiting.keys()]
        if not ready:
            raise TerminalError(f"the views {', '.join(waiting)} read each other in a circle; take one apart")
        ordered += [waiting.pop(name) for name in ready]
    return ordered


def migrate(engine: Engine, migrations: Path = MIGRATIONS, views: Path = VIEWS) -> list[str]:
    """Apply what is missing; returns the names of the migrations applied now. Safe to repeat and to interrupt."""
    steps = load_migrations(migrations)
    _run(engine, _LEDGER)
    applied = engine.query("SELECT number, name, hash FROM schema_migrations FINAL ORDER BY number").rows
    _refuse_changes(steps, applied)
    done = {number for number, _, _ in applied}
    new = [step for step in steps if step.number not in done]
    for step in new:
        for statement in split(step.sql):
            _run(engine, statement)
        engine.command(f"INSERT INTO schema_migrations SELECT {step.number}, '{step.name}', '{step.hash}'")
    for view in load_views(views):
        for statement in split(view.sql):
            _run(engine, statement)
    return [step.name for step in new]


def _refuse_changes(steps: Sequence[Step], applied: Sequence[tuple[Any, ...]]) -> None:
    known = {step.number: step for step in steps}
    for number, name, digest in applied:
        if number not in known:
            raise TerminalError(f"the store was migrated by a newer version ({name}); install that version of echolot")
        step = known[number]
        if step.hash != digest:
            raise TerminalError(
                f"migration {step.name}.sql differs from {name} as applied to this store; "
                f"restore the file and put the change into a new migration {len(steps) + 1:04}_*.sql"
            )


def _run(engine: Engine, statement: str) -> None:
    for piece in lower(statement) if is_legacy(engine.version) else [statement]:
        engine.command(piece)
