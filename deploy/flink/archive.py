"""Makes class data archives of the cluster's JVMs (JEP 350), so that they start in about half the time.

    python -m deploy.flink.archive      once a machine: 40 s, 210 MB beside the jars; does nothing when they are there

Runs a cluster with a small job, whose JVMs write down the classes they had loaded when they end. Not having archives
costs time only: Java checks that they fit its version and the jars, and goes without where they do not."""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.transforms.periodicsequence import PeriodicImpulse

from deploy.flink.cluster import Cluster, default_jars, why_not
from deploy.flink.parts import archives
from deploy.flink.rest import ask
from deploy.ports import ServiceError

_PATIENCE_S = 120
_MADE_FOR = "made-for"


def main() -> int:
    """Make the archives where they lack or were made for another Java. Exit codes: 0 they are there, 1 they are not."""
    logging.getLogger("apache_beam.options.pipeline_options").setLevel(logging.ERROR)  # "Unparseable argument"
    missing = why_not()
    if missing:
        print(f"archive: {missing}", file=sys.stderr)
        return 1
    folder, wanted = archives(default_jars()), _java_and_jars()
    marker = folder / _MADE_FOR
    if marker.exists() and marker.read_text(encoding="utf-8") == wanted:
        return 0
    print("making class data archives for Flink, once (a minute) ...", flush=True)
    try:
        with tempfile.TemporaryDirectory(prefix="archives-", dir=folder.parent) as work:
            _record(Path(work))
            folder.mkdir(exist_ok=True)
            for archive in Path(work).glob("*.jsa"):
                archive.replace(folder / archive.name)  # at once: another process may be reading the old one
    except (ServiceError, TimeoutError, OSError) as error:
        print(f"archive: not made, JVMs start as slowly as before: {error}", file=sys.stderr)
        return 1
    marker.write_text(wanted, encoding="utf-8")
    return 0


def _java_and_jars() -> str:
    version = subprocess.run(["java", "-version"], capture_output=True, text=True, timeout=30, check=True).stderr
    return version + (default_jars() / ".complete").read_text(encoding="utf-8")


def _record(folder: Path) -> None:
    """Run a cluster and a job that checkpoints in `folder`; the archives lie there when it has ended."""
    cluster = Cluster(folder, write_archives=True)
    try:
        cluster.start(_PATIENCE_S)
        _run_a_job(cluster)
    finally:
        cluster.stop(_PATIENCE_S)  # the archives are written now


def _run_a_job(cluster: Cluster) -> None:
    arguments = [
        "--runner=PortableRunner",
        f"--job_endpoint={cluster.job_server}",
        "--environment_type=EXTERNAL",
        f"--environment_config={cluster.worker_pool}",
        "--sdk_location=container",
        "--streaming",
        "--checkpointing_interval=500",
        "--parallelism=1",
    ]
    pipeline = beam.Pipeline(options=PipelineOptions(arguments))
    _ = pipeline | PeriodicImpulse(fire_interval=0.1) | beam.Map(str)
    pipeline.run()
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        jobs = ask(cluster.rest, "/jobs")["jobs"]
        if any(cluster.latest_checkpoint(job["id"]) for job in jobs):
            break
        if time.monotonic() > deadline:
            raise TimeoutError(f"the job made no checkpoint within {_PATIENCE_S} s; {cluster.server.last_words()}")
        time.sleep(0.2)
    for job in jobs:
        ask(cluster.rest, f"/jobs/{job['id']}?mode=cancel", "PATCH")
    time.sleep(1)  # a job that is cancelled loads classes too


if __name__ == "__main__":
    sys.exit(main())
