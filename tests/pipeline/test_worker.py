"""What the worker sets in Beam before it serves."""

from __future__ import annotations

import time

import pytest
from apache_beam.runners.worker import statesampler
from apache_beam.utils.counters import CounterFactory

from pipeline import worker


@pytest.fixture(autouse=True)
def as_before():
    before = statesampler.StateSampler.__init__.__defaults__
    yield
    statesampler.StateSampler.__init__.__defaults__ = before


def test_a_bundle_does_not_wait_for_beams_sampler():
    worker.end_bundles_at_once()
    sampler = statesampler.StateSampler("a stage", CounterFactory())  # as Beam makes it, with no say in how often
    sampler.start()
    time.sleep(0.05)
    sampler.stop()
    assert sampler.sampling_period_ms == 5, "Beam takes the period from somewhere else now"
