"""`make demo-kafka`, without make: a real broker, the sample posts, the job, the queue while it fills."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from configs.settings import ChdbStoreSettings
from pipeline import report
from pipeline.stores import open_store

ROOT = Path(__file__).parents[2]


def demo(folder, *more, timeout=300):
    command = [sys.executable, "-m", "deploy.kafka.demo", "--folder", str(folder), *more]
    env = os.environ | {"COLUMNS": "160", "LINES": "60"}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=timeout)


@pytest.mark.kafka
@pytest.mark.slow
def test_the_demo_on_kafka_reads_every_sample_shows_the_queue_and_ends_in_order(kafka_jars, tmp_path):
    expected = json.loads((ROOT / "samples" / "expected.json").read_text())["total"]
    done = demo(tmp_path / "demo", "--rate", "2000")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "running: echolot stream --config" in done.stdout
    assert f"{report.QUEUE} ({expected['records']} records read)" in done.stdout
    assert "how sure, what, why" in done.stdout and "needed 0." in done.stdout
    assert "committed and exited with 0" in done.stdout and "echolot sql --config" in done.stdout
    with closing(open_store(ChdbStoreSettings(path=tmp_path / "demo" / "store"))) as store:
        assert store.query("SELECT count() FROM mentions").rows == [(expected["distinct_mentions"],)]


def test_the_demo_on_kafka_empties_no_folder_of_somebody_else(tmp_path):
    (tmp_path / "precious").write_text("x")
    done = demo(tmp_path)
    assert done.returncode == 2 and "was not made by the demo" in done.stderr
    assert (tmp_path / "precious").exists()
