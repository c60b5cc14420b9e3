"""A real Kafka broker whose clients come through a gate.

A client learns from the broker where the broker is, so a forwarder before the port it first asks would be passed by.
Hence two listeners: GATED tells clients the gate's port, the plain one stays for the test's own hands."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.kafka.broker import Broker
from deploy.kafka.properties import HOST
from deploy.ports import free_ports
from tests.services.gate import Gate


@dataclass(frozen=True, slots=True)
class GatedBroker:
    """A running broker and the gate before its second listener."""

    broker: Broker
    gate: Gate

    @property
    def bootstrap(self) -> str:
        """Where clients under test connect: everything they do goes through the gate."""
        return self.gate.address

    @property
    def direct(self) -> str:
        """Where the test connects: nothing goes through the gate."""
        return self.broker.bootstrap


@contextlib.contextmanager
def gated_broker(folder: Path, *, jars: Path, properties: Mapping[str, str] | None = None) -> Iterator[GatedBroker]:
    """Start broker and gate, stop both at the end. The broker may be killed and restarted in between."""
    plain, controller, gated = free_ports(3)
    with Gate(HOST, gated) as gate:
        listeners = {
            "listeners": f"PLAINTEXT://{HOST}:{plain},GATED://{HOST}:{gated},CONTROLLER://{HOST}:{controller}",
            "advertised.listeners": f"PLAINTEXT://{HOST}:{plain},GATED://{gate.address}",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,GATED:PLAINTEXT",
            "controller.quorum.voters": f"1@{HOST}:{controller}",
        }
        with Broker(folder, plain, jars=jars, properties=listeners | dict(properties or {})) as broker:
            yield GatedBroker(broker, gate)
