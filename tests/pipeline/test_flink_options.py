"""Flags for the job server: what it does not know is refused, by a real gRPC answer."""

from __future__ import annotations

from concurrent import futures
from datetime import timedelta

import grpc
import pytest
from apache_beam.portability.api import beam_job_api_pb2, beam_job_api_pb2_grpc

from configs.base import ConfigError
from configs.flink import FlinkSettings, ProcessWorkers
from pipeline.engines import flink_options
from pipeline.engines.flink_rest import first_cause
from schemas.errors import TransientError

KNOWN = {
    "job_name", "parallelism", "max_parallelism", "checkpointing_interval", "checkpoint_timeout_millis",
    "min_pause_between_checkpoints", "externalized_checkpoints_enabled", "savepoint_path", "max_bundle_time_mills",
    "retain_externalized_checkpoints_on_cancellation", "object_reuse",
    "finish_bundle_before_checkpointing",
}  # fmt: skip


class JobServer(beam_job_api_pb2_grpc.JobServiceServicer):
    def DescribePipelineOptions(self, request, context):
        options = [beam_job_api_pb2.PipelineOptionDescriptor(name=name) for name in sorted(KNOWN)]
        return beam_job_api_pb2.DescribePipelineOptionsResponse(options=options)


@pytest.fixture
def job_server():
    server = grpc.server(futures.ThreadPoolExecutor(1))
    beam_job_api_pb2_grpc.add_JobServiceServicer_to_server(JobServer(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None)


def test_times_are_milliseconds_under_the_servers_own_spelling(job_server):
    settings = FlinkSettings(
        checkpoint=timedelta(seconds=1.5), bundle_time=timedelta(milliseconds=120), savepoint="/s/1"
    )
    chosen = flink_options.flags(settings, "echolot-care")
    assert chosen["checkpointing_interval"] == "1500" and chosen["max_bundle_time_mills"] == "120"
    assert chosen["job_name"] == "echolot-care" and chosen["savepoint_path"] == "/s/1"
    flink_options.refuse_unknown(chosen, flink_options.known(job_server))


def test_a_job_that_ends_makes_no_checkpoints_and_starts_from_none():
    settings = FlinkSettings(parallelism=3, savepoint="/s/1", options={"object_reuse": "true"})
    chosen = flink_options.flags(settings, "echolot-replay-live", ends=True)
    assert chosen == {
        "job_name": "echolot-replay-live", "parallelism": "3", "max_parallelism": "32", "object_reuse": "true",
    }  # fmt: skip


def test_a_misspelt_option_is_refused_with_its_neighbour(job_server):
    chosen = flink_options.flags(FlinkSettings(options={"max_bundle_time_millis": "50"}), "j")
    with pytest.raises(
        ConfigError, match=r"does not know 'max_bundle_time_millis'; did you mean 'max_bundle_time_mills'"
    ):
        flink_options.refuse_unknown(chosen, flink_options.known(job_server))


def test_no_job_server_is_said(monkeypatch):
    monkeypatch.setattr(flink_options, "_SECONDS", 0.3)
    with pytest.raises(TransientError, match=r"no Beam job server answers at 127.0.0.1:1 .*check flink.job_server"):
        flink_options.known("127.0.0.1:1")


def test_workers_come_from_a_pool_or_from_the_taskmanager():
    assert flink_options.environment(FlinkSettings())[0] == "--environment_type=EXTERNAL"
    process = FlinkSettings(workers=ProcessWorkers(command="/opt/echolot-worker"))
    assert flink_options.environment(process) == [
        "--environment_type=PROCESS",
        "--environment_options=process_command=/opt/echolot-worker",
    ]


@pytest.mark.parametrize(
    ("trace", "line"),
    [
        (
            "java.lang.RuntimeException: Error received from SDK harness for instruction 3: "
            "Traceback (most recent call last):\n"
            '  File "x.py", line 1, in f\n    raise TerminalError("x")\nschemas.errors.TerminalError: disk full\n\n'
            "The above exception was the direct cause of the following exception:\n\n"
            "Traceback (most recent call last):\n"
            '  File "y.py", line 2, in g\n    lambda: self.worker().do(request), request)\n    ^^^^^\n'
            "pipeline.failures.Halt: echolot halt: disk full [while running 'Write']\n\n\tat java.base/x.y(Z.java:1)\n"
            "Caused by: java.lang.RuntimeException: other",
            "pipeline.failures.Halt: echolot halt: disk full [while running 'Write']",
        ),
        ("org.x.A: a\n\tat b(C.java)\nCaused by: org.x.B: the reason\n\tat d(E.java)", "org.x.B: the reason"),
        ("org.x.A: alone", "org.x.A: alone"),
        ("", "no reason given"),
    ],
    ids=["python", "caused by", "one line", "empty"],
)
def test_of_a_stack_trace_people_see_the_line_that_matters(trace, line):
    assert first_cause(trace) == line
