"""`echolot-pool`: Beam's pool of Python workers, for several TaskManagers, and for workers that are killed.

    echolot-pool --service_port=50000 --container_executable=echolot-worker [--host=127.0.0.1]

A TaskManager waits without end for a worker that it asked the pool for (Beam's ExternalEnvironmentFactory), so one that
the kernel kills while it starts would leave the job RUNNING and doing nothing: it is started again, as long as the
TaskManager lives.

Each TaskManager numbers its workers from 1-1. A stop tells no more than such a number, and Beam's own pool
(worker_pool_main.py) ends whatever it started last under it. This one leaves workers that share a number alone: the
TaskManager has hung up on its own before it says so, and that one ends by itself.

Beam's pool listens on every address, and whoever reaches the port can make this machine run code: `--host` narrows
that. All else is Beam's."""

from __future__ import annotations

import argparse
import logging
import socket
import subprocess
import sys
import threading
import time
from collections import defaultdict
from typing import Any

import grpc
from apache_beam.portability.api import beam_fn_api_pb2 as api
from apache_beam.runners.worker import worker_pool_main

log = logging.getLogger("echolot.pool")

GRACE_SECONDS = 5.0  # a TaskManager that had the worker sees its end at once and tells us to stop it


class Pool(worker_pool_main.BeamFnExternalWorkerPoolServicer):
    """Beam's servicer; one thread a worker waits for its end."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._lock = threading.Lock()
        self._workers: defaultdict[str, list[subprocess.Popen[bytes]]] = defaultdict(list)
        """By number; those that ended stay for GRACE_SECONDS, in which a stop may still be meant for them."""
        self._stopped: dict[str, float] = {}
        """When each number was stopped last, in monotonic seconds."""

    def StartWorker(self, start_worker_request: api.StartWorkerRequest, unused_context: Any) -> api.StartWorkerResponse:
        """As Beam's, and looks after the process."""
        number = start_worker_request.worker_id
        with self._lock:
            answer = super().StartWorker(start_worker_request, unused_context)
            process = self._worker_processes.pop(number, None)
            if process is None or answer.error:
                return answer
            self._worker_processes[f"{number} {process.pid}"] = process  # Beam ends those when the pool ends
            self._workers[number].append(process)
            looking = (start_worker_request, process, time.monotonic())
        threading.Thread(target=self._look_after, args=looking, daemon=True).start()
        return answer

    def StopWorker(self, stop_worker_request: api.StopWorkerRequest, unused_context: Any) -> api.StopWorkerResponse:
        """Ends the only worker of that number; of several, the right one is ending already."""
        number = stop_worker_request.worker_id
        with self._lock:
            self._stopped[number] = time.monotonic()
            workers = list(self._workers[number])
        if len(workers) == 1:
            worker_pool_main.kill_process_gracefully(workers[0])
        return api.StopWorkerResponse()

    def _look_after(self, request: api.StartWorkerRequest, process: subprocess.Popen[bytes], started: float) -> None:
        """A worker that ends by itself has lost its TaskManager or has said why; one that was killed did neither."""
        number, code = request.worker_id, process.wait()
        time.sleep(GRACE_SECONDS)
        with self._lock:
            self._workers[number].remove(process)
            del self._worker_processes[f"{number} {process.pid}"]
        if code < 0 and self._stopped.get(number, 0) < started and _answers(request.control_endpoint.url):
            log.warning("worker %s was killed (signal %d): started again", number, -code)
            self.StartWorker(request, None)


def _answers(address: str) -> bool:
    """Whether the TaskManager at this address lives. A worker for a dead one would wait a minute for it."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), GRACE_SECONDS).close()
    except (OSError, ValueError):  # the latter: no address
        return False
    return True


def main(arguments: list[str] | None = None) -> None:
    """Serve until the process is told to end."""
    parser = argparse.ArgumentParser(prog="echolot-pool", description=__doc__, add_help=False)
    parser.add_argument("--host", default="[::]")
    given, rest = parser.parse_known_args(arguments)
    logging.basicConfig(level=logging.INFO)
    make_server = grpc.server

    def server(*positional: Any, **named: Any) -> grpc.Server:
        made = make_server(*positional, **named)
        bind = made.add_insecure_port
        made.add_insecure_port = lambda address: bind(address.replace("[::]", given.host))
        return made

    grpc.server = server
    worker_pool_main.BeamFnExternalWorkerPoolServicer = Pool
    worker_pool_main.main(rest)


if __name__ == "__main__":
    main(sys.argv[1:])
