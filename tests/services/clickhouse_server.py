"""A real ClickHouse server for tests: Debian's package, in a folder of its own, on free loopback ports, ended by pid.

Debian ships 18.16.1, of 2018: it proves driver, retries and kill -9, not the SQL of today (chDB does that)."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.ports import free_ports
from tests.services.required import need

_START_SECONDS = 30  # measured 0.2-0.4 s; a loaded machine takes longer
HOW_TO_GET = "no clickhouse-server found; get it with: apt-get install -y --no-install-recommends clickhouse-server"

_CONFIG = """<yandex>
  <logger><level>warning</level><log>{folder}/server.log</log><errorlog>{folder}/server.err.log</errorlog></logger>
  <listen_host>127.0.0.1</listen_host>
  <tcp_port>{port}</tcp_port>
  <path>{folder}/data/</path>
  <tmp_path>{folder}/tmp/</tmp_path>
  <user_files_path>{folder}/files/</user_files_path>
  <format_schema_path>{folder}/schemas/</format_schema_path>
  <users_config>users.xml</users_config>
  <default_profile>default</default_profile>
  <default_database>default</default_database>
  <timezone>UTC</timezone>
  <mark_cache_size>67108864</mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
</yandex>
"""

_USER = "<{name}><password>{password}</password><networks><ip>::/0</ip></networks><profile>{profile}</profile>" \
        "<quota>default</quota></{name}>"  # fmt: skip

_USERS = """<yandex>
  <profiles>
    <default><max_memory_usage>2000000000</max_memory_usage></default>
    <readonly><readonly>1</readonly></readonly>
  </profiles>
  <quotas><default/></quotas>
  <users>{users}</users>
</yandex>
"""


class ClickHouseServer:
    """One server process; `kill` and `start` may follow each other any number of times on the same data."""

    user = "writer"
    password = "correct horse"
    reader = "reader"

    def __init__(self, binary: str, folder: Path) -> None:
        self._binary = binary
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        (self.port,) = free_ports(1)

    def start(self) -> None:
        """Start and wait until the port answers. Raises RuntimeError with the end of the log when it does not."""
        for name in ("data", "tmp", "files", "schemas"):
            (self._folder / name).mkdir(exist_ok=True)
        users = "".join(
            _USER.format(name=name, password=password, profile=profile)
            for name, password, profile in (
                ("default", "", "default"),
                (self.user, self.password, "default"),
                (self.reader, "", "readonly"),
            )
        )
        (self._folder / "users.xml").write_text(_USERS.format(users=users))
        config = self._folder / "config.xml"
        config.write_text(_CONFIG.format(folder=self._folder, port=self.port))
        with (self._folder / "out.log").open("ab") as log:
            command = [*self._binary.split(), f"--config-file={config}"]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder)
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process is not None and self._process.poll() is None:
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        logs = [self._folder / name for name in ("out.log", "server.err.log")]
        tail = "\n".join(log.read_text(errors="replace")[-2000:] for log in logs if log.exists())
        self.stop()
        raise RuntimeError(f"clickhouse-server did not open its port within {_START_SECONDS} s:\n{tail}")

    def signal(self, number: int) -> None:
        """Send a signal, as SIGSTOP to freeze it."""
        if self._process is not None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """kill -9, as a power cut for the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """Ask it to end; kill it when it has not after a second: it waits for clients that are still connected."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None


def find() -> str | None:
    """The server's command; None where there is none."""
    if found := shutil.which("clickhouse-server"):
        return found
    found = shutil.which("clickhouse")
    return f"{found} server" if found else None


def find_or_skip() -> str:
    """The server's command; skips the test where there is none, fails it where ECHOLOT_REQUIRE_SERVICES=1."""
    found = find()
    need(None if found else HOW_TO_GET)
    assert found is not None
    return found


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseServer]:
    """One running server for all tests of a session; a database of its own is a test's, or its tables are emptied."""
    started = ClickHouseServer(find_or_skip(), tmp_path_factory.mktemp("clickhouse"))
    started.start()
    yield started
    started.stop()
