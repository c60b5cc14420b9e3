"""`echolot generations` and `echolot diff` as an analyst would type them."""

from __future__ import annotations

import json
from contextlib import closing

import pytest
import yaml

from pipeline import generations
from sinks.chdb import ChdbStore
from tests.commands.test_errors import assert_says, echolot
from tests.sinks.rows import block, post, verdict


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    folder = tmp_path_factory.mktemp("generations")
    (folder / "in").mkdir()
    path = folder / "echolot.yaml"
    path.write_text("source: {kind: files, path: in}\nstore: {kind: chdb, path: store}\n")
    with closing(ChdbStore(folder / "store", linger_seconds=0)) as store:
        store.migrate()
        generations.enter(store, "live", "f1", "made by hand")
        generations.register(store, "live2", "f2", "")
        rows = [verdict(n, 1, "live", queued=n == 1) for n in range(3)] + [
            verdict(n, 1, "live2", queued=n == 2, intents=["praise"], severity=0, needs_intervention=False)
            for n in range(1, 3)
        ]
        store.write([block("verdicts", rows), block("posts", [post(n, text=f"text [{n}]") for n in range(3)])])
    return path


def run(config, *words):
    return echolot(*words, "--config", config)


def test_list_shows_the_active_one_first(config):
    done = run(config, "generations", "list", "--json")
    assert done.returncode == 0, done.stderr
    shown = [(row["name"], row["active"], row["verdicts"]) for row in json.loads(done.stdout)]
    assert shown == [("live", True, 3), ("live2", False, 2)]


def test_diff_counts_and_shows(config):
    found = json.loads(run(config, "diff", "live", "live2", "--json").stdout)
    assert (found["both"], found["only_a"], found["only_b"], found["changed"]) == (2, 1, 0, 2)
    assert {"label": "queued", "both": 0, "only_a": 1, "only_b": 1} in found["flips"]
    done = run(config, "diff", "live", "live2", "--since", "2026-01-01", "--brand", "bahn")
    for part in ("2 mentions are judged by both, 1 by live alone", "2 (100.0%) verdicts differ", "text [1]", "praise"):
        assert part in done.stdout, done.stdout
    assert_says(run(config, "diff", "live", "nothing"), 2, "there is no generation 'nothing'")
    assert_says(run(config, "diff", "live", "live"), 2, "A and B are the same generation; name two")


def test_create_activate_and_drop(config):
    assert_says(run(config, "generations", "create", "no'name"), 2, "is no name")
    done = run(config, "generations", "create", "live3")
    assert done.returncode == 0 and "live3 is known" in done.stdout, done.stderr
    assert "instead of live" in run(config, "generations", "activate", "live2").stdout
    assert_says(run(config, "generations", "drop", "live2"), 1, "'live2' is the active generation")
    assert run(config, "generations", "activate", "live").returncode == 0
    assert "is dropped" in run(config, "generations", "drop", "live2").stdout
    left = json.loads(run(config, "generations", "list", "--json").stdout)
    assert [row["name"] for row in left] == ["live", "live3"]
    assert_says(run(config, "generations", "activate", "live2"), 1, "there is no generation 'live2'")


def test_every_threshold_stands_in_the_generations_words(config):
    """Of those in force: the model's own, and what the configuration changes."""
    strict = config.with_name("strict.yaml")
    limits = {"judge": {"thresholds": {"needs_intervention": 0.7, "defect": 0.9, "severity_3": 0.25}}}
    strict.write_text(yaml.safe_dump(yaml.safe_load(config.read_text()) | limits))
    assert run(strict, "generations", "create", "strict").returncode == 0
    asked = run(strict, "sql", "SELECT description FROM generations WHERE name = 'strict'", "--json")
    (row,) = json.loads(asked.stdout)
    for said in ("queues from 0.7,", "defect from 0.9,", "severity_3 from 0.25,", "complaint from 0."):
        assert said in row["description"]
