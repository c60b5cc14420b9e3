"""A real Kafka broker on this machine's loopback, from jars: start, stop, kill and restart it with the same data.

    python -m deploy.kafka.broker --folder DIR --port 9092      runs until SIGTERM or SIGINT

For tests and the demo; one node, no replication. Needs Java 17 and the jars of deploy/kafka/fetch.sh."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.daemon import Daemon
from deploy.kafka.properties import HOST, Login, Ports, as_text, server_properties
from deploy.ports import ServiceError, free_ports

HERE = Path(__file__).resolve().parent
VERSION = "4.1.1"
_CLUSTER_ID = "ZWNob2xvdC1rYWZrYS0wMQ"  # 16 bytes as base64 without padding, as KRaft wants; one broker, so any will do
_API_VERSIONS = struct.pack(">ihhih", 10, 18, 0, 1, -1)  # length, api key, api version, correlation id, null client id
BrokerError = ServiceError


def default_jars() -> Path:
    """Where fetch.sh puts the jars unless told otherwise."""
    cache = os.environ.get("ECHOLOT_CACHE")
    return (Path(cache) if cache else Path.home() / ".cache" / "echolot") / f"kafka-{VERSION}"


def why_not(jars: Path | None = None) -> str | None:
    """What a broker lacks on this machine and how to get it; None when it can start."""
    jars = jars or default_jars()
    if shutil.which("java") is None:
        return "java is not on the PATH; install Java 17 or newer (Debian: apt-get install openjdk-17-jre-headless)"
    if not (jars / f"kafka_2.13-{VERSION}.jar").is_file():
        return f"no Kafka jars in {jars}; run deploy/kafka/fetch.sh (Debian: apt-get install maven)"
    return None


class Broker:
    """One broker over one folder. Not for use from several threads at once.

    The folder keeps data, settings and broker.log; a later Broker over the same folder finds the same topics. The JVM
    dies with the process that called start()."""

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        *,
        login: Login | None = None,
        properties: Mapping[str, str] | None = None,
        segment_bytes: int = 16 * 1024 * 1024,
        heap: str = "512m",
        jars: Path | None = None,
        logs: Path | None = None,
    ) -> None:
        """`port` None takes a free one; `login` opens a second, SASL/PLAIN listener; `properties` win over ours.

        `logs` is where broker.log goes, the folder itself when None. Kafka refuses `segment_bytes` below 1 MiB."""
        self._folder = folder
        self._jars = jars or default_jars()
        self._login = login
        self._segment_bytes = segment_bytes
        self._extra = dict(properties or {})
        free = free_ports(3)
        self._ports = Ports(port or free[0], free[1], free[2] if login else None)
        self._daemon = Daemon(
            f"the broker at {self.bootstrap}",
            self._java("kafka.Kafka", str(folder / "server.properties"), heap=heap),
            (logs or folder) / "broker.log",
            ports=[port for _name, port in self._ports.named()],
            ready=lambda: answers(self._ports.plain),
        )

    @property
    def bootstrap(self) -> str:
        """host:port of the listener without login."""
        return f"{HOST}:{self._ports.plain}"

    @property
    def sasl_bootstrap(self) -> str:
        """host:port of the SASL/PLAIN listener."""
        if self._ports.sasl is None:
            raise BrokerError("this broker has no login listener; make it with login=Login(user, password)")
        return f"{HOST}:{self._ports.sasl}"

    @property
    def log(self) -> Path:
        """What the broker printed."""
        return self._daemon.log

    @property
    def running(self) -> bool:
        """Is the JVM alive."""
        return self._daemon.running

    @property
    def pid(self) -> int | None:
        """The JVM's process id; None when it does not run."""
        return self._daemon.pid

    def start(self, timeout_s: float = 60) -> Self:
        """Format the storage where it is new, start the JVM, wait until it answers. Raises BrokerError."""
        missing = why_not(self._jars)
        if missing:
            raise BrokerError(missing)
        self._daemon.refuse_start()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._write_settings()
        self._format()
        self._daemon.start(timeout_s)
        return self

    def stop(self, timeout_s: float = 30) -> None:
        """Orderly shutdown; past `timeout_s` it is killed. Nothing happens when it does not run."""
        self._daemon.stop(timeout_s)

    def kill(self) -> None:
        """SIGKILL, as a crash of the machine's power would not be kinder. Nothing happens when it does not run."""
        self._daemon.kill()

    def restart(self, timeout_s: float = 60) -> Self:
        """Stop where it still runs, then start with the same data, settings and ports."""
        self.stop()
        return self.start(timeout_s)

    def __enter__(self) -> Self:
        return self if self.running else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _write_settings(self) -> None:
        properties = server_properties(
            self._folder.resolve() / "data",
            self._ports,
            login=self._login,
            segment_bytes=self._segment_bytes,
            extra=self._extra,
        )
        settings = self._folder / "server.properties"
        settings.touch(mode=0o600)
        settings.write_text(as_text(properties), encoding="latin-1")

    def _java(self, main_class: str, *arguments: str, heap: str) -> list[str]:
        return [
            "java",
            f"-Xmx{heap}",
            "-XX:+UseSerialGC",  # less memory and threads than G1, and this heap is small
            "-XX:TieredStopAtLevel=1",  # the quick compiler only: start-up counts here, peak rate does not
            f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}",
            "-cp",
            f"{self._jars}/*",
            main_class,
            *arguments,
        ]

    def _format(self) -> None:
        if (self._folder / "data" / "meta.properties").exists():
            return
        settings = str(self._folder / "server.properties")
        command = self._java("kafka.tools.StorageTool", "format", "-t", _CLUSTER_ID, "-c", settings, heap="128m")
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            said = (done.stdout + done.stderr).strip()
            raise BrokerError(f"formatting {self._folder / 'data'} failed; check the properties given:\n{said}")


def answers(port: int) -> bool:
    """Does a broker answer an ApiVersions request, the one that needs no login (Kafka protocol guide, key 18)."""
    try:
        with socket.create_connection((HOST, port), timeout=1) as connection:
            connection.sendall(_API_VERSIONS)
            return len(connection.recv(16)) > 0
    except OSError:
        return False


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a broker until SIGTERM or SIGINT. Exit codes: 0 stopped as asked, 1 it could not start or died, 2 usage."""
    parser = argparse.ArgumentParser(prog="python -m deploy.kafka.broker", description="Run one Kafka broker.")
    parser.add_argument("--folder", type=Path, required=True, help="keeps data, settings and broker.log")
    parser.add_argument("--port", type=int, default=9092, help="loopback port (default: %(default)s)")
    parser.add_argument("--heap", default="512m", help="the JVM's -Xmx (default: %(default)s)")
    options = parser.parse_args(arguments)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopped.set())
    try:
        with Broker(options.folder, options.port, heap=options.heap) as broker:
            print(f"Kafka {VERSION} accepts connections at {broker.bootstrap}; data in {options.folder}", flush=True)
            while broker.running and not stopped.wait(1):
                pass
            died = not stopped.is_set()
    except BrokerError as error:
        print(f"broker: {error}", file=sys.stderr)
        return 1
    if died:
        print(f"broker: Kafka ended by itself; see {options.folder / 'broker.log'}", file=sys.stderr)
    return int(died)


if __name__ == "__main__":
    sys.exit(main())
