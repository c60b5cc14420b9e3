"""A job server of our own: asked only once it listens, and heard where it ends before. A script stands in for Java."""

from __future__ import annotations

import socket
import sys

import pytest

from configs.flink import FlinkSettings
from pipeline.engines.job_server import job_server
from schemas.errors import TransientError

SLOW = """
import socket, sys, time
(port,) = [int(word.partition("=")[2]) for word in sys.argv if word.startswith("--job-port=")]
time.sleep(1)
with socket.create_server(("127.0.0.1", port)) as listener:
    while True:
        listener.accept()
"""


@pytest.fixture
def java(tmp_path, monkeypatch):
    """Makes the `java` that is found on the PATH."""

    def make(program):
        script = tmp_path / "java"
        script.write_text(f"#!{sys.executable}\n{program}")
        script.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        return FlinkSettings(job_server_jars=tmp_path)

    return make


def test_it_is_asked_once_it_listens(java):
    with job_server(java(SLOW)) as address:
        host, port = address.split(":")
        socket.create_connection((host, int(port)), timeout=5).close()
    with pytest.raises(OSError):
        socket.create_connection((host, int(port)), timeout=5)


def test_what_it_said_at_its_end_is_told(java):
    settings = java("import sys; sys.exit('Could not find or load main class')")
    said = "job_server_jars ended while it started: Could not find or load"
    with pytest.raises(TransientError, match=said), job_server(settings):
        pass
