"""`echolot flink status | stop | cancel`: look after the job on its cluster."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from pipeline.commands import shared
from pipeline.engines.flink_rest import FlinkRest, Job, first_cause
from schemas.errors import TerminalError

Drain = Annotated[
    bool, typer.Option("--drain", help="First wait until all that the topics hold now is written and committed.")
]
Named = Annotated[
    str | None, typer.Option("--job", metavar="NAME", help="Another job, as a replay's: echolot-replay-GENERATION.")
]
Folder = Annotated[str | None, typer.Option("--savepoints", help="Folder for the savepoint; the cluster's, if unset.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(
        help="Look after the job on its Flink cluster.", no_args_is_help=True, rich_markup_mode="markdown"
    )
    group.command("status", epilog="Example: `echolot flink status --config echolot.yaml`")(status)
    group.command("stop", epilog="Example: `echolot flink stop --config echolot.yaml`")(stop)
    group.command("cancel", epilog="Example: `echolot flink cancel --config echolot.yaml`")(cancel)
    app.add_typer(group, name="flink")


def status(config: shared.Config = shared.DEFAULT, name: Named = None, as_json: shared.AsJson = False) -> None:
    """The jobs of this configuration's group that the cluster remembers, the newest first."""
    settings = shared.settings(config)
    rest, name = FlinkRest(settings.flink.rest), name or settings.job_name
    rows = [_row(rest, job) for job in rest.jobs(name)]
    if not rows and not as_json:
        print(f"Flink at {settings.flink.rest} has no job named {name!r}; start one with `echolot stream`")
        return
    names = (
        "job",
        "state",
        "since",
        "checkpoints",
        "failed_checkpoints",
        "last_checkpoint",
        "restarts",
        "last_failure",
    )
    shared.show("", names, rows, as_json=as_json)


def stop(config: shared.Config = shared.DEFAULT, drain: Drain = False, savepoints: Folder = None) -> None:
    """Stop the job with a savepoint, and print the savepoint's path."""
    rest, job = _running(config)
    if drain:
        from pipeline.sources.draining import wait_until_drained  # loads kafka-python, which --help must not wait for

        source = shared.settings(config).source
        assert source.kind == "kafka"  # else nothing would run on Flink
        print(f"drained: {wait_until_drained(source)} offsets were left to do")
    path = rest.stop(job.id, folder=savepoints)
    ended = rest.wait_until_over(job.id)
    print(f"job {job.id} is {ended.state}; savepoint {path}")
    print(f"go on with: echolot stream --config {config} --engine flink --savepoint {path}")


def cancel(config: shared.Config = shared.DEFAULT, name: Named = None) -> None:
    """End the job at once. Nothing is lost: the next start goes on from the group's committed offsets, a replay by
    `--resume`."""
    rest, job = _running(config, name)
    rest.cancel(job.id)
    print(f"job {job.id} is {rest.wait_until_over(job.id).state}")


def _running(config: shared.Config, name: str | None = None) -> tuple[FlinkRest, Job]:
    settings = shared.settings(config)
    rest, name = FlinkRest(settings.flink.rest), name or settings.job_name
    running = [job for job in rest.jobs(name) if not job.over]
    if not running:
        raise TerminalError(f"no job named {name!r} runs on {settings.flink.rest}; see `echolot flink status`")
    return rest, running[0]


def _row(rest: FlinkRest, job: Job) -> tuple[object, ...]:
    checkpoints, failures = rest.checkpoints(job.id), rest.failures(job.id)
    latest = (checkpoints.get("latest") or {}).get("completed") or {}
    counts = checkpoints.get("counts", {})
    return (
        job.id,
        job.state,
        datetime.fromtimestamp(job.started / 1000, UTC).isoformat(timespec="seconds"),
        counts.get("completed", 0),
        counts.get("failed", 0),
        latest.get("external_path", ""),
        counts.get("restored", 0),
        first_cause(failures[0][1]) if failures else "",
    )
