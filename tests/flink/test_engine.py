"""`echolot stream --engine flink` as people run it: same rows as the local engine, stop, savepoint, refusals, halts."""

from __future__ import annotations

import json
import signal
import time

import pytest
from kafka import KafkaAdminClient

from samples.produce import feed
from schemas.errors import EcholotError
from schemas.record import Record
from tests.jobs import FlinkJob, Job, canonical, committed, contents
from tests.services import forks
from tests.services.flink_cluster import rest
from tests.services.kafka_broker import create_topic, produce, unique

pytestmark = [pytest.mark.kafka, pytest.mark.flink, pytest.mark.slow, pytest.mark.timeout(600)]


def source(broker, topic, **more):
    return {
        "kind": "kafka",
        "bootstrap": [broker.bootstrap],
        "group": unique("group"),
        "topics": [{"name": topic}],
    } | more


def command(job, *arguments):
    """`echolot ARGUMENTS --config` of the job; (exit code, output)."""
    done = forks.run([*arguments, "--config", job.config], timeout=120)
    return done.returncode, done.stdout + done.stderr


def written(job):
    """Records in the ledger; none while the job makes its tables."""
    try:
        return job.query("SELECT count() FROM ledger FINAL")[0][0]
    except EcholotError:
        return 0


def test_flink_and_local_write_identical_rows(broker, make, tmp_path):
    """The samples of all formats, poison among them, over several partitions; then a savepoint, and on from it."""
    topic = create_topic(broker, unique("parity"), partitions=5)
    records = [Record(topic, 0, 0, value, headers=dict(headers)) for value, headers in feed()]
    produce(broker, topic, records)
    (tmp_path / "local").mkdir()
    local = Job(tmp_path / "local", source(broker, topic))
    local.start()
    local.wait_for(lambda: sum(committed(broker.bootstrap, group_of(local)).values()) == len(records))
    assert local.stop() == 0

    job = make(topic)
    job.start()
    job.wait_for(lambda: written(job) == len(records))
    assert contents(job.query) == contents(local.query)

    code, said = command(job, "flink", "status", "--json")
    shown = json.loads(said[said.index("[") :])
    assert code == 0 and shown[0]["state"] == "RUNNING" and shown[0]["checkpoints"] >= 0
    code, said = command(job, "flink", "stop", "--savepoints", str(job.folder / "savepoints"))
    assert code == 0 and "savepoint file:" in said, said
    assert job.process.wait(60) == 1 and "ended as FINISHED" in job.log.read_text()

    more = [canonical(f"later-{n}", "Die Bahn kommt wieder nicht") for n in range(40)]
    produce(broker, topic, more)
    job.arguments = (*FlinkJob.arguments, "--savepoint", said.rpartition("--savepoint ")[2].strip())
    job.start()
    job.wait_for(lambda: written(job) == len(records) + len(more))
    job.wait_for(lambda: job.rest.checkpoints(job.id)["counts"]["restored"] == 1)
    assert job.stop() == 0, job.log.read_text()
    assert job.rest.job(job.id).state == "CANCELED"


def group_of(job):
    import yaml

    return yaml.safe_load(job.config.read_text())["source"]["group"]


def test_partitions_are_dealt_evenly_and_new_ones_are_picked_up(broker, flink, make):
    """Also: offsets are committed while the job runs, and never ahead of what is written."""
    topic = create_topic(broker, unique("grows"), partitions=4)
    where = source(broker, topic, refresh=1)
    job = make(topic, source=where)
    produce(broker, topic, [canonical(str(n), "eins") for n in range(80)])
    job.start()
    job.wait_for(lambda: sum(committed(broker.bootstrap, where["group"]).values()) == 80)
    with KafkaAdminClient(bootstrap_servers=broker.bootstrap) as admin:
        admin.create_partitions({topic: 6})
    produce(broker, topic, [canonical(f"new-{n}", "zwei") for n in range(10)], partition=5)
    job.wait_for(lambda: written(job) == 90)
    assert job.query("SELECT count(), min(position) FROM ledger FINAL WHERE partition = 5") == [(10, 0)]

    details = job.rest.details(job.id)
    readers = [v for v in details["vertices"] if v["name"].startswith("[4]{Read")]
    assert len(readers) == 1, "reading, judging and writing are one fused stage"
    assert all(step in readers[0]["name"] for step in ("Read", "Decode", "Judge", "Write"))
    subtasks = f"/jobs/{job.id}/vertices/{readers[0]['id']}"
    job.wait_for(
        lambda: [s["metrics"]["read-records"] for s in rest(flink, subtasks)["subtasks"]] == [3, 3], timeout=30
    )


def test_a_checkpoint_amid_the_first_bundle_does_not_hold_the_start_back(broker, make):
    """Each bundle is ended by a checkpoint here, that of the topics' names too, which has no successor."""
    topic = create_topic(broker, unique("early"))
    produce(broker, topic, [canonical(str(n), "eins") for n in range(40)])
    job = make(topic, flink={"bundle_time": 120, "checkpoint": 0.5})
    job.start()
    job.wait_for(lambda: written(job) == 40, timeout=90)
    assert job.stop() == 0, job.log.read_text()


def test_a_second_job_of_the_group_is_refused(broker, make):
    topic = create_topic(broker, unique("two"))
    job = make(topic)
    job.start()
    job.wait_for(job.runs)
    code, said = command(job, "stream", "--engine", "flink")
    assert code == 2 and "runs as Flink job" in said and "echolot flink stop" in said
    job.process.send_signal(signal.SIGKILL)
    job.process.wait()
    time.sleep(1)
    assert job.runs(), "the job does not depend on its launcher"
    first = job.id
    code, said = command(job, "stream", "--engine", "flink", "--replace", "--detach")
    assert code == 0 and job.id != first and job.rest.job(first).state == "CANCELED", said
    code, said = command(job, "flink", "cancel")
    assert code == 0 and "CANCELED" in said
    code, said = command(job, "flink", "cancel")
    assert code == 1 and "no job named" in said


@pytest.mark.parametrize("watched", [True, False], ids=["watched", "detached"])
def test_the_breaker_ends_the_job_though_flink_would_start_it_again(broker, make, watched):
    topic = create_topic(broker, unique("poison"))
    good = [canonical(str(n), "gut") for n in range(30)]
    produce(broker, topic, good + [b"{"] * 400)
    job = make(topic, breaker={"run": 50})
    job.arguments = FlinkJob.arguments if watched else (*FlinkJob.arguments, "--detach")
    process = job.start()
    if watched:
        assert process.wait(120) == 1
        said = job.log.read_text()
        assert "breaker tripped: 50 invalid records in a row" in said and "Traceback" not in said
    else:
        assert process.wait(120) == 0
        deadline = time.monotonic() + 90
        while not job.rest.job(job.id).over:
            assert time.monotonic() < deadline
            time.sleep(0.5)
    assert job.rest.job(job.id).state == "CANCELED"
    assert written(job) < 80, "nothing of the batch past the limit, and no second window"


def test_what_cannot_run_is_refused_before_flink_hears_of_it(broker, flink, make, tmp_path):
    topic = create_topic(broker, unique("refused"))
    job = make(topic, flink={"options": {"max_bundle_time_millis": "10"}})
    code, said = command(job, "stream", "--engine", "flink")
    assert code == 2 and "did you mean 'max_bundle_time_mills'" in said
    job = make(topic, folder="literal", privacy={"pseudonym_key": "canary"})
    code, said = command(job, "stream", "--engine", "flink")
    assert code == 2 and "literal secret" in said and "canary" not in said
    (tmp_path / "in").mkdir()
    job = make(topic, folder="files", source={"kind": "files", "path": str(tmp_path / "in")})
    code, said = command(job, "stream", "--engine", "flink")
    assert code == 2 and "the flink engine reads Kafka" in said
    job = make(topic, folder="nobody", flink={"rest": "http://127.0.0.1:1"})
    code, said = command(job, "stream", "--engine", "flink")
    assert code == 1 and "no Flink JobManager answers at http://127.0.0.1:1" in said and "Traceback" not in said
