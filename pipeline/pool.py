"""`echolot-pool`: Beam's pool of Python workers, which starts a worker again that was killed before Flink had it.

    echolot-pool --service_port=50000 --container_executable=echolot-worker [--host=127.0.0.1]

A TaskManager waits without end for a worker that it asked the pool for (Beam's ExternalEnvironmentFactory), so one that
the kernel kills while it starts would leave the job RUNNING and doing nothing. Beam's own pool (worker_pool_main.py)
listens on every address, and whoever reaches the port can make this machine run code: `--host` narrows that.
All else is Beam's."""

from __future__ import annotations

import argparse
import logging
import subprocess
import sys
import threading
import time
from typing import Any

import grpc
from apache_beam.portability.api import beam_fn_api_pb2 as api
from apache_beam.runners.worker import worker_pool_main

log = logging.getLogger("echolot.pool")

GRACE_SECONDS = 5.0  # a TaskManager that had the worker sees its end at once and tells us to stop it


class Pool(worker_pool_main.BeamFnExternalWorkerPoolServicer):
    """Beam's servicer; one thread a worker waits for its end."""

    def StartWorker(self, start_worker_request: api.StartWorkerRequest, unused_context: Any) -> api.StartWorkerResponse:
        """As Beam's, and looks after the process."""
        answer = super().StartWorker(start_worker_request, unused_context)
        process = self._worker_processes.get(start_worker_request.worker_id)
        if process is not None and not answer.error:
            threading.Thread(target=self._look_after, args=(start_worker_request, process), daemon=True).start()
        return answer

    def _look_after(self, request: api.StartWorkerRequest, process: subprocess.Popen[bytes]) -> None:
        """A worker that ends by itself has lost its TaskManager or has said why; one that was killed did neither."""
        if process.wait() >= 0:
            return
        time.sleep(GRACE_SECONDS)
        if self._worker_processes.get(request.worker_id) is process:  # else it was stopped, as is right
            log.warning("worker %s was killed (signal %d): started again", request.worker_id, -process.returncode)
            self.StartWorker(request, None)


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
