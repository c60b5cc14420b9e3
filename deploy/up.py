"""Kafka and a Flink cluster for development: `make services-up`, `make services-status`, `make services-down`.

    python -m deploy.up up|status|down [--folder services] [--kafka-port 9092] ...

One detached process, the supervisor, starts all and holds FOLDER/supervisor.pid locked while it lives; the services die
with it. Data is in FOLDER, every log in FOLDER/logs."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from deploy.flink import cluster as flink
from deploy.flink.cluster import Cluster
from deploy.flink.rest import ask
from deploy.flink.settings import Ports
from deploy.kafka import broker as kafka
from deploy.kafka.broker import Broker
from deploy.ports import HOST, ServiceError, free_ports, listens, refuse_used

ROOT = Path(__file__).resolve().parents[1]
_START_S = 180
_STOP_S = 60


@dataclass(frozen=True, slots=True)
class Addresses:
    """The loopback ports, those that each program has by custom."""

    kafka: int = 9092
    rest: int = 8081
    job_server: int = 8099
    worker_pool: int = 50000
    rpc: int = 6123


@dataclass(frozen=True, slots=True)
class Place:
    """The files of one set of services."""

    folder: Path

    @property
    def logs(self) -> Path:
        """All logs."""
        return self.folder / "logs"

    @property
    def addresses(self) -> Path:
        """The ports of the services that run; written when all answer."""
        return self.folder / "addresses.json"

    def supervisor(self) -> int | None:
        """The supervisor's process id; None when none lives, whatever a left file says."""
        try:
            with (self.folder / "supervisor.pid").open("r+", encoding="ascii") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return int(file.read() or 0)
                return None
        except FileNotFoundError:
            return None


def up(place: Place, addresses: Addresses) -> int:
    """Start all and wait until they answer. Exit codes: 0 they run (or ran already), 1 they could not be started."""
    running = place.supervisor()
    if running is not None:
        print(f"the services run already (process {running}); stop them with: make services-down")
        return status(place)
    missing = kafka.why_not() or flink.why_not()
    if missing:
        raise ServiceError(missing)
    for port in asdict(addresses).values():
        refuse_used(port)
    place.logs.mkdir(parents=True, exist_ok=True)
    place.addresses.unlink(missing_ok=True)
    command = [sys.executable, "-m", "deploy.up", "supervise", "--folder", str(place.folder), *_options(addresses)]
    log = place.logs / "supervisor.log"
    with log.open("wb") as out:
        supervisor = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    print("starting Kafka and Flink ...", flush=True)
    ready = _wait(lambda: place.addresses.exists() or supervisor.poll() is not None, _START_S)
    if not ready or supervisor.poll() is not None:
        supervisor.terminate()
        said = log.read_text(encoding="utf-8", errors="replace").strip()
        raise ServiceError(f"the services did not start; {log} says:\n{said}")
    return status(place)


def down(place: Place) -> int:
    """Stop all and wait until they are gone. Exit codes: 0 none runs now, 1 they do not end."""
    running = place.supervisor()
    if running is None:
        print("the services do not run")
        return 0
    os.kill(running, signal.SIGTERM)
    if not _wait(lambda: place.supervisor() is None, _STOP_S):
        raise ServiceError(f"process {running} did not end within {_STOP_S} s; see {place.logs / 'supervisor.log'}")
    print(f"stopped; data and logs stay in {place.folder}")
    return 0


def status(place: Place) -> int:
    """Print each service with its address and state. Exit codes: 0 all answer, 1 some do not or none runs."""
    if place.supervisor() is None or not place.addresses.exists():
        print("the services do not run (or are starting); start them with: make services-up")
        return 1
    addresses = Addresses(**json.loads(place.addresses.read_text(encoding="utf-8")))
    well = True
    for name, address, state in _health(addresses):
        well = well and state is not None
        print(f"{name:<12} {address:<24} {state or 'DOES NOT ANSWER'}")
    print(f"logs: {place.logs}/*.log")
    return 0 if well else 1


def supervise(place: Place, addresses: Addresses) -> int:
    """Run all services until SIGTERM; a part that ends by itself is said and left as it is."""
    place.folder.mkdir(parents=True, exist_ok=True)
    with (place.folder / "supervisor.pid").open("a+", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
        ports = Ports(addresses.rest, addresses.job_server, addresses.worker_pool, addresses.rpc, *free_ports(1))
        with (
            Broker(place.folder / "kafka", addresses.kafka, logs=place.logs) as broker,
            Cluster(place.folder / "flink", slots=4, ports=ports, logs=place.logs, worker=_worker()) as cluster,
        ):
            _write_whole(place.addresses, json.dumps(asdict(addresses)))
            _watch(broker, cluster)
    return 0


def _watch(broker: Broker, cluster: Cluster) -> None:
    told: set[str] = set()
    while True:
        ended = {part.name for part in cluster.parts if not part.running}
        if not broker.running:
            ended.add("the Kafka broker")
        for name in sorted(ended - told):
            print(f"{name} ended by itself; see its log", flush=True)
        told = ended
        time.sleep(1)


def _worker() -> list[str] | None:
    """Our own worker where it is installed beside this Python; else Beam's."""
    own = Path(sys.executable).parent / "echolot-worker"
    return [str(own)] if own.exists() else None


def _health(addresses: Addresses) -> list[tuple[str, str, str | None]]:
    """Name, address, and state of each service; no state where it does not answer."""

    def at(port: int) -> str:
        return f"{HOST}:{port}"

    def state(answers: bool) -> str | None:
        return "answers" if answers else None

    rest = f"http://{at(addresses.rest)}"
    return [
        ("Kafka", at(addresses.kafka), state(kafka.answers(addresses.kafka))),
        ("Flink REST", rest, _slots(rest)),
        ("job server", at(addresses.job_server), state(listens(addresses.job_server))),
        ("worker pool", at(addresses.worker_pool), state(listens(addresses.worker_pool))),
    ]


def _slots(rest: str) -> str | None:
    try:
        seen = ask(rest, "/overview", timeout_s=2)
    except (OSError, ValueError):
        return None
    if not seen["slots-total"]:
        return None  # a cluster without a TaskManager runs nothing
    return (
        f"answers; {seen['slots-available']} of {seen['slots-total']} slots free, {seen['jobs-running']} jobs running"
    )


def _wait(question: Callable[[], bool], timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    while not question():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _write_whole(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def _options(addresses: Addresses) -> list[str]:
    return [f"--{name.replace('_', '-')}-port={port}" for name, port in asdict(addresses).items()]


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: those of up, down and status; 2 usage."""
    parser = argparse.ArgumentParser(prog="python -m deploy.up", description="Kafka and Flink for development.")
    parser.add_argument("what", choices=["up", "down", "status", "supervise"], help="supervise: stay in the foreground")
    parser.add_argument("--folder", type=Path, default=ROOT / "services", help="data and logs (default: services)")
    for field in fields(Addresses):
        option = f"--{field.name.replace('_', '-')}-port"
        parser.add_argument(option, type=int, default=field.default, metavar="PORT", help="(default: %(default)s)")
    options = parser.parse_args(arguments)
    place = Place(options.folder.resolve())
    addresses = Addresses(**{field.name: getattr(options, f"{field.name}_port") for field in fields(Addresses)})
    commands: dict[str, Callable[[], int]] = {
        "up": lambda: up(place, addresses),
        "down": lambda: down(place),
        "status": lambda: status(place),
        "supervise": lambda: supervise(place, addresses),
    }
    try:
        return commands[options.what]()
    except ServiceError as error:
        print(f"services: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
