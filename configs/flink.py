"""Where and how the job runs on Flink: the part `flink` of `echolot.yaml`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from configs.base import RelativePath, Settings

Address = Annotated[str, Field(pattern=r"^[^\s:/]+:\d{1,5}$")]
Milliseconds = Annotated[timedelta, Field(ge=timedelta(milliseconds=10), le=timedelta(minutes=10))]


class ExternalWorkers(Settings):
    """Python workers from a pool that runs beside every TaskManager, for instance as a side-car container."""

    kind: Literal["external"] = "external"
    """Says that a pool starts the workers."""
    pool: Address = "127.0.0.1:50000"
    """The pool's host:port as a TaskManager sees it."""


class ProcessWorkers(Settings):
    """Python workers that the TaskManager starts itself."""

    kind: Literal["process"] = "process"
    """Says that the TaskManager starts the workers."""
    command: str = "echolot-worker"
    """Command on the TaskManager's machine that starts one worker; with its path where PATH lacks it."""


class FlinkSettings(Settings):
    """The Flink cluster, and how the job uses it."""

    rest: Annotated[str, Field(pattern=r"^https?://\S+$")] = "http://127.0.0.1:8081"
    """The JobManager's REST address, as launcher and workers see it."""
    job_server: Address = "127.0.0.1:8099"
    """Beam's job server for this Flink version."""
    job_server_jars: RelativePath | None = None
    """The job server's jar, or a folder of jars: then one is started for the submission, in place of `job_server`."""
    parallelism: Annotated[int, Field(ge=1, le=1024)] = 2
    """How many partitions are worked at a time; more than the topics have partitions is no use."""
    max_parallelism: Annotated[int, Field(ge=1, le=32768)] = 32
    """Flink's number of key groups: the most that `parallelism` may become later. Each costs memory."""
    worker_processes: Annotated[int, Field(ge=1, le=64)] = 1
    """Python processes for each TaskManager; one keeps one core busy. Flink deals the job's parts out to them in the
    order in which these open, so of two slots both may judge in one of two processes, anew at each start. For certain:
    TaskManagers of one slot and one process."""
    workers: Annotated[ExternalWorkers | ProcessWorkers, Field(discriminator="kind")] = ExternalWorkers()
    """Where the Python workers come from."""
    checkpoint: Milliseconds = timedelta(seconds=2)
    """Time between checkpoints; so much work is done again after a crash."""
    checkpoint_timeout: Milliseconds = timedelta(minutes=10)
    """A checkpoint that takes longer fails; a store that is down holds it up."""
    bundle_time: Milliseconds = timedelta(milliseconds=5)
    """How long Flink waits for more partitions before it lets Python read; added to every turn of a reader."""
    gather: Annotated[int, Field(ge=1, le=100_000)] = 4000
    """Most records judged and inserted as one."""
    spread: bool = False
    """Spread records over all workers before judging: for slow models on topics of few partitions."""
    savepoint: str | None = None
    """Savepoint or retained checkpoint of the same graph to start from; unset: the group's committed offsets."""
    options: dict[str, str] = Field(default_factory=dict)
    """Further options of the job server by name; one that it does not know is refused."""

    @model_validator(mode="after")
    def _enough_key_groups(self) -> Self:
        if self.parallelism > self.max_parallelism:
            raise ValueError("parallelism is above max_parallelism; raise max_parallelism")
        return self
