"""The pool of Python workers: one that was killed is started again, unless Flink stopped it."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

import pytest
from apache_beam.portability.api import beam_fn_api_pb2 as api

from deploy.ports import free_ports
from pipeline import pool


@pytest.fixture
def asked():
    """Makes requests of a TaskManager that lives."""
    with socket.socket() as control:
        control.bind(("127.0.0.1", 0))
        control.listen()
        url = f"127.0.0.1:{control.getsockname()[1]}"
        yield lambda number: api.StartWorkerRequest(worker_id=number, control_endpoint={"url": url})


@pytest.fixture
def workers(tmp_path, monkeypatch):
    """A pool whose workers write down their pid and wait, and a function that gives the pids so far."""
    monkeypatch.setattr(pool, "GRACE_SECONDS", 0.3)
    script, told = tmp_path / "worker", tmp_path / "pids"
    script.write_text(f'#!/bin/sh\necho $$ >> {told}\ntest "$1" = --id=ends && exit 1\nexec sleep 60\n')
    script.chmod(0o755)
    made = pool.Pool(use_process=True, container_executable=str(script))

    def pids(count, timeout=10):
        deadline = time.monotonic() + timeout
        while not told.exists() or len(told.read_text().split()) < count:
            if time.monotonic() > deadline:
                break
            time.sleep(0.02)
        return [int(pid) for pid in told.read_text().split()]

    yield made, pids
    for process in list(made._worker_processes.values()):
        process.terminate()


def test_a_killed_worker_is_started_again_as_often_as_it_takes(workers, asked):
    made, pids = workers
    made.StartWorker(asked("1-1"), None)
    for count in (1, 2):
        os.kill(pids(count)[-1], signal.SIGKILL)
    assert len(set(pids(3))) == 3


@pytest.mark.parametrize("url", ["127.0.0.1:{port}", "[::1]:{port}", "nowhere"])
def test_a_killed_worker_whose_taskmanager_died_too_stays_dead(workers, url):
    made, pids = workers
    (port,) = free_ports(1)
    request = api.StartWorkerRequest(worker_id="1-1", control_endpoint={"url": url.format(port=port)})
    made.StartWorker(request, None)
    os.kill(pids(1)[0], signal.SIGKILL)
    time.sleep(1)
    assert len(pids(1)) == 1


def test_an_address_of_either_kind_is_asked(monkeypatch):
    asked = []
    monkeypatch.setattr(pool.socket, "create_connection", lambda where, _: asked.append(where) or socket.socket())
    assert pool._answers("[::1]:80") and pool._answers("localhost:81")
    assert asked == [("::1", 80), ("localhost", 81)]


def test_a_worker_that_flink_stopped_stays_stopped_also_when_it_was_killed_first(workers, asked):
    made, pids = workers
    made.StartWorker(asked("1-1"), None)
    os.kill(pids(1)[0], signal.SIGKILL)
    made.StopWorker(api.StopWorkerRequest(worker_id="1-1"), None)
    made.StartWorker(asked("2-1"), None)
    pids(2)
    made.StopWorker(api.StopWorkerRequest(worker_id="2-1"), None)
    time.sleep(1)
    assert len(pids(2)) == 2


def test_a_worker_that_ends_by_itself_is_not_started_again(workers, asked):
    made, pids = workers
    made.StartWorker(asked("ends"), None)
    pids(1)
    time.sleep(1)
    assert len(pids(1)) == 1


def test_a_stop_ends_no_worker_that_shares_its_number_with_another(workers, asked):
    """Two TaskManagers: the first stops its worker 1-1, which then ends; the second's lives until it is alone."""
    made, pids = workers
    for _ in range(2):
        made.StartWorker(asked("1-1"), None)
    first, second = pids(2)
    made.StopWorker(api.StopWorkerRequest(worker_id="1-1"), None)
    time.sleep(0.5)
    assert is_alive(first) and is_alive(second)
    os.kill(first, signal.SIGTERM)
    time.sleep(1)
    assert len(pids(2)) == 2, "not started again: it was stopped"
    made.StopWorker(api.StopWorkerRequest(worker_id="1-1"), None)
    assert not is_alive(second)


def test_a_stop_that_comes_after_the_worker_ended_is_not_meant_for_its_namesake(workers, asked):
    made, pids = workers
    for _ in range(2):
        made.StartWorker(asked("1-1"), None)
    first, second = pids(2)
    os.kill(first, signal.SIGKILL)
    made.StopWorker(api.StopWorkerRequest(worker_id="1-1"), None)
    time.sleep(1)
    assert is_alive(second) and len(pids(2)) == 2


def test_what_was_stopped_before_a_worker_started_does_not_count(workers, asked):
    made, pids = workers
    made.StartWorker(asked("1-1"), None)
    pids(1)
    made.StopWorker(api.StopWorkerRequest(worker_id="1-1"), None)
    made.StartWorker(asked("1-1"), None)
    os.kill(pids(2)[1], signal.SIGKILL)
    assert len(set(pids(3))) == 3


def is_alive(pid):
    """The pool waits for its workers, so none stays as a zombie."""
    return Path(f"/proc/{pid}").exists()
