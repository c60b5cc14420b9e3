"""What the README says of changed brands ("When brands or the model change"), done as it says."""

from __future__ import annotations

import pytest
import yaml

from tests import light
from tests.commands.test_errors import assert_says, echolot
from tests.jobs import Job, canonical, committed
from tests.services.kafka_broker import create_topic, produce, unique

POSTS = [
    canonical("1", "Quorbel ist seit Stunden kaputt, die App stürzt ab, bitte helft mir!"),
    canonical("2", "Die Zimtag liefert nicht, mein Paket ist verloren, bitte helft mir!"),
]
BY_BRAND = "SELECT generation, arrayStringConcat(brands, ',') FROM mentions ORDER BY native_id"
QUEUED = "SELECT count() FROM queue"


def brands(folder, *names, file="brands.yaml"):
    listed = [{"id": name.lower(), "name": name} for name in names]
    (folder / file).write_text(yaml.safe_dump({"brands": listed}, allow_unicode=True))
    return {"brands": file}


def change(job, **parts):
    """The configuration with other parts, as somebody edits it."""
    settings = yaml.safe_load(job.config.read_text())
    for part, values in parts.items():
        settings[part] = settings.get(part, {}) | values
    job.config.write_text(yaml.safe_dump(settings))


def refused(job):
    said = ("judge.generation: 'live' was made by other models, brands", "'live1'", "no verdict under a new name")
    assert_says(echolot("stream", "--config", job.config), 2, *said)


def test_files_are_judged_anew_in_a_new_store(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_bytes(b"\n".join(POSTS) + b"\n")
    job = Job(tmp_path, {"kind": "files", "path": "in", "follow": False}, judge=brands(tmp_path, "Quorbel"))
    assert job.start().wait(120) == 0
    assert job.query(BY_BRAND) == [("live", "quorbel"), ("live", "")] and job.query(QUEUED) == [(1,)]

    brands(tmp_path, "Quorbel", "Zimtag")
    refused(job)
    change(job, judge={"generation": "live1"})
    assert job.start().wait(120) == 0
    assert "leave the queue, until they are read again" in job.log.read_text()
    assert job.query(BY_BRAND) == [("", ""), ("", "")] and job.query(QUEUED) == [(0,)]

    change(job, store={"path": "store2"})
    assert job.start().wait(120) == 0
    done = echolot("sql", BY_BRAND, "--config", job.config, "--json")
    assert [list(row.values()) for row in yaml.safe_load(done.stdout)] == [["live1", "quorbel"], ["live1", "zimtag"]]


def test_files_are_judged_anew_by_a_replay_beside_the_stream(tmp_path):
    """Queue and verdicts of the old name stay until the new one is activated."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_bytes(b"\n".join(POSTS) + b"\n")
    job = Job(tmp_path, {"kind": "files", "path": "in", "follow": False}, judge=brands(tmp_path, "Quorbel"))
    assert job.start().wait(120) == 0
    new = tmp_path / "new.yaml"
    new.write_text(
        yaml.safe_dump(
            yaml.safe_load(job.config.read_text()) | {"judge": light.judge() | {"brands": "new-brands.yaml"}}
        )
    )
    brands(tmp_path, "Quorbel", "Zimtag", file="new-brands.yaml")
    done = echolot("replay", tmp_path / "in", "--config", new, "--generation", "live1")
    assert done.returncode == 0, done.stderr
    assert job.query(BY_BRAND) == [("live", "quorbel"), ("live", "")] and job.query(QUEUED) == [(1,)]
    assert echolot("generations", "activate", "live1", "--config", job.config).returncode == 0
    assert job.query(BY_BRAND) == [("live1", "quorbel"), ("live1", "zimtag")] and job.query(QUEUED) == [(2,)]


@pytest.mark.kafka
def test_a_topic_is_judged_anew_by_a_new_group_in_the_same_store(broker, tmp_path):
    topic, group = create_topic(broker, unique("brands")), unique("group")
    produce(broker, topic, [_record(topic, value) for value in POSTS])
    source = {"kind": "kafka", "bootstrap": [broker.bootstrap], "group": group, "topics": [{"name": topic}]}
    job = Job(tmp_path, source, judge=brands(tmp_path, "Quorbel"))
    _run_until(job, lambda: sum(committed(broker.bootstrap, group).values()) == 2)
    assert job.query(BY_BRAND) == [("live", "quorbel"), ("live", "")] and job.query(QUEUED) == [(1,)]

    brands(tmp_path, "Quorbel", "Zimtag")
    refused(job)
    again = unique("group")
    change(job, judge={"generation": "live1"}, source={"group": again, "start": "earliest"})
    _run_until(job, lambda: sum(committed(broker.bootstrap, again).values()) == 2)
    assert job.query(BY_BRAND) == [("live1", "quorbel"), ("live1", "zimtag")] and job.query(QUEUED) == [(2,)]
    assert job.query("SELECT seen, good, missing FROM ingest_accounting") == [(2, 2, 0)], "the same records, once"


def _run_until(job, what):
    job.start()
    try:
        job.wait_for(what)
        assert job.stop() == 0, job.log.read_text()
    finally:
        job.kill()


def _record(topic, value):
    from schemas.record import Record

    return Record(topic, 0, 0, value)
