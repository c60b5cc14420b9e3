"""The Flink engine: the same graph, submitted to a cluster by way of Beam's job server, then watched over REST."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.portable_runner import PortableRunner

from configs.base import ConfigError
from configs.dumps import DumpsSource
from configs.secret import EnvironmentSecret
from configs.settings import JobSettings, KafkaSource
from pipeline import graph
from pipeline.engines import flink_options
from pipeline.engines.flink_rest import FlinkRest, Job, first_cause
from pipeline.engines.job_server import job_server
from pipeline.failures import HALT
from pipeline.sources.commit import Commit, by_partition
from pipeline.sources.shares import ReadShare
from pipeline.sources.splittable import Discover, Read
from schemas.errors import TerminalError, TransientError

log = logging.getLogger("echolot.flink")

START_SECONDS = 120.0  # workers that cannot start leave a job INITIALIZING for ever
WATCH_SECONDS = 1.0
AWAY_SECONDS = 300.0  # a JobManager that restarts takes seconds; one that is gone needs somebody


def assemble(settings: JobSettings, arguments: list[str]) -> beam.Pipeline:
    """The whole pipeline; `arguments` are Beam's options."""
    pipeline = beam.Pipeline(runner=PortableRunner(), options=PipelineOptions(arguments))
    if settings.source.kind == "dumps":
        replay(pipeline, settings)
    else:
        stream(pipeline, settings)
    return pipeline


def replay(pipeline: beam.Pipeline, settings: JobSettings) -> beam.PCollection:
    """The graph over dumps, which ends. The shares are dealt out one a subtask: batch Flink makes Reshuffle a round
    robin."""
    source = settings.source
    assert isinstance(source, DumpsSource)
    batches = (
        pipeline
        | "Shares" >> beam.Create(range(source.workers), reshuffle=False)
        | "Deal" >> beam.Reshuffle()
        | "Read" >> beam.ParDo(ReadShare(settings))
    )
    return graph.build(batches, settings, gather=settings.flink.gather)


def stream(pipeline: beam.Pipeline, settings: JobSettings) -> None:
    """The graph over topics, which does not."""
    source = settings.source
    assert isinstance(source, KafkaSource)
    batches = (
        pipeline
        | "Topics" >> beam.Create([topic.name.encode() for topic in source.topics], reshuffle=False)
        | "Discover" >> beam.ParDo(Discover(settings)).with_output_types(bytes)
        | "Read" >> beam.ParDo(Read(settings))
    )
    if settings.flink.spread:
        batches = batches | "Spread" >> beam.Reshuffle()
    written = graph.build(batches, settings, gather=settings.flink.gather)
    if settings.flink.spread:
        _ = written | "By partition" >> beam.FlatMap(by_partition) | "Commit" >> beam.ParDo(Commit(settings))


def submit(settings: JobSettings, *, replace: bool = False) -> Job:
    """Start the job; returns once Flink has it. A running job of the group is refused, or cancelled first (`replace`).

    Raises ConfigError, TransientError, TerminalError."""
    make_way(settings, replace=replace)
    flink, name = settings.flink, settings.job_name
    rest = FlinkRest(flink.rest)
    before = {job.id for job in rest.jobs(name)}
    ends = settings.source.kind == "dumps"
    with job_server(flink) as address:
        chosen = flink_options.flags(flink, name, ends=ends)
        flink_options.refuse_unknown(chosen, flink_options.known(address))
        arguments = [
            f"--job_endpoint={address}",
            *([] if ends else ["--streaming"]),
            f"--sdk_worker_parallelism={flink.worker_processes}",
            *flink_options.environment(flink),
            *_as_arguments(chosen),
        ]
        with _quiet():
            assemble(settings, arguments).run()
        return _appeared(rest, name, before)


def make_way(settings: JobSettings, *, replace: bool = False) -> None:
    """Refuse what cannot run on Flink, and a second job of the name, which `replace` cancels instead.

    Raises ConfigError, TransientError, TerminalError."""
    _refuse_what_cannot_travel(settings)
    rest, name = FlinkRest(settings.flink.rest), settings.job_name
    for running in (job for job in rest.jobs(name) if not job.over):
        if not replace:
            raise ConfigError(f"{name!r} runs as Flink job {running.id} ({running.state}) already; {_mend(settings)}")
        rest.cancel(running.id)
        log.info("job %s is %s, to be replaced", running.id, rest.wait_until_over(running.id).state)


def _mend(settings: JobSettings) -> str:
    if settings.source.kind == "dumps":
        return (
            f"wait for its end, end it by `echolot flink cancel --job {settings.job_name}`, or give another "
            f"--generation"
        )
    return "stop it by `echolot flink stop`, replace it with --replace, or give this job another source.group"


def watch(settings: JobSettings, job: Job, stop: threading.Event, *, tick: Callable[[], None] = lambda: None) -> bool:
    """Stay until the job ends or `stop` is set; then the job is cancelled. What was acknowledged is committed or read
    and written again, once. `tick` is called every WATCH_SECONDS.

    True where a replay has come to its end. Raises the error that halted the job."""
    rest = FlinkRest(settings.flink.rest)
    state, told, answered = "", 0, time.monotonic()
    starting = answered + START_SECONDS
    while not stop.wait(WATCH_SECONDS):
        try:
            job, failures = rest.job(job.id), rest.failures(job.id)
            answered = time.monotonic()
        except TransientError as error:
            if time.monotonic() - answered > AWAY_SECONDS:
                raise
            log.warning("%s", error)
            continue
        if job.state != state:
            log.info("job %s is %s", job.id, job.state)
            state = job.state
        for at, trace in reversed([f for f in failures if f[0] > told]):
            told = at
            log.warning("task failed and is started again: %s", first_cause(trace))
        _end_if_halted(rest, job, failures)
        if time.monotonic() > starting and not job.over and _still_starting(rest, job):
            starting = time.monotonic() + START_SECONDS
            log.warning(
                "tasks of job %s do not start: no Python worker comes up (see the worker pool's log), or fewer task "
                "slots are free than parallelism asks for",
                job.id,
            )
        if job.over and job.state == "FINISHED" and settings.source.kind == "dumps":
            return True
        if job.over:
            raise TerminalError(
                f"Flink job {job.id} ended as {job.state}; see `echolot flink status --job {job.name}` and Flink's log"
            )
        tick()
    rest.cancel(job.id)
    log.info("job %s is %s", job.id, rest.wait_until_over(job.id).state)
    return False


def _still_starting(rest: FlinkRest, job: Job) -> bool:
    """Flink calls a job RUNNING whose tasks wait for a worker; for ever, where the worker died as it started."""
    return any(vertex["status"] not in ("RUNNING", "FINISHED") for vertex in rest.details(job.id)["vertices"])


def _end_if_halted(rest: FlinkRest, job: Job, failures: list[tuple[int, str]]) -> None:
    halts = [trace for _, trace in failures if HALT in trace]
    if not halts:
        return
    if not job.over:
        with contextlib.suppress(TerminalError, TransientError):
            rest.cancel(job.id)
    raise TerminalError(first_cause(halts[-1]).partition(HALT)[2] or first_cause(halts[-1]))


def _appeared(rest: FlinkRest, name: str, before: set[str]) -> Job:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        new = [job for job in rest.jobs(name) if job.id not in before]
        if new:
            return new[0]
        time.sleep(0.2)
    raise TerminalError(f"the job server took the job, but Flink shows none named {name!r}; see the job server's log")


def _refuse_what_cannot_travel(settings: JobSettings) -> None:
    if settings.source.kind == "files":
        raise ConfigError("source.kind: the flink engine reads Kafka; use `--engine local` for followed files")
    secrets = {
        "source.password": getattr(settings.source, "password", None),
        "privacy.pseudonym_key": settings.privacy.pseudonym_key,
        "store.password": getattr(settings.store, "password", None),
    }
    for key, secret in secrets.items():
        if secret is not None and secret.get_secret_value() and not isinstance(secret, EnvironmentSecret):
            raise ConfigError(
                f"{key}: a literal secret would stand in Flink's job graph; write ${{NAME}} and set the environment "
                f"variable for launcher and workers"
            )


def _as_arguments(chosen: dict[str, str]) -> list[str]:
    """Booleans are switches without a value for Beam's parser."""
    return [f"--{name}" if value == "true" else f"--{name}={value}" for name, value in chosen.items()]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Beam warns about every flag that only the job server knows; we have asked the job server."""
    beam_log = logging.getLogger("apache_beam")
    level = beam_log.level
    beam_log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        beam_log.setLevel(level)
