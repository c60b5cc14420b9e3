"""Migrations: numbered without gaps, applied once, never changed; the live schema is the declared one."""

from __future__ import annotations

import re
import shutil

import pytest

from schemas.errors import TerminalError
from sinks import dialect, schema
from sinks.chdb import ChdbStore
from sinks.statements import split


@pytest.fixture
def folders(tmp_path):
    """Migrations and views to play with."""
    (tmp_path / "migrations").mkdir()
    (tmp_path / "views").mkdir()
    return tmp_path / "migrations", tmp_path / "views"


class Recorder:
    """An engine that only notes what it is told."""

    def __init__(self, version=(26, 9), fail_at=None):
        self.version, self.told, self.applied, self.fail_at = version, [], {}, fail_at

    def command(self, sql):
        if self.fail_at and self.fail_at in sql:
            raise RuntimeError("crash")
        self.told.append(sql)
        if found := re.match(r"INSERT INTO schema_migrations SELECT (\d+), '(\w+)', '(\w+)'", sql):
            self.applied[int(found[1])] = (int(found[1]), found[2], found[3])

    def query(self, sql, parameters=None):
        return schema.Result([], [], sorted(self.applied.values()))


def write(folder, **files):
    for name, sql in files.items():
        (folder / f"{name.lstrip('_')}.sql").write_text(sql)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["0001_a", "0001_b"], r"0001_b\.sql: number 0001 stands twice"),
        (["0001_a", "0003_c"], r"0003_c\.sql: number 0002 is missing"),
        (["0002_b"], "number 0001 is missing"),
        (["0001_a", "2_b"], r"2_b\.sql: the name must be NNNN_lower_case"),
        (["0001_A"], "the name must be"),
    ],
)
def test_a_doubled_missing_or_odd_number_is_refused(folders, names, message):
    for name in names:
        write(folders[0], **{name: "SELECT 1"})
    with pytest.raises(TerminalError, match=message):
        schema.load_migrations(folders[0])


def test_each_migration_is_applied_once_and_views_every_time(folders):
    migrations, views = folders
    write(migrations, _0001_a="-- 0001\nCREATE TABLE a (n UInt8); CREATE TABLE b (n UInt8);")
    write(views, v="CREATE OR REPLACE VIEW v AS SELECT 1")
    engine = Recorder()
    assert schema.migrate(engine, *folders) == ["0001_a"]
    assert [sql for sql in engine.told if sql.startswith("CREATE TABLE ")][1:] == [
        "CREATE TABLE a (n UInt8)", "CREATE TABLE b (n UInt8)"
    ]  # fmt: skip
    write(migrations, _0002_b="CREATE TABLE c (n UInt8)")
    engine.told.clear()
    assert schema.migrate(engine, *folders) == ["0002_b"]
    assert schema.migrate(engine, *folders) == []
    assert engine.told.count("CREATE TABLE a (n UInt8)") == 0 and engine.told.count("CREATE TABLE c (n UInt8)") == 1
    assert engine.told.count("CREATE OR REPLACE VIEW v AS SELECT 1") == 2


def test_a_migration_that_crashed_half_way_is_applied_whole_the_next_time(folders):
    write(folders[0], _0001_a="CREATE TABLE a (n UInt8); CREATE TABLE b (n UInt8)")
    engine = Recorder(fail_at="TABLE b")
    with pytest.raises(RuntimeError):
        schema.migrate(engine, *folders)
    engine.fail_at = None
    assert schema.migrate(engine, *folders) == ["0001_a"]
    assert engine.told.count("CREATE TABLE a (n UInt8)") == 2 and engine.told.count("CREATE TABLE b (n UInt8)") == 1


def test_a_changed_file_is_refused_before_anything_runs(folders):
    write(folders[0], _0001_a="SELECT 1", _0002_b="SELECT 2")
    engine = Recorder()
    schema.migrate(engine, *folders)
    write(folders[0], _0001_a="SELECT 1 -- changed", _0003_c="SELECT 3")
    engine.told.clear()
    with pytest.raises(TerminalError, match=r"0001_a\.sql differs.*restore the file.*new migration 0004_"):
        schema.migrate(engine, *folders)
    assert [sql for sql in engine.told if "schema_migrations" not in sql] == []


def test_line_ends_are_no_change(folders):
    write(folders[0], _0001_a="SELECT 1,\n2")
    engine = Recorder()
    schema.migrate(engine, *folders)
    (folders[0] / "0001_a.sql").write_bytes(b"SELECT 1,\r\n2")
    assert schema.migrate(engine, *folders) == []


def test_a_store_of_a_newer_version_is_left_alone(folders):
    write(folders[0], _0001_a="SELECT 1", _0002_b="SELECT 2")
    engine = Recorder()
    schema.migrate(engine, *folders)
    (folders[0] / "0002_b.sql").unlink()
    with pytest.raises(TerminalError, match=r"newer version \(0002_b\)"):
        schema.migrate(engine, *folders)


def test_a_view_comes_after_those_it_reads(folders):
    write(
        folders[1],
        a="CREATE VIEW a AS SELECT * FROM c",
        b="CREATE VIEW b AS SELECT 1",
        c="CREATE VIEW c AS SELECT 1 -- a",
    )
    assert [view.name for view in schema.load_views(folders[1])] == ["b", "c", "a"]
    write(folders[1], c="CREATE VIEW c AS SELECT * FROM a")
    with pytest.raises(TerminalError, match="a, c read each other in a circle"):
        schema.load_views(folders[1])


def test_every_view_says_its_question_its_row_and_its_cost():
    views = schema.load_views()
    assert {"mentions", "queue", "suppressed", "dead_letter_summary", "ingest_accounting", "active_generation"} <= {
        view.name for view in views
    }
    for view in views:
        header = view.sql.split("CREATE")[0]
        assert all(f"-- {word}:" in header for word in ("Question", "One row is", "Cost")), view.name
        assert re.match(rf"CREATE OR REPLACE VIEW {view.name} AS", split(view.sql)[0]), view.name


@pytest.mark.parametrize("view", ["mentions", "queue", "sensitive", "suppressed"])
def test_a_view_asks_once_which_generation_is_active(view):
    """Asked twice, an answer given while another one is activated would mix the two."""
    sql = {each.name: " ".join(split(each.sql)) for each in schema.load_views()}
    assert sql[view].count("active_generation") + sql[view].count("FROM mentions") == 1


def declared() -> dict[str, dict[str, str]]:
    """Columns and types by table, read from the migration files."""
    tables = {}
    for step in schema.load_migrations():
        for statement in split(step.sql):
            altered = re.sub(r", MODIFY ORDER BY \(.*\)$", "", statement)
            if added := re.match(r"ALTER TABLE (\w+) ADD COLUMN IF NOT EXISTS (\w+) (\S+) AFTER \w+$", altered):
                tables[added[1]][added[2]] = added[3]
                continue
            found = re.match(r"CREATE TABLE IF NOT EXISTS (\w+) \((.*)\) ENGINE", statement, re.DOTALL)
            assert found, f"teach this test the statement {statement[:40]}"
            lines = [line.strip().rstrip(",") for line in found[2].strip().splitlines()]
            tables[found[1]] = dict(re.sub(r" CODEC\(.*\)$", "", line).split(" ", 1) for line in lines)
    return tables


def test_the_live_schema_is_the_declared_one(store):
    live: dict[str, dict[str, str]] = {}
    sql = "SELECT table, name, type FROM system.columns WHERE database = 'echolot'"
    for table, name, type_name in store.query(sql).rows:
        live.setdefault(table, {})[name] = type_name
    wanted = declared()
    if dialect.is_legacy(store.version):
        wanted = {
            table: {name: dialect.lower(type_name)[0] for name, type_name in columns.items()}
            for table, columns in wanted.items()
        }
    views = {view.name for view in schema.load_views()}
    assert {table: live[table] for table in live.keys() - views - {"schema_migrations"}} == wanted
    assert views <= live.keys()


def test_keys_hold_identity_only(chdb_store):
    """A time, a float or a Nullable in a sorting key breaks deduplication. (18.16 does not tell its keys.)

    Counters are kept by time, and of aliases each time that a source tells."""
    rows = chdb_store.query(
        "SELECT table, name, type FROM system.columns WHERE database = 'echolot' AND is_in_sorting_key"
    ).rows
    assert len({table for table, _, _ in rows}) == 12
    timed = ("engagements", "aliases")
    assert [row for row in rows if re.search("Nullable|Float|Date", row[2]) and row[0] not in timed] == []


def test_the_real_files_go_through_a_store_whose_file_changed(tmp_path):
    """The refusal against a real store, as a user meets it."""
    shutil.copytree(schema.MIGRATIONS, tmp_path / "migrations")
    store = ChdbStore(tmp_path / "store", linger_seconds=0)
    schema.migrate(store, tmp_path / "migrations")
    first = tmp_path / "migrations" / "0001_facts.sql"
    first.write_text(first.read_text() + "\n-- a thought")
    with pytest.raises(TerminalError, match=r"0001_facts\.sql differs"):
        schema.migrate(store, tmp_path / "migrations")
    store.close()


def test_lowering_changes_only_what_2018_does_not_know():
    columns = "a DateTime64(3, 'UTC') CODEC(Delta, ZSTD(3)), b Bool, c Nullable(DateTime64(3, 'UTC')), Booling String"
    assert dialect.lower(f"CREATE TABLE t ({columns})") == [
        "CREATE TABLE t (a DateTime('UTC'), b UInt8, c Nullable(DateTime('UTC')), Booling String)"
    ]
    assert dialect.lower("ALTER TABLE t ADD COLUMN IF NOT EXISTS a UInt8") == ["ALTER TABLE t ADD COLUMN a UInt8"]
    assert dialect.lower("CREATE OR REPLACE VIEW v AS SELECT 1") == [
        "DROP TABLE IF EXISTS v", "CREATE VIEW v AS SELECT 1"
    ]  # fmt: skip
    assert [dialect.is_legacy(version) for version in ((18, 16), (19, 17), (20, 0), (24, 8))] == [
        True,
        True,
        False,
        False,
    ]


def test_nothing_is_lowered_for_a_modern_server():
    engine = Recorder((24, 8))
    schema.migrate(engine)
    assert any("DateTime64(3, 'UTC') CODEC(T64, ZSTD)" in sql for sql in engine.told)
    assert any(sql.startswith("CREATE OR REPLACE VIEW queue") for sql in engine.told)
