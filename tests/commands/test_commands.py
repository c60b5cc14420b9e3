"""The commands on the files source, as a newcomer would type them."""

from __future__ import annotations

import json

import pytest

from tests.commands.test_errors import configured, echolot
from tests.jobs import ROOT, canonical


def test_check_says_in_words_what_the_job_would_do(tmp_path):
    done = echolot("check", configured(tmp_path, breaker={"run": 7}))
    assert done.returncode == 0, done.stderr
    for part in ("is valid", "Read the files in", "embedded ClickHouse", "7 records in a row", "pseudonym"):
        assert part in done.stdout


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


def test_version_names_what_a_bug_report_needs():
    lines = echolot("version").stdout.splitlines()
    assert [line.split()[0] for line in lines][:3] == ["echolot", "apache-beam", "kafka-python"]


@pytest.mark.slow
def test_the_demo_shows_queue_counts_suppressed_dead_letters_and_the_next_command(tmp_path):
    expected = json.loads((ROOT / "samples" / "expected.json").read_text())
    done = echolot("demo", "--folder", tmp_path / "demo", env_columns=160)
    assert done.returncode == 0, done.stderr
    for part in (
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
