"""Settings to the flags of Beam's Flink job server, checked against the flags that it knows.

The job server drops what it does not know with a line in its log, so a misspelt flag would silently have no effect."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

import grpc
from apache_beam.portability.api import beam_job_api_pb2, beam_job_api_pb2_grpc

from configs.base import ConfigError
from configs.flink import ExternalWorkers, FlinkSettings
from schemas.errors import TransientError

_SECONDS = 10


def flags(settings: FlinkSettings, job_name: str, *, ends: bool = False) -> dict[str, str]:
    """Flags of the job server by name, for a job that `ends` by itself or goes on. Times are milliseconds there."""
    chosen = {
        "job_name": job_name,
        "parallelism": str(settings.parallelism),
        "max_parallelism": str(settings.max_parallelism),
    }
    if not ends:
        chosen |= _of_a_stream(settings)
    return chosen | dict(settings.options)


def _of_a_stream(settings: FlinkSettings) -> dict[str, str]:
    chosen = {
        "checkpointing_interval": _millis(settings.checkpoint),
        "checkpoint_timeout_millis": _millis(settings.checkpoint_timeout),
        "min_pause_between_checkpoints": _millis(settings.checkpoint / 4),
        "externalized_checkpoints_enabled": "true",
        "retain_externalized_checkpoints_on_cancellation": "true",
        "max_bundle_time_mills": _millis(settings.bundle_time),  # the server spells it so
        # Else what a checkpoint's own end of a bundle puts out waits for the next bundle, and the stage that names our
        # topics has no next one: now and then a job would start and never read (beam pull request 12345 mends half).
        "finish_bundle_before_checkpointing": "true",
    }
    if settings.savepoint:
        chosen["savepoint_path"] = settings.savepoint
    return chosen


def environment(settings: FlinkSettings) -> list[str]:
    """Arguments that say where Python workers come from."""
    workers = settings.workers
    if isinstance(workers, ExternalWorkers):
        return ["--environment_type=EXTERNAL", f"--environment_config={workers.pool}"]
    return ["--environment_type=PROCESS", f"--environment_options=process_command={workers.command}"]


def known(job_server: str) -> set[str]:
    """Names of the flags that the job server at host:port knows. Raises TransientError where none answers."""
    channel = grpc.insecure_channel(job_server)
    try:
        stub = beam_job_api_pb2_grpc.JobServiceStub(channel)
        answer = stub.DescribePipelineOptions(
            beam_job_api_pb2.DescribePipelineOptionsRequest(), timeout=_SECONDS, wait_for_ready=True
        )
    except grpc.RpcError as error:
        raise TransientError(
            f"no Beam job server answers at {job_server} ({error.code().name}): check flink.job_server and that it runs"
        ) from error
    finally:
        channel.close()
    return {option.name for option in answer.options}


def refuse_unknown(chosen: Mapping[str, str], known_names: set[str]) -> None:
    """Raises ConfigError for the first flag that the job server would drop."""
    for name in chosen:
        if name not in known_names:
            near = difflib.get_close_matches(name, sorted(known_names), n=1)
            mend = f"did you mean {near[0]!r}?" if near else "remove it"
            raise ConfigError(f"flink.options: this job server does not know {name!r}; {mend}")


def _millis(time: object) -> str:
    return str(round(time.total_seconds() * 1000))  # type: ignore[attr-defined]
