"""A real embedded store with tables and a generation, and the shipped judge, for the jobs of these tests."""

from __future__ import annotations

import pytest

from configs.settings import ChdbStoreSettings, JobSettings, KafkaSource, Topic
from pipeline import generations, resources
from pipeline.stores import open_store


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    store = open_store(ChdbStoreSettings(path=tmp_path_factory.mktemp("store")))
    store.migrate()
    generations.enter(store, "live", "test", "test")
    yield store
    store.close()


@pytest.fixture(scope="module")
def judge():
    return resources.make_judge(JobSettings(source=KafkaSource(topics=(Topic(name="t"),))))
