"""One process that dies with us: what a start, a stop and a kill promise, with small programs in place of JVMs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.daemon import Daemon
from deploy.ports import ServiceError, free_ports, listens, refuse_used

ROOT = Path(__file__).resolve().parents[2]
_SERVE = "import socket, sys, time; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); time.sleep(60)"


def server(tmp_path: Path, port: int, program: str = _SERVE) -> Daemon:
    command = [sys.executable, "-c", program, str(port)]
    return Daemon("the server", command, tmp_path / "log", ports=[port], ready=lambda: listens(port))


def test_ports_are_given_out_once_and_outside_the_range_of_outgoing_connections() -> None:
    """In this process and in another; 7 of a hundred and a thousand would else meet."""
    mine = free_ports(50) + free_ports(50)
    ask = "from deploy.ports import free_ports; print(*free_ports(1000))"
    other = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True)
    all_ports = mine + [int(port) for port in other.stdout.split()]
    assert len(set(all_ports)) == 1100
    assert min(all_ports) >= 20_000 and max(all_ports) < 32_768
    with socket.create_server(("127.0.0.1", mine[0])), pytest.raises(ServiceError):
        refuse_used(mine[0])


def test_a_start_returns_when_it_answers_and_a_kill_when_it_is_gone(tmp_path: Path) -> None:
    [port] = free_ports(1)
    daemon = server(tmp_path, port)
    assert not daemon.running and daemon.pid is None
    first = daemon.start(10).pid
    assert first is not None and listens(port)
    daemon.kill()
    assert not daemon.running and daemon.pid is None and not listens(port)
    second = daemon.start(10).pid
    assert second not in (None, first)
    daemon.stop()
    assert not listens(port)


def test_a_second_start_and_a_used_port_are_refused(tmp_path: Path) -> None:
    [port] = free_ports(1)
    daemon = server(tmp_path, port).start(10)
    with pytest.raises(ServiceError, match=rf"runs already \(process {daemon.pid}\); stop it first"):
        daemon.start()
    with pytest.raises(ServiceError, match=f"port {port} on 127.0.0.1 .* stop what listens there or give another"):
        server(tmp_path, port).start()
    daemon.kill()
    refuse_used(port)


def test_one_that_ends_while_starting_shows_its_status_and_log(tmp_path: Path) -> None:
    failing = "print('first line'); print('\\tat java.lang.Frame'); raise SystemExit(7)"
    with pytest.raises(ServiceError, match=r"(?s)exit status 7.*the end of .*log:\nfirst line$"):
        server(tmp_path, *free_ports(1), failing).start(10)
    with pytest.raises(ServiceError, match=r"(?s)ended while starting .*No such file"):
        Daemon("nothing", [str(tmp_path / "nothing")], tmp_path / "other").start(10)


def test_one_that_never_answers_is_killed(tmp_path: Path) -> None:
    daemon = server(tmp_path, *free_ports(1), "import time; time.sleep(60)")
    with pytest.raises(ServiceError, match="does not answer in time"):
        daemon.start(0.5)
    assert not daemon.running


def test_one_that_ignores_sigterm_is_killed_when_its_time_is_up(tmp_path: Path) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + _SERVE
    daemon = server(tmp_path, *free_ports(1), deaf).start(10)
    pid, began = daemon.pid, time.monotonic()
    assert pid is not None
    daemon.stop(0.3)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert not daemon.running and time.monotonic() - began < 5


def test_children_go_with_the_process_however_it_ends(tmp_path: Path) -> None:
    """Killed by us, or by itself: no child stays behind."""
    breeding = "import subprocess, sys; print(subprocess.Popen(['sleep', '60']).pid, flush=True);"
    for end in (_SERVE, "sys.exit(3)"):
        log = tmp_path / f"{len(end)}"
        daemon = Daemon("parent", [sys.executable, "-c", breeding + end, str(free_ports(1)[0])], log)
        daemon.launch()
        child = int(_until_written(log))
        if end == _SERVE:
            assert _alive(child)
            daemon.kill()
        _until_dead(child)
        daemon.kill()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_never_outlives_the_process_that_started_it(tmp_path: Path, number: signal.Signals) -> None:
    starter = (
        "import sys, time; from pathlib import Path; from deploy.daemon import Daemon;"
        "print(Daemon('sleeper', ['sleep', '60'], Path(sys.argv[1])).start().pid, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", starter, str(tmp_path / "log")]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert _alive(pid)
        process.send_signal(number)
        process.wait(10)
        _until_dead(pid)
    finally:
        process.kill()
        process.communicate()


def test_its_environment_is_ours_with_its_own_laid_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECHOLOT_A", "ours")
    monkeypatch.setenv("ECHOLOT_B", "ours")
    command = ["/bin/sh", "-c", "echo $ECHOLOT_A $ECHOLOT_B; sleep 60"]
    daemon = Daemon("shell", command, tmp_path / "log", environment={"ECHOLOT_B": "its own"}).start()
    assert _until_written(daemon.log) == "ours its own"
    daemon.kill()


def _until_written(path: Path) -> str:
    deadline = time.monotonic() + 10
    while not (path.exists() and (text := path.read_text()).endswith("\n")):
        assert time.monotonic() < deadline, f"nothing in {path}"
        time.sleep(0.05)
    return text.strip()


def _alive(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return state.strip() != "" and not state.startswith("Z")


def _until_dead(pid: int) -> None:
    deadline = time.monotonic() + 10
    while _alive(pid):
        assert time.monotonic() < deadline, f"process {pid} lives"
        time.sleep(0.05)
