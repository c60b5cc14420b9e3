"""What people see when something is wrong: one message with the mend, the exit code, no stack trace."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys

import pytest
import yaml
from typer.main import get_command

from deploy.ports import free_ports
from pipeline.commands.app import app
from tests import light
from tests.jobs import ROOT, canonical
from tests.services import forks
from tests.services.small_disk import small_disk


def echolot(*arguments, env_columns=200, at=ROOT, anew=False, **more):
    """The command's end; started `anew` or, where nothing hangs on that, forked."""
    if env_columns == 200 and not anew and not more:
        return forks.run(arguments, cwd=at, timeout=120, env=os.environ | {"COLUMNS": "200"})
    return subprocess.run(
        [sys.executable, "-m", "pipeline.commands.app", *map(str, arguments)],
        cwd=at,
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"COLUMNS": str(env_columns), "PYTHONPATH": str(ROOT)},
        **more,
    )


def configured(folder, source=None, **settings):
    if source is None:
        (folder / "in").mkdir(exist_ok=True)
        (folder / "in" / "a.jsonl").write_bytes(canonical("1", "hallo") + b"\n")
        source = {"kind": "files", "path": "in", "follow": False}
    path = folder / "echolot.yaml"
    path.write_text(yaml.safe_dump({"source": source, "store": {"kind": "chdb", "path": "store"}} | settings))
    return path


def assert_says(done, code, *parts):
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr + done.stdout
    for part in parts:
        assert part in done.stderr, done.stderr


def test_a_wrong_key_is_named_with_file_and_line(tmp_path):
    path = configured(tmp_path, stroe={"kind": "chdb"})
    assert_says(echolot("stream", "--config", path), 2, f"{path}:", "stroe: unknown key; did you mean `store`?")


def test_a_missing_configuration_is_named(tmp_path):
    assert_says(echolot("stream", "--config", tmp_path / "none.yaml"), 2, "none.yaml: no such file")


def test_a_missing_variable_is_named(tmp_path):
    path = configured(tmp_path, store={"kind": "clickhouse", "password": "${NOT_SET_ANYWHERE}"})
    assert_says(echolot("check", path), 2, "NOT_SET_ANYWHERE is not set")


def test_a_missing_model_is_named(tmp_path):
    path = configured(tmp_path, judge={"model": "no-model"})
    assert_says(echolot("stream", "--config", path), 2, f"{path}:2: judge.model: {tmp_path}/no-model does not exist")


@pytest.mark.parametrize("command", ["check", "stream", "classify"])
def test_a_missing_brands_file_is_named_with_the_place_that_names_it(tmp_path, command):
    path = configured(tmp_path, judge={"generation": "a", "brands": "no-brands.yaml"})
    arguments = {"check": [path], "stream": ["--config", path], "classify": ["text", "--config", path]}[command]
    where = f"echolot: {path}:2: judge.brands: {tmp_path}/no-brands.yaml does not exist; name a file that is there"
    assert_says(echolot(command, *arguments), 2, where)


def test_a_format_that_does_not_exist_is_named_with_the_known_ones(tmp_path):
    path = configured(tmp_path, {"kind": "kafka", "topics": [{"name": "a"}, {"name": "b", "format": "x_v3"}]})
    known = "canonical, x_v2, twcs, mastodon, reddit, bluesky"
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if "format" in text)
    wanted = f"{path}:{line}: source.topics.1.format: there is no format 'x_v3'; did you mean `x_v2`? Known are {known}"
    for command in (["check", path], ["stream", "--config", path]):
        assert_says(echolot(*command), 2, wanted)
    path = configured(tmp_path, {"kind": "files", "path": ".", "formats": {"*.csv": "spreadsheet"}})
    assert_says(echolot("check", path), 2, f"source.formats.*.csv: there is no format 'spreadsheet'; known are {known}")


@pytest.mark.parametrize("command", ["check", "stream"])
def test_a_missing_source_directory_is_named(tmp_path, command):
    path = configured(tmp_path, {"kind": "files", "path": "nowhere"})
    (tmp_path / "file").write_text("x")
    arguments = [path] if command == "check" else ["--config", path]
    assert_says(echolot(command, *arguments), 2, f"{path}:3: source.path: {tmp_path}/nowhere does not exist")
    path = configured(tmp_path, {"kind": "files", "path": "file"})
    assert_says(echolot(command, *arguments), 2, f"{path}:3: source.path: {tmp_path}/file is no directory")


def test_without_a_configuration_it_is_said_how_to_name_one(tmp_path):
    done = echolot("stream", at=tmp_path)
    assert_says(done, 2, f"there is no echolot.yaml in {tmp_path}", "--config demo-data/echolot.yaml")


def test_an_unknown_command_and_option_exit_with_2():
    assert_says(echolot("straem"), 2, "straem")
    assert_says(echolot("stream", "--confg", "x"), 2, "--confg")


def test_a_broker_that_does_not_answer_is_named(tmp_path):
    where = f"127.0.0.1:{free_ports(1)[0]}"
    path = configured(tmp_path, {"kind": "kafka", "bootstrap": [where], "topics": [{"name": "t"}]})
    assert_says(echolot("stream", "--config", path), 1, f"no Kafka broker answers at {where}", "check that it runs")


@pytest.mark.kafka
def test_a_wrong_kafka_password_is_told_from_a_dead_port(kafka_jars, tmp_path):
    from deploy.kafka.broker import Broker
    from deploy.kafka.properties import Login

    with Broker(tmp_path / "kafka", jars=kafka_jars, login=Login("echolot", "right")) as broker:
        source = {"kind": "kafka", "bootstrap": [broker.sasl_bootstrap], "topics": [{"name": "t"}]}
        source |= {"security": "SASL_PLAINTEXT", "username": "echolot", "password": "s3cret-wrong"}
        done = echolot("stream", "--config", configured(tmp_path, source))
    assert_says(done, 1, "refuses this login", "check username, password")
    assert "s3cret-wrong" not in done.stderr + done.stdout


def test_a_clickhouse_that_does_not_answer_is_named(tmp_path):
    store = {"kind": "clickhouse", "port": 1, "retry": 1, "password": "s3cret"}
    done = echolot("migrate", "--config", configured(tmp_path, store=store))
    assert_says(done, 1, "127.0.0.1:1")
    assert "s3cret" not in done.stderr + done.stdout


def test_a_store_path_that_is_a_file_is_named(tmp_path):
    (tmp_path / "store").write_text("not a folder")
    assert_says(echolot("stream", "--config", configured(tmp_path)), 1, str(tmp_path / "store"))


@pytest.mark.parametrize("kind", ["full", "read-only"])
def test_a_full_disk_and_a_read_only_path_are_named(tmp_path, kind):
    with small_disk(tmp_path / "disk", "size=3m" if kind == "full" else "ro,size=64m") as disk:
        path = configured(tmp_path, store={"kind": "chdb", "path": str(disk / "store")})
        noise = random.Random(1)  # does not compress, so that a few thousand records fill the disk
        rows = (canonical(str(n), noise.randbytes(1000).hex()) for n in range(5000))
        (tmp_path / "in" / "a.jsonl").write_bytes(b"\n".join(rows) + b"\n")
        done = echolot("stream", "--config", path)
        assert_says(done, 1, str(disk / "store"), "disk" if kind == "full" else "read")


def test_a_metrics_port_that_is_taken_is_told_before_anything_is_read(tmp_path):
    with socket.socket() as foreign:
        foreign.bind(("127.0.0.1", 0))
        foreign.listen()
        taken = foreign.getsockname()[1]
        path = configured(tmp_path, metrics={"port": taken, "folder": "metrics"}, judge=light.judge())
        done = echolot("stream", "--config", path)
        assert_says(done, 2, f"127.0.0.1:{taken}", "in use", "set metrics.port to a free one")
    assert not (tmp_path / "store").exists()
    assert echolot("stream", "--config", path).returncode == 0


def test_sql_that_is_wrong_names_what_the_engine_said(tmp_path):
    path = configured(tmp_path)
    assert echolot("stream", "--config", path).returncode == 0
    assert_says(echolot("sql", "SELECT nothing FROM mentions", "--config", path), 1, "nothing")
    assert_says(echolot("sql", "DROP TABLE posts", "--config", path), 1, "SELECT")


def test_debug_shows_the_trace(tmp_path):
    done = echolot("--debug", "stream", "--config", tmp_path / "none.yaml")
    assert done.returncode == 1 and "Traceback" in done.stderr


def test_no_text_author_or_secret_reaches_the_log(tmp_path):
    (tmp_path / "in").mkdir()
    canary = "KANARIENVOGEL"
    rows = [
        canonical("1", canary, author={"handle": canary}),
        b'{"platform":"x","native_id":"2","text":"%s","published_at":"x"}' % canary.encode(),
        b'{"text":"%s' % canary.encode(),
    ]
    (tmp_path / "in" / "a.jsonl").write_bytes(b"\n".join(rows) + b"\n")
    path = configured(
        tmp_path,
        {"kind": "files", "path": "in", "follow": False},
        privacy={"pseudonym_key": canary},
        breaker={"window": 10, "run": 2},
    )
    done = echolot("stream", "--config", path)
    assert_says(
        done, 1, "breaker tripped: 2 invalid records in a row, the last at in/a.jsonl partition ", " position 3"
    )
    assert canary not in done.stderr + done.stdout


def test_every_command_has_an_example_that_its_help_shows():
    """Groups have none: their commands do."""
    examples = dict(_examples(get_command(app)))
    assert {"stream", "replay", "sql", "demo", "train intents", "evaluate brands", "flink stop"} <= examples.keys()
    for path, example in examples.items():
        assert f"`echolot {path}" in (example or ""), path
    shown = {line.split()[1] for line in echolot("--help").stdout.splitlines() if line.startswith("│ ")}
    assert {path.split()[0] for path in examples} <= shown
    for path in ("stream", "train intents"):
        assert f"Example: echolot {path}" in " ".join(echolot(*path.split(), "--help").stdout.split())


def _examples(command, *path):
    for name, one in getattr(command, "commands", {}).items():
        yield from _examples(one, *path, name)
    if path and not hasattr(command, "commands"):
        yield " ".join(path), command.epilog
