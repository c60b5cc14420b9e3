"""The broker that other tests lean on: data outlives kill -9, nothing outlives us, errors say what to do."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from deploy.kafka.broker import Broker, BrokerError, why_not
from deploy.kafka.properties import Login, Ports, as_text, server_properties
from deploy.ports import free_ports
from schemas.record import Record
from tests.services.kafka_broker import consume, create_topic, delete_before, produce, unique

pytestmark = pytest.mark.kafka
ROOT = Path(__file__).resolve().parents[2]


def test_what_is_produced_is_consumed(broker: Broker) -> None:
    """Order within a partition, keys, headers, null values and times survive."""
    topic = create_topic(broker, unique("posts"), partitions=2)
    first = [
        Record("", 0, 0, b"one", b"k", {"echolot-format": b"x_v2"}, 1_700_000_000_000),
        Record("", 0, 0, None, b"k"),
    ]
    assert produce(broker, topic, first, partition=0) == [(0, 0), (0, 1)]
    assert produce(broker, topic, [b"two", b"three"], partition=1, headers={"h": b"v"}) == [(1, 0), (1, 1)]
    found = consume(broker, topic)
    assert [(r.partition, r.position, r.value) for r in found] == [
        (0, 0, b"one"),
        (0, 1, None),
        (1, 0, b"two"),
        (1, 1, b"three"),
    ]
    assert found[0].headers == {"echolot-format": b"x_v2"} and found[0].timestamp == 1_700_000_000_000
    assert [r.headers for r in found[2:]] == [{"h": b"v"}, {"h": b"v"}]


def test_acknowledged_records_survive_kill_and_restart(broker: Broker) -> None:
    """2,000 records, SIGKILL, same port and data; offsets go on where they stood."""
    topic = create_topic(broker, unique("posts"))
    values = [b"post %d" % n for n in range(2000)]
    produce(broker, topic, values)
    before = broker.bootstrap
    broker.kill()
    assert not broker.running
    broker.restart()
    assert broker.bootstrap == before
    assert [r.value for r in consume(broker, topic)] == values
    assert produce(broker, topic, [b"next"]) == [(0, 2000)]


def test_kill_is_a_crash_and_stop_is_not(kafka_jars: Path, tmp_path: Path) -> None:
    """An orderly shutdown leaves Kafka's marker of a clean log; a crash must not, else recovery is never tested."""
    marker = tmp_path / "data" / ".kafka_cleanshutdown"
    own = Broker(tmp_path, jars=kafka_jars).start()
    own.stop()
    assert marker.exists() and not own.running
    own.start().kill()
    assert not marker.exists() and not own.running


def test_deleted_records_are_gone_and_offsets_stay(broker: Broker) -> None:
    topic = create_topic(broker, unique("posts"))
    produce(broker, topic, [b"%d" % n for n in range(10)])
    delete_before(broker, topic, 0, 7)
    assert [(r.position, r.value) for r in consume(broker, topic)] == [(7, b"7"), (8, b"8"), (9, b"9")]


def test_a_topic_is_not_made_by_asking_for_it(broker: Broker) -> None:
    """A misspelt topic must show as missing, not as an empty one."""
    topic = unique("never-made")
    consumer = KafkaConsumer(bootstrap_servers=broker.bootstrap)
    try:
        assert not consumer.partitions_for_topic(topic)
        consumer.assign([TopicPartition(topic, 0)])
        consumer.poll(timeout_ms=1000)
    finally:
        consumer.close()
    with KafkaAdminClient(bootstrap_servers=broker.bootstrap) as admin:
        assert topic not in admin.list_topics()


def test_a_used_port_is_refused_with_the_mend(kafka_jars: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BrokerError, match=rf"port {port} on 127.0.0.1 .* give another"):
            Broker(tmp_path, port, jars=kafka_jars).start()


def test_a_broker_that_cannot_start_shows_its_log(kafka_jars: Path, tmp_path: Path) -> None:
    properties = {"log.retention.ms": "not a number"}
    with pytest.raises(BrokerError, match=r"(?s)not a number"):
        Broker(tmp_path, jars=kafka_jars, properties=properties).start()


def test_missing_jars_name_the_script(tmp_path: Path) -> None:
    if why_not() and "java is not" in str(why_not()):
        pytest.skip(str(why_not()))
    with pytest.raises(BrokerError, match=r"run deploy/kafka/fetch\.sh"):
        Broker(tmp_path, jars=tmp_path / "nowhere").start()


def test_the_login_listener_takes_the_right_password_only(kafka_jars: Path, tmp_path: Path) -> None:
    """Quotes and backslashes in a password reach the broker as they are."""
    login = Login("echolot", 'pass"w\\ord')
    with Broker(tmp_path, jars=kafka_jars, login=login) as own:
        with _admin(own, login.password) as admin:
            assert admin.list_topics() == []
        with pytest.raises(KafkaError):
            _admin(own, "wrong").close()


def _admin(own: Broker, password: str) -> KafkaAdminClient:
    return KafkaAdminClient(
        bootstrap_servers=own.sasl_bootstrap,
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="PLAIN",
        sasl_plain_username="echolot",
        sasl_plain_password=password,
        bootstrap_timeout_ms=3000,  # a refused login shows as this time-out in kafka-python 3.0.12
    )


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)])
def test_the_jvm_never_outlives_the_command(
    kafka_jars: Path, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    """`python -m deploy.kafka.broker`, stopped in order and by kill -9: the port is free soon after."""
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "deploy.kafka.broker", "--folder", str(tmp_path), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    try:
        assert process.stdout is not None
        assert f"accepts connections at 127.0.0.1:{port}" in process.stdout.readline()
        process.send_signal(number)
        assert process.wait(30) == status
        _wait_until_free(port, time.monotonic() + 10)
    finally:
        process.kill()
        process.communicate()


def _wait_until_free(port: int, deadline: float) -> None:
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return
        assert time.monotonic() < deadline, f"something still listens on {port}"
        time.sleep(0.1)


def test_given_properties_win_and_are_escaped(tmp_path: Path) -> None:
    properties = server_properties(
        tmp_path, Ports(1, 2), login=None, segment_bytes=2**20, extra={"num.partitions": "7", "x": "a\\b"}
    )
    lines = as_text(properties).splitlines()
    assert "num.partitions=7" in lines and "x=a\\\\b" in lines and "log.segment.bytes=1048576" in lines
    with pytest.raises(ValueError, match="x holds a line break"):
        as_text({"x": "a\nb=c"})
