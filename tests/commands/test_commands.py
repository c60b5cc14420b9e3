"""The commands on the files source, as a newcomer would type them."""

from __future__ import annotations

import functools
import json
import subprocess
import sys

import pytest

from tests.commands import test_errors
from tests.commands.test_errors import assert_says, configured
from tests.jobs import ROOT, canonical

# Each from nothing: what a command does not import itself is missed here.
echolot = functools.partial(test_errors.echolot, anew=True)


def test_check_says_in_words_what_the_job_would_do(tmp_path):
    done = echolot("check", configured(tmp_path, breaker={"run": 7}))
    assert done.returncode == 0, done.stderr
    assert "The words of deleted posts are blank." in done.stdout
    for part in ("is valid", "Read the files in", "embedded ClickHouse", "7 records in a row", "pseudonym"):
        assert part in done.stdout


def test_check_speaks_of_times_in_seconds(tmp_path):
    path = configured(tmp_path, {"kind": "kafka", "topics": [{"name": "t"}], "refresh": 7.5})
    assert "new partitions are found within 7.5 s." in echolot("check", path).stdout


def test_stream_then_sql_as_table_and_json(tmp_path):
    path = configured(tmp_path)
    assert echolot("stream", "--config", path).returncode == 0
    table = echolot("sql", "SELECT native_id, text FROM mentions", "--config", path)
    assert table.returncode == 0 and "hallo" in table.stdout
    rows = echolot("sql", "SELECT native_id, text FROM mentions", "--config", path, "--json")
    assert json.loads(rows.stdout) == [{"native_id": "1", "text": "hallo"}]


def test_a_second_run_goes_on_where_the_first_ended(tmp_path):
    path = configured(tmp_path)
    assert echolot("stream", "--config", path).returncode == 0
    with (tmp_path / "in" / "a.jsonl").open("ab") as stream:
        stream.write(canonical("2", "neu") + b"\n")
    done = echolot("stream", "--config", path)
    assert "records=1 mentions=1" in done.stderr
    rows = echolot("sql", "SELECT count() AS n FROM ledger", "--config", path, "--json")
    assert json.loads(rows.stdout) == [{"n": 2}]


def test_classify_gives_verdict_and_reasons():
    done = echolot("classify", "@DB_Bahn mein Koffer wurde beschädigt, niemand hilft mir!", "--json")
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)
    assert row["language"] == "de" and row["brands"] == ["deutsche-bahn"] and row["reasons"]
    assert row["intervention"] > 0.3


def test_classify_reads_lines_from_stdin():
    done = echolot("classify", "--json", input="one\n\ntwo\n")
    assert [row["text"] for row in json.loads(done.stdout)] == ["one", "two"]


@pytest.mark.parametrize("text", ["[/foo] Bahn kaputt", "[bold] Bahn kaputt", r"\\[x]"])
def test_classify_shows_a_text_as_it_is(text):
    done = echolot("classify", text, env_columns=80)
    assert done.returncode == 0 and done.stdout.startswith(f"{text}\n"), done.stderr + done.stdout


def test_classify_without_text_says_so_at_once():
    for given in ({"input": ""}, {"input": " \n\n"}):
        done = echolot("classify", **given)
        assert_says(done, 2, "there is no text to judge; give one in quotes")


def test_sql_makes_no_store_where_there_is_none(tmp_path):
    path = configured(tmp_path)
    done = echolot("sql", "SELECT 1", "--config", path)
    assert_says(done, 1, f"{tmp_path}/store: there is no store there yet; `echolot migrate")
    assert not (tmp_path / "store").exists()


def test_sql_says_which_name_is_wrong_before_anything_else(tmp_path):
    path = configured(tmp_path)
    assert echolot("migrate", "--config", path).returncode == 0
    for query, guess in (
        ("SELECT txt FROM mentions", "there is no column `txt`; did you mean `text`?"),
        ("SELECT * FROM mention", "there is no table or view `mention`; did you mean `mentions`?"),
        ("SELECT name FROM zzz", "there is no table or view `zzz`; there are active_generation, aliases,"),
    ):
        done = echolot("sql", query, "--config", path)
        assert_says(done, 1, f"echolot: {guess}")
        assert "migrate" not in done.stderr
    assert_says(echolot("sql", " ", "--config", path), 2, "the query is empty; write one SELECT")
    assert_says(echolot("sql", "/* nothing */", "--config", path), 1, "the query is empty; write one SELECT")


def test_sql_speaks_of_migrate_where_the_schema_is_missing(tmp_path):
    path = configured(tmp_path)
    (tmp_path / "store" / "metadata").mkdir(parents=True)
    assert_says(echolot("sql", "SELECT * FROM mentions", "--config", path), 1, "no store there yet; `echolot migrate")


def test_version_names_what_a_bug_report_needs():
    lines = echolot("version").stdout.splitlines()
    assert [line.split()[0] for line in lines][:3] == ["echolot", "apache-beam", "kafka-python"]
    assert echolot("--version").stdout.splitlines() == lines


HEAVY = ("apache_beam", "numpy", "kafka", "chdb", "clickhouse_driver", "scipy", "configs.settings", "pipeline.job")
LOADED = f"""
import os, sys
from pipeline.commands.app import main
sys.argv[0] = "echolot"
try:
    main()
finally:
    print([m for m in {HEAVY} if m in sys.modules], sum(os.times()[:2]), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "arguments", ["--help", "--version", "stream --help", "sql --help", "audit --help", "straem", "stream --nope"]
)
def test_help_and_usage_errors_load_no_engine(arguments):
    """Processor time, which other work stretches less than time; it was 2.2 to 3.4 s, 0.5 are measured."""
    command = [sys.executable, "-c", LOADED, *arguments.split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    loaded, _, seconds = done.stderr.splitlines()[-1].rpartition(" ")
    assert loaded == "[]" and float(seconds) < 1.0, done.stderr


def test_the_options_of_the_program_stand_in_its_help():
    text = echolot("--help").stdout
    assert "--version" in text and "--debug" in text


def test_the_demo_mends_the_option_that_was_wrong(tmp_path):
    done = echolot("demo", "--folder", tmp_path / "demo", "--posts", tmp_path / "nix")
    assert_says(done, 2, "--posts", "nix is no directory")
    assert not (tmp_path / "demo").exists()


@pytest.mark.slow
def test_the_demo_shows_queue_counts_suppressed_dead_letters_and_the_next_command(tmp_path):
    expected = json.loads((ROOT / "samples" / "expected.json").read_text())
    done = echolot("demo", "--folder", tmp_path / "demo", env_columns=160)
    assert done.returncode == 0, done.stderr
    for part in (
        "804 records held 854 mentions: 815 posts",
        "The queue",
        "by intent",
        "By language",
        "Suppressed",
        "Dead letters",
        "Accounting",
        "invented by a seeded",
    ):
        assert part in done.stdout, part
    assert "echolot sql --config" in done.stdout and "make demo-kafka" in done.stdout
    config = tmp_path / "demo" / "echolot.yaml"
    counts = echolot("sql", "SELECT count() AS n FROM mentions", "--config", config, "--json")
    assert json.loads(counts.stdout)[0]["n"] == expected["total"]["distinct_mentions"]
    again = echolot("demo", "--folder", tmp_path / "demo", env_columns=160)
    assert again.returncode == 0, "an earlier demo's folder is emptied"


def test_the_demo_does_not_empty_a_folder_of_somebody_else(tmp_path):
    (tmp_path / "precious").write_text("x")
    done = echolot("demo", "--folder", tmp_path)
    assert done.returncode == 2 and (tmp_path / "precious").exists()


@pytest.mark.parametrize("given", [{"input": "gut\n\xff\n"}, {"arguments": ["gut", b"\xff"]}])
def test_classify_names_a_text_that_is_not_utf_8(given):
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.commands.app", "classify", *given.get("arguments", [])],
        input=given.get("input", "").encode("latin-1"), capture_output=True, cwd=ROOT, timeout=120,
    )  # fmt: skip
    said = done.stderr.decode()
    assert done.returncode == 2 and "Traceback" not in said, said
    assert "text 2" in said and "is not UTF-8; convert it" in said, said
