"""Fixtures that several rooms of tests share; one broker and one Flink cluster a test process."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from pipeline.logs import NOISY, OURS
from tests import light
from tests.services.flink_cluster import flink, flink_jars, flink_of_the_session
from tests.services.kafka_broker import broker, kafka_jars

# No test is timed: a busy machine is no fault of the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

__all__ = ["broker", "flink", "flink_jars", "flink_of_the_session", "kafka_jars"]


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """A test that sets up logging, as commands do, leaves none of it to the next one."""
    loggers = [logging.getLogger(name) for name in (None, *OURS, *NOISY)]
    before = [(logger.level, list(logger.handlers)) for logger in loggers]
    yield
    for logger, (level, handlers) in zip(loggers, before, strict=True):
        logger.setLevel(level)
        logger.handlers[:] = handlers


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first; then the longest, told by their timeouts, so that none is left to one process at the end."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> float:
    if not any(item.get_closest_marker(name) for name in ("kafka", "clickhouse", "flink", "slow")):
        return -math.inf
    timeout = item.get_closest_marker("timeout")
    return -timeout.args[0] if timeout else 0.0


def pytest_sessionfinish() -> None:
    """Of a worker process, too."""
    light.clear()
