"""Jobs on the session's cluster."""

from __future__ import annotations

import pytest

from tests.flink.test_engine import source
from tests.jobs import FlinkJob


@pytest.fixture
def make(broker, flink, tmp_path):
    """Makes jobs on the cluster, and leaves none there."""
    jobs = []

    def new(topic, folder="job", **settings):
        (tmp_path / folder).mkdir()
        jobs.append(
            FlinkJob(tmp_path / folder, settings.pop("source", None) or source(broker, topic), flink, **settings)
        )
        return jobs[-1]

    yield new
    for job in jobs:
        job.end()
