"""In a worker: has this job been halted before? Then nothing is read, and the job is cancelled.

Flink starts a failed task again whatever it failed of. The first worker that starts after a Halt finds it in the job's
history; so the job ends even where no launcher watches it."""

from __future__ import annotations

import logging

from configs.settings import JobSettings
from pipeline.engines.flink_rest import FlinkRest, first_cause
from pipeline.failures import HALT, Halt
from schemas.errors import TerminalError, TransientError

log = logging.getLogger("echolot.flink")


def refuse_if_halted(settings: JobSettings) -> None:
    """Raises Halt where this job has failed of one before, after asking Flink to cancel it.

    A JobManager that does not answer is no reason to stand still."""
    rest = FlinkRest(settings.flink.rest)
    try:
        for job in rest.jobs(settings.job_name):
            if job.over:
                continue
            halts = [trace for _, trace in rest.failures(job.id) if HALT in trace]
            if halts:
                rest.cancel(job.id)
                raise Halt(HALT + first_cause(halts[-1]).partition(HALT)[2])
    except Halt:
        raise
    except (TransientError, TerminalError) as error:
        log.warning("cannot ask whether this job was halted: %s", error)
