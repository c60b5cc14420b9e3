"""Secrets travel as the names of their environment variables."""

from __future__ import annotations

import pickle

import cloudpickle
import pytest

from configs.base import ConfigError
from configs.loading import load
from configs.secret import EnvironmentSecret
from configs.settings import JobSettings

YAML = """
source: {kind: kafka, topics: [{name: t}], security: SASL_SSL, username: u, password: "${KAFKA_PW}"}
store: {kind: clickhouse, password: "${CLICKHOUSE_PW}"}
privacy: {pseudonym_key: "${KEY}"}
"""
VALUES = {"KAFKA_PW": "canary-kafka", "CLICKHOUSE_PW": "canary-clickhouse", "KEY": "canary-key"}


@pytest.fixture
def settings(tmp_path):
    path = tmp_path / "echolot.yaml"
    path.write_text(YAML)
    return load(path, JobSettings, environment=VALUES)


@pytest.mark.parametrize("dumps", [pickle.dumps, cloudpickle.dumps])
def test_pickled_settings_hold_no_secret(settings, dumps):
    """What Flink keeps in its job graph and in savepoints."""
    assert b"canary" not in dumps(settings) and b"KAFKA_PW" in dumps(settings)


def test_another_process_reads_its_own_environment(settings, monkeypatch):
    for name, value in VALUES.items():
        monkeypatch.setenv(name, value + "-of-the-worker")
    there = pickle.loads(pickle.dumps(settings))
    assert there.source.password.get_secret_value() == "canary-kafka-of-the-worker"
    assert isinstance(there.store.password, EnvironmentSecret)
    assert repr(there) == repr(settings)


def test_a_worker_without_the_variable_says_which(settings, monkeypatch):
    for name in VALUES:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigError, match=r"KAFKA_PW is not set in this process; give workers the same secrets"):
        pickle.loads(pickle.dumps(settings))


def test_part_of_a_value_is_filled_too_but_then_it_is_plain(tmp_path):
    path = tmp_path / "echolot.yaml"
    path.write_text('source: {kind: files, path: in}\nprivacy: {pseudonym_key: "a-${KEY}"}\n')
    key = load(path, JobSettings, environment={"KEY": "x"}).privacy.pseudonym_key
    assert key.get_secret_value() == "a-x" and not isinstance(key, EnvironmentSecret)
