"""`make services-up`, `services-status`, `services-down`: one set of services, found again, stopped whole."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import pytest

from deploy.ports import free_ports, listens
from deploy.up import Addresses

pytestmark = [pytest.mark.kafka, pytest.mark.flink]
ROOT = Path(__file__).resolve().parents[2]


class Services:
    """The commands over one folder and free ports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.addresses = Addresses(*free_ports(5))

    def run(self, what: str) -> tuple[int, str]:
        """Exit code, and what was printed on both channels."""
        options = [f"--{n.replace('_', '-')}-port={port}" for n, port in asdict(self.addresses).items()]
        command = [sys.executable, "-m", "deploy.up", what, "--folder", str(self.folder), *options]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
        return done.returncode, done.stdout + done.stderr

    def free(self) -> bool:
        """Does nobody listen on any of the ports."""
        return not any(listens(port) for port in asdict(self.addresses).values())

    def wait_until_free(self) -> None:
        deadline = time.monotonic() + 20
        while not self.free():
            assert time.monotonic() < deadline, "something still listens"
            time.sleep(0.1)


@pytest.fixture
def services(kafka_jars: Path, flink_jars: Path, tmp_path: Path) -> Services:
    return Services(tmp_path / "services")


def test_up_status_down(services: Services) -> None:
    """All four answer after `up`; a second `up` starts nothing; a part that died is named; `down` leaves nothing."""
    try:
        code, said = services.run("up")
        assert code == 0, said
        lines = {line[:11].strip(): line for line in said.splitlines()}
        for name, port in zip(("Kafka", "Flink REST", "job server", "worker pool"), _four(services), strict=True):
            assert f"127.0.0.1:{port} " in lines[name] and "answers" in lines[name]
        logs = {path.name for path in (services.folder / "logs").iterdir()}
        assert {"broker.log", "jobmanager.log", "taskmanager-1.log", "job-server.log", "worker-pool.log"} <= logs
        code, said = services.run("up")
        assert code == 0 and "run already (process " in said and "make services-down" in said
        _kill_the_pool(services)
        code, said = services.run("status")
        assert code == 1 and "DOES NOT ANSWER" in said.splitlines()[3]
    finally:
        code, said = services.run("down")
    assert code == 0 and "stopped" in said
    assert services.free()
    assert services.run("status")[0] == 1
    assert services.run("down") == (0, "the services do not run\n")


def test_the_services_die_with_a_killed_supervisor_and_a_left_pid_file_means_nothing(services: Services) -> None:
    code, said = services.run("up")
    assert code == 0, said
    os.kill(int((services.folder / "supervisor.pid").read_text()), signal.SIGKILL)
    services.wait_until_free()
    assert services.run("status")[0] == 1
    assert services.run("down") == (0, "the services do not run\n")


def test_a_used_port_is_refused_with_the_mend(services: Services) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", services.addresses.rest))
        taken.listen()
        code, said = services.run("up")
    assert code == 1
    assert said.startswith(f"services: port {services.addresses.rest} on 127.0.0.1 cannot be used")
    assert "stop what listens there or give another" in said
    assert services.run("status")[0] == 1


def _four(services: Services) -> list[int]:
    ports = asdict(services.addresses)
    return [ports[name] for name in ("kafka", "rest", "job_server", "worker_pool")]


def _kill_the_pool(services: Services) -> None:
    argument = f"--service_port={services.addresses.worker_pool}"
    listed = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,args="], capture_output=True, text=True, check=True).stdout
    pids = [int(line.split()[0]) for line in listed.splitlines() if argument in line and "guard.py" not in line]
    assert len(pids) == 1
    os.kill(pids[0], signal.SIGKILL)
    deadline = time.monotonic() + 10
    while listens(services.addresses.worker_pool):
        assert time.monotonic() < deadline
        time.sleep(0.1)
