"""`echolot-worker`: starts one Python worker for Beam (the container contract: --id, --*_endpoint).

For TaskManagers that start workers themselves, and for Beam's worker pool, which starts this by
--container_executable. Unlike the pool's own way it hands the job's options to the worker, and it keeps standard output
free: the pool reads it never, so a chatty worker would stand still."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Sequence

import grpc
from apache_beam.portability.api import beam_provision_api_pb2, beam_provision_api_pb2_grpc, endpoints_pb2
from google.protobuf import json_format, text_format

_SECONDS = 60
_SAMPLING_MS = 5


def main(arguments: Sequence[str] | None = None) -> None:
    """Run until the runner says so."""
    parser = argparse.ArgumentParser(prog="echolot-worker", description=__doc__)
    parser.add_argument("--id", required=True)
    for name in ("logging", "artifact", "provision", "control"):
        parser.add_argument(f"--{name}_endpoint")
    given, _ = parser.parse_known_args(arguments)
    if not given.provision_endpoint:
        parser.error("--provision_endpoint is missing; Beam's runner starts this command, people do not")
    logging.getLogger("kafka").setLevel(logging.WARNING)  # it tells of every connection
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    os.environ |= environment(given.id, given.provision_endpoint, given.control_endpoint, given.logging_endpoint)
    from apache_beam.runners.worker import sdk_worker_main

    end_bundles_at_once()
    sdk_worker_main.main([])


def end_bundles_at_once() -> None:
    """Let Beam's sampler of states look often: a bundle's end waits for its next look.

    Its pause grows with the bundle to a sixth of its time, at most 200 ms, so a bundle took a twelfth longer than its
    work. Beam (2.77) has no option for it."""
    from apache_beam.runners.worker.statesampler import StateSampler

    StateSampler.__init__.__defaults__ = (_SAMPLING_MS,)


def environment(worker: str, provision: str, control: str | None, logs: str | None) -> dict[str, str]:
    """What Beam's SDK harness reads from the environment, from what the provision service says of this worker."""
    with grpc.insecure_channel(provision) as channel:
        service = beam_provision_api_pb2_grpc.ProvisionServiceStub(grpc.intercept_channel(channel, _Named(worker)))
        info = service.GetProvisionInfo(
            beam_provision_api_pb2.GetProvisionInfoRequest(), timeout=_SECONDS, wait_for_ready=True
        ).info
    return {
        "WORKER_ID": worker,
        "PIPELINE_OPTIONS": json.dumps(json_format.MessageToDict(info.pipeline_options)),
        "CONTROL_API_SERVICE_DESCRIPTOR": _descriptor(control or info.control_endpoint.url),
        "LOGGING_API_SERVICE_DESCRIPTOR": _descriptor(logs or info.logging_endpoint.url),
        "RUNNER_CAPABILITIES": " ".join(info.runner_capabilities),
    }


def _descriptor(url: str) -> str:
    return text_format.MessageToString(endpoints_pb2.ApiServiceDescriptor(url=url))


class _Named(grpc.UnaryUnaryClientInterceptor):
    """The provision service tells workers apart by a header."""

    def __init__(self, worker: str) -> None:
        self._worker = worker

    def intercept_unary_unary(self, continuation, details, request):  # type: ignore[no-untyped-def]
        """Adds the header."""
        metadata = [*(details.metadata or ()), ("worker_id", self._worker)]
        return continuation(details._replace(metadata=metadata), request)


if __name__ == "__main__":
    main()
