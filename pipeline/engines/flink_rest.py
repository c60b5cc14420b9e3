"""Flink's REST interface, as much of it as we use (Flink 1.19, "REST API").

Beam's own cancel posts to a path that Flink does not have, so jobs are stopped here."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import httpx

from schemas.errors import TerminalError, TransientError

_SECONDS = 10.0
_LOOK_AGAIN_SECONDS = 0.2
ENDED = frozenset({"CANCELED", "FAILED", "FINISHED", "SUSPENDED"})


@dataclass(frozen=True, slots=True)
class Job:
    """A job as the overview shows it; `started` is epoch milliseconds."""

    id: str
    name: str
    state: str
    started: int

    @property
    def over(self) -> bool:
        """It will not run again."""
        return self.state in ENDED


class FlinkRest:
    """One JobManager. Every call raises TransientError where it does not answer, TerminalError where it refuses."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")

    def jobs(self, name: str | None = None) -> list[Job]:
        """All jobs the JobManager remembers, the newest first; only those of that name, where one is given."""
        jobs = [
            Job(j["jid"], j["name"], j["state"], j["start-time"]) for j in self._call("GET", "/jobs/overview")["jobs"]
        ]
        return sorted((j for j in jobs if name in (None, j.name)), key=lambda j: (-j.started, j.id))

    def job(self, job_id: str) -> Job:
        """One job."""
        j = self.details(job_id)
        return Job(j["jid"], j["name"], j["state"], j["start-time"])

    def details(self, job_id: str) -> dict[str, Any]:
        """One job with its vertices, as Flink gives it."""
        return self._call("GET", f"/jobs/{job_id}")

    def failures(self, job_id: str) -> list[tuple[int, str]]:
        """(epoch milliseconds, stack trace) of the job's latest failures, the newest first."""
        found = self._call("GET", f"/jobs/{job_id}/exceptions?maxExceptions=10")
        return [(e["timestamp"], e["stacktrace"]) for e in found.get("exceptionHistory", {}).get("entries", [])]

    def checkpoints(self, job_id: str) -> dict[str, Any]:
        """Counts and the latest checkpoints, as Flink gives them."""
        return self._call("GET", f"/jobs/{job_id}/checkpoints")

    def cancel(self, job_id: str) -> None:
        """End the job now; what it wrote stays, what it had not acknowledged is read again by the next."""
        self._call("PATCH", f"/jobs/{job_id}?mode=cancel")

    def stop(self, job_id: str, *, folder: str | None, timeout_seconds: float = 120) -> str:
        """Stop with a savepoint; its path. Without `folder` it goes to the cluster's state.savepoints.dir."""
        body = {"drain": False} | ({"targetDirectory": folder} if folder else {})
        trigger = self._call("POST", f"/jobs/{job_id}/stop", body)["request-id"]
        deadline = time.monotonic() + timeout_seconds
        while True:
            answer = self._call("GET", f"/jobs/{job_id}/savepoints/{trigger}")
            if answer["status"]["id"] == "COMPLETED":
                return self._location(answer["operation"])
            if time.monotonic() > deadline:
                raise TransientError(
                    f"Flink job {job_id}: no savepoint after {timeout_seconds:g} s; see `echolot flink status`, "
                    f"or end it with `echolot flink cancel`: the next start goes on from the group's offsets"
                )
            time.sleep(_LOOK_AGAIN_SECONDS)

    def wait_until_over(self, job_id: str, timeout_seconds: float = 60) -> Job:
        """The job, once it will not run again."""
        deadline = time.monotonic() + timeout_seconds
        while not (job := self.job(job_id)).over:
            if time.monotonic() > deadline:
                raise TransientError(f"Flink job {job_id} is still {job.state} after {timeout_seconds:g} s; look again")
            time.sleep(_LOOK_AGAIN_SECONDS)
        return job

    @staticmethod
    def _location(operation: dict[str, Any]) -> str:
        if "location" in operation:
            return str(operation["location"])
        cause = operation.get("failure-cause", {})
        trace = str(cause.get("stack-trace", cause.get("class", "no reason given")))
        raise TerminalError(f"Flink could not make the savepoint: {first_cause(trace)}")

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        try:
            answer = httpx.request(method, self._address + path, json=body, timeout=_SECONDS)
        except httpx.HTTPError as error:
            raise TransientError(
                f"no Flink JobManager answers at {self._address} ({type(error).__name__}): check flink.rest and that "
                f"it runs"
            ) from error
        if answer.status_code == 404:
            raise TerminalError(f"Flink at {self._address} does not know {path}: the job may have ended long ago")
        if answer.status_code >= 400:
            raise TerminalError(f"Flink at {self._address} refuses {method} {path}: {answer.text[:300]}")
        try:
            return answer.json() if answer.content else {}
        except ValueError:
            raise TerminalError(
                f"{self._address} is no Flink REST address (it answers no JSON): check flink.rest"
            ) from None


def first_cause(trace: str) -> str:
    """The line of a Java or Python stack trace that people need: the innermost error, Python's before Java's."""
    lines = trace.splitlines()
    tracebacks = [at for at, line in enumerate(lines) if line.endswith("Traceback (most recent call last):")]
    if tracebacks:
        for line in lines[tracebacks[-1] + 1 :]:
            if line and not line[0].isspace():  # frames are indented, the error is not
                return line
    causes = [line.strip() for line in lines if line.strip().startswith("Caused by: ")]
    return causes[-1].removeprefix("Caused by: ") if causes else (lines[0].strip() if lines else "no reason given")
