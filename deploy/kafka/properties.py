"""The server.properties of a one-node broker (KRaft: broker and controller in one process), tuned for quick tests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
_USER = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of one broker; `sasl` is None without a login listener."""

    plain: int
    controller: int
    sasl: int | None = None

    def named(self) -> list[tuple[str, int]]:
        """Listener names with their ports."""
        return [
            ("PLAINTEXT", self.plain),
            ("CONTROLLER", self.controller),
            *([] if self.sasl is None else [("LOGIN", self.sasl)]),
        ]


@dataclass(frozen=True, slots=True)
class Login:
    """The one user of the SASL/PLAIN listener."""

    user: str
    password: str

    def __post_init__(self) -> None:
        if not _USER.fullmatch(self.user):
            raise ValueError(f"user {self.user!r} must be 1 to 64 of A-Z a-z 0-9 _ . -")
        if not self.password.isprintable() or not self.password.isascii():
            raise ValueError("the password must be printable ASCII; properties files are Latin-1")

    def jaas(self) -> str:
        """The value of sasl.jaas.config; backslashes and quotes escaped for JAAS."""
        quoted = self.password.replace("\\", "\\\\").replace('"', '\\"')
        module = "org.apache.kafka.common.security.plain.PlainLoginModule"
        return f'{module} required user_{self.user}="{quoted}";'


def server_properties(
    data: Path, ports: Ports, *, login: Login | None, segment_bytes: int, extra: Mapping[str, str]
) -> dict[str, str]:
    """All settings of the broker; `extra` wins over ours."""
    properties = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{HOST}:{ports.controller}",
        "controller.listener.names": "CONTROLLER",
        "listeners": ",".join(f"{name}://{HOST}:{port}" for name, port in ports.named()),
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,LOGIN:SASL_PLAINTEXT",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": str(data),
        "auto.create.topics.enable": "false",
        "num.partitions": "1",
        "offsets.topic.num.partitions": "4",  # the default of 50 makes 50 folders and slows the first commit
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        # After a kill the controller refuses the new process until the old one's session (9 s by default) has run out.
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
        "group.initial.rebalance.delay.ms": "0",
        "log.segment.bytes": str(segment_bytes),
        "log.retention.check.interval.ms": "1000",
        "log.initial.task.delay.ms": "500",
        "log.segment.delete.delay.ms": "1000",  # at 0 its scheduler never rests: 5 % of a core
        "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),  # the default of 128 MiB does not fit a small heap
    }
    if login is not None:
        properties["sasl.enabled.mechanisms"] = "PLAIN"
        properties["listener.name.login.plain.sasl.jaas.config"] = login.jaas()
    return properties | dict(extra)


def as_text(properties: Mapping[str, str]) -> str:
    """The content of a Java properties file; backslashes escaped, keys in order."""
    for key, value in properties.items():
        if "\n" in value or "\r" in value:
            raise ValueError(f"broker property {key} holds a line break; give a one-line value")
    return "".join(f"{key}={value}\n".replace("\\", "\\\\") for key, value in sorted(properties.items()))
