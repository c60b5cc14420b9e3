"""Fixtures that several rooms of tests share; one broker and one Flink cluster a test process."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

from pipeline.logs import NOISY, OURS
from tests import light
from tests.services.clickhouse_server import server
from tests.services.flink_cluster import flink, flink_jars, flink_of_the_session
from tests.services.kafka_broker import broker, kafka_jars
from tests.services.required import forbid_skip

# No test is timed: a busy machine is no fault of the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

__all__ = ["broker", "flink", "flink_jars", "flink_of_the_session", "kafka_jars", "server"]


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """A test that sets up logging, as commands do, leaves none of it to the next one."""
    loggers = [logging.getLogger(name) for name in (None, *OURS, *NOISY)]
    before = [(logger.level, list(logger.handlers)) for logger in loggers]
    yield
    for logger, (level, handlers) in zip(loggers, before, strict=True):
        logger.setLevel(level)
        logger.handlers[:] = handlers


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where services are required, a test is only skipped for what a machine may lack for good."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        forbid_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A whole module, too."""
    report = yield
    if report.skipped:
        forbid_skip(report)
    return report


def pytest_sessionfinish() -> None:
    """Of a worker process, too."""
    light.clear()
