"""Commands on a ClickHouse server, as on the embedded store."""

from __future__ import annotations

import json

import pytest
import yaml

from tests import light
from tests.commands.test_errors import assert_says, echolot
from tests.jobs import canonical

pytestmark = pytest.mark.clickhouse


def configured(folder, server, **store):
    """Two posts to read, into a database of this folder's own."""
    (folder / "in").mkdir(exist_ok=True)
    (folder / "in" / "a.jsonl").write_bytes(canonical("1", "Aufzug kaputt @DB_Bahn") + b"\n" + canonical("2", "Danke"))
    path = folder / "echolot.yaml"
    login = {"kind": "clickhouse", "port": server.port, "user": server.user, "password": server.password}
    source = {"kind": "files", "path": "in", "follow": False}
    path.write_text(
        yaml.safe_dump({"source": source, "judge": light.judge(), "store": login | {"database": "commands"} | store})
    )
    return path


def test_tables_are_made_filled_and_asked(server, tmp_path):
    config = configured(tmp_path, server)
    done = echolot("migrate", "--config", config)
    assert done.returncode == 0, done.stderr
    done = echolot("stream", "--config", config)
    assert done.returncode == 0, done.stderr
    done = echolot("sql", "SELECT native_id, text FROM mentions ORDER BY native_id", "--config", config, "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert rows == [{"native_id": "1", "text": "Aufzug kaputt @DB_Bahn"}, {"native_id": "2", "text": "Danke"}]
    assert "Aufzug" in echolot("sql", "SELECT text FROM mentions", "--config", config).stdout


def test_a_word_that_is_none_is_answered_with_the_tables_that_there_are(server, tmp_path):
    config = configured(tmp_path, server)
    assert echolot("migrate", "--config", config).returncode == 0
    done = echolot("sql", "SELECT count() FROM mention", "--config", config)
    assert done.returncode == 1 and "Traceback" not in done.stderr and "mentions" in done.stderr, done.stderr


@pytest.mark.parametrize("command", [("stream",), ("migrate",), ("sql", "SELECT 1")])
def test_a_wrong_password_is_told_in_one_message(server, tmp_path, command):
    config = configured(tmp_path, server, password="wrong")
    assert_says(echolot(*command, "--config", config), 1, "password")
