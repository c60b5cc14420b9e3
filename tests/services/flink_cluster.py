"""A real Flink cluster for tests, and a small endless job for it; tests/conftest.py makes the fixtures known to all.

Without Java or the jars such tests are skipped, saying how to get them; with ECHOLOT_REQUIRE_SERVICES=1 they fail."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import apache_beam as beam
import pytest
from apache_beam.io.restriction_trackers import OffsetRange, OffsetRestrictionTracker
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.transforms.core import RestrictionProvider
from apache_beam.utils.timestamp import Duration

from deploy.flink.cluster import Cluster, default_jars, why_not
from deploy.flink.rest import ask
from tests.services.required import need

T = TypeVar("T")
_END = 2**63 - 1
_ENDED = ("FINISHED", "CANCELED", "FAILED")


@pytest.fixture(scope="session")
def flink_jars() -> Path:
    """The folder of the jars."""
    need(why_not())
    return default_jars()


@pytest.fixture(scope="session")
def flink_of_the_session(flink_jars: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One running cluster for all tests of a session."""
    worker = [sys.executable, "-m", "pipeline.worker"]
    with Cluster(tmp_path_factory.mktemp("flink"), jars=flink_jars, worker=worker) as running:
        yield running


@pytest.fixture
def flink(flink_of_the_session: Cluster) -> Iterator[Cluster]:
    """The session's cluster, whole and idle again after each test, else one that fails would take the next along."""
    cluster = flink_of_the_session
    yield cluster
    for part in cluster.parts:
        if not part.running:
            part.start()
    cluster.wait_for_slots()
    for job in rest(cluster, "/jobs/overview")["jobs"]:
        if job["state"] not in _ENDED:
            cancel(cluster, job["jid"])


class _Endless(OffsetRestrictionTracker):
    def is_bounded(self) -> bool:
        return False


class _FromZero(RestrictionProvider):  # type: ignore[misc]
    def initial_restriction(self, element: str) -> OffsetRange:
        return OffsetRange(0, _END)

    def create_tracker(self, restriction: OffsetRange) -> _Endless:
        return _Endless(restriction)

    def restriction_size(self, element: str, restriction: OffsetRange) -> int:
        return 1


class Count(beam.DoFn):  # type: ignore[misc]
    """Counts up for ever, some numbers a bundle; where it stands is in Flink's state only."""

    @beam.DoFn.unbounded_per_element()  # type: ignore[untyped-decorator]
    def process(
        self,
        element: str,
        tracker: Any = beam.DoFn.RestrictionParam(_FromZero()),  # noqa: B008 (Beam's way of asking for it)
    ) -> Iterator[tuple[str, int]]:
        start = tracker.current_restriction().start
        for number in range(start, start + 10):
            if not tracker.try_claim(number):
                return
            yield element, number
        tracker.defer_remainder(Duration(micros=20_000))


class Append(beam.DoFn):  # type: ignore[misc]
    """Appends a line `name number pid` for each number: what was seen, in which order, and by which worker."""

    def __init__(self, path: str) -> None:
        self._path = path

    def process(self, element: tuple[str, int]) -> None:
        with open(self._path, "a", encoding="ascii") as file:  # noqa: PTH123
            file.write(f"{element[0]} {element[1]} {os.getpid()}\n")


def submit(cluster: Cluster, name: str, path: Path, *options: str, timeout_s: float = 120) -> str:
    """Start the endless job that writes to `path`; gives back Flink's id of it once it runs."""
    arguments = [
        "--runner=PortableRunner",
        f"--job_endpoint={cluster.job_server}",
        "--environment_type=EXTERNAL",
        f"--environment_config={cluster.worker_pool}",
        "--streaming",
        "--checkpointing_interval=500",
        "--max_bundle_time_mills=100",
        "--finish_bundle_before_checkpointing",  # else its only element may wait for ever: see flink_options
        "--parallelism=1",
        "--sdk_location=container",  # the workers have our SDK already: stage nothing
        f"--job_name={name}",
        *options,
    ]
    pipeline = beam.Pipeline(options=PipelineOptions(arguments))
    _ = pipeline | beam.Create(["numbers"]) | beam.ParDo(Count()) | beam.ParDo(Append(str(path)))
    pipeline.run()
    return until(lambda: running_job(cluster, name), timeout_s)


def running_job(cluster: Cluster, name: str) -> str | None:
    """Flink's id of the job whose name begins with `name`, once all its tasks run."""
    for job in rest(cluster, "/jobs/overview")["jobs"]:
        if job["name"].startswith(name) and job["state"] == "RUNNING":
            return str(job["jid"]) if job["tasks"]["running"] == job["tasks"]["total"] else None
    return None


def cancel(cluster: Cluster, job: str) -> None:
    """Cancel a job and wait until it is gone."""
    rest(cluster, f"/jobs/{job}?mode=cancel", "PATCH")
    until(lambda: rest(cluster, f"/jobs/{job}")["state"] == "CANCELED", 30)


def rest(cluster: Cluster, path: str, method: str = "GET") -> Any:
    """Ask Flink's REST interface."""
    return ask(cluster.rest, path, method)


def until(question: Callable[[], T | None], timeout_s: float) -> T:
    """Ask until the answer is neither None nor false; gives it back. Raises TimeoutError."""
    deadline = time.monotonic() + timeout_s
    while not (answer := question()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {timeout_s} s")
        time.sleep(0.1)
    return answer
