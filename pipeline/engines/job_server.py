"""Beam's job server: the one that runs, or one of our own for as long as a submission takes."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from configs.base import ConfigError
from configs.flink import FlinkSettings
from schemas.errors import TransientError

_START_SECONDS = 120.0  # a JVM on a machine that is busy
DRIVER = "org.apache.beam.runners.flink.FlinkJobServerDriver"
OPENED = (
    "java.lang", "java.net", "java.io", "java.nio", "sun.nio.ch", "java.lang.reflect", "java.text", "java.time",
    "java.util", "java.util.concurrent", "java.util.concurrent.atomic", "java.util.concurrent.locks",
)  # fmt: skip
"""Packages of java.base that Flink reaches into; Java 17 must be told."""


@contextlib.contextmanager
def job_server(settings: FlinkSettings) -> Iterator[str]:
    """host:port of a job server while the block runs. Raises ConfigError where one can't be started."""
    if settings.job_server_jars is None:
        yield settings.job_server
        return
    if shutil.which("java") is None:
        raise ConfigError("flink.job_server_jars: java is not on the PATH; install Java 17, or name a job_server")
    with tempfile.TemporaryDirectory(prefix="echolot-job-server-") as folder:
        port = _free_port()
        command = command_line(settings.job_server_jars, settings.rest, port, Path(folder))
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            _until_it_listens(process, port, Path(log.name))
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


def _until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Raises TransientError where it ends before; one that only is late is told of by whoever asks it."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if process.poll() is not None:
            said = log.read_text(errors="replace").strip()[-500:]
            raise TransientError(f"the Beam job server of flink.job_server_jars ended while it started: {said}")
        time.sleep(0.1)


def command_line(jars: Path, rest: str, port: int, folder: Path) -> list[str]:
    """The command; `jars` is one fat jar or a folder of jars. Raises ConfigError where it is neither."""
    if not jars.exists():
        raise ConfigError(
            f"flink.job_server_jars: {jars} does not exist; name the job server's jar or a folder of jars"
        )
    return [
        "java",
        "-Xmx512m",
        *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED),
        "--add-exports=java.base/sun.net.util=ALL-UNNAMED",
        "-cp",
        f"{jars}/*" if jars.is_dir() else str(jars),
        DRIVER,
        f"--flink-master={urlsplit(rest).netloc}",
        f"--job-port={port}",
        "--artifact-port=0",
        "--expansion-port=0",
        f"--artifacts-dir={folder}",
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
