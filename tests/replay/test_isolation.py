"""A replay by a live job's configuration touches nothing live: no offset, no dead-letter topic, no metrics port, and
not the generation that readers see. Alarms are made of metrics, and cases of the queue of the active generation."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from kafka import TopicPartition

from deploy.ports import free_ports
from tests import light
from tests.commands.test_errors import echolot
from tests.jobs import Job, canonical, committed
from tests.replay.test_replay import asked
from tests.services.kafka_broker import consume, create_topic, produce, unique

GENERATIONS = "SELECT name, activation FROM generations FINAL ORDER BY name"


def live(folder: Path, bootstrap: str, topic: str = "mentions", group: str = "echolot", dead: str = "dead") -> Path:
    """The configuration of a live job with all that a replay is to leave alone."""
    path = folder / "echolot.yaml"
    source = {"kind": "kafka", "bootstrap": [bootstrap], "topics": [{"name": topic}], "group": group}
    path.write_text(
        yaml.safe_dump({
            "source": source,
            "store": {"kind": "chdb", "path": "store"},
            "judge": light.judge(),
            "dead_letters": {"topic": dead},
            "metrics": {"port": free_ports(1)[0], "folder": "figures"},
        })
    )  # fmt: skip
    return path


def replayed(config: Path, *more: object) -> Any:
    """A replay of two good records and two bad ones."""
    dump = config.with_name("dump.jsonl")
    dump.write_bytes(b"\n".join([canonical("1", "Aufzug kaputt"), b"{", b"[", canonical("2", "Danke!")]) + b"\n")
    done = echolot("replay", dump, "--config", config, "--json", *more)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["good"], told["dead"]) == (2, 2)
    return told


@contextmanager
def broker_that_counts_calls() -> Iterator[tuple[str, list[Any]]]:
    """An address at which a connection is taken, noted and closed."""
    calls: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    connection, caller = server.accept()
                except OSError:  # closed: the end
                    return
                calls.append(caller)
                connection.close()

        threading.Thread(target=listen, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}", calls
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("workers", [1, 2])
def test_nobody_is_called_no_figures_are_kept_and_no_generation_is_activated(workers: int, tmp_path: Path) -> None:
    with broker_that_counts_calls() as (bootstrap, calls):
        config = live(tmp_path, bootstrap)
        replayed(config, "--workers", workers)
        assert asked(config, GENERATIONS) == [("live", 1)], "of an empty store the first one is active"
        replayed(config, "--workers", workers, "--generation", "trial")
        assert calls == []
        host, port = bootstrap.split(":")
        with socket.create_connection((host, int(port))) as caller:
            caller.recv(1)  # until it is hung up
    assert len(calls) == 1, "whoever calls is noticed"
    assert not (tmp_path / "figures").exists()
    assert asked(config, GENERATIONS) == [("live", 1), ("trial", 0)]
    assert asked(config, "SELECT count() FROM dead_letters FINAL") == [(2,)], "there they are"


@pytest.mark.kafka
def test_offsets_and_dead_letter_topic_of_a_live_job_stay_as_they_are(broker: Any, tmp_path: Path) -> None:
    topic, dead, group = create_topic(broker, unique("live")), create_topic(broker, unique("dead")), unique("group")
    produce(broker, topic, [canonical("live", "Danke @DB_Bahn"), b"{live"])
    config = live(tmp_path, broker.bootstrap, topic, group, dead)
    job = Job(tmp_path, yaml.safe_load(config.read_text())["source"], dead_letters={"topic": dead})
    at = TopicPartition(topic, 0)
    job.start()
    try:
        job.wait_for(lambda: committed(broker.bootstrap, group).get(at) == 2)
        assert job.stop() == 0, job.log.read_text()
    finally:
        job.kill()
    produce(broker, topic, [canonical("waiting", "noch ungelesen")])
    letters, queue = consume(broker, dead), job.query("SELECT mention_id FROM queue ORDER BY mention_id")
    replayed(live(tmp_path, broker.bootstrap, topic, group, dead), "--generation", "trial")
    assert committed(broker.bootstrap, group) == {at: 2}
    assert consume(broker, dead) == letters and [letter.value for letter in letters] == [b"{live"]
    assert job.query("SELECT mention_id FROM queue ORDER BY mention_id") == queue
    assert job.query(GENERATIONS) == [("live", 1), ("trial", 0)]
    assert job.query("SELECT count() FROM mentions WHERE native_id = 'waiting'") == [(0,)]
