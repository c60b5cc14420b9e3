"""One port for all processes of a job on a machine: one serves, and when it dies another takes over.

A thread in every process asks once a second to be the leader of the folder. The leader binds the port, answers
scrapes with everybody's figures, and looks after what dead processes left."""

from __future__ import annotations

import errno
import logging
import math
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from configs.observe import MetricsSettings
from pipeline.metrics.folder import Folder
from pipeline.metrics.kinds import Age
from pipeline.metrics.registry import ALL, RESIDENT_MEMORY

log = logging.getLogger("echolot.metrics")

TICK_SECONDS = 1.0
"""So long may a dead process's gauges stay, and the port be unserved."""
_PAGE_BYTES = 4096


class PortTaken(Exception):
    """Another program has the port, or this user may not have it."""


class Endpoint:
    """This process's part in serving the port: a daemon thread. Trouble is logged once and tried again."""

    def __init__(self, settings: MetricsSettings, folder: Folder) -> None:
        self._settings = settings
        self._folder = folder
        self._server: Any = None
        self._complaint = ""
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="echolot-metrics", daemon=True)

    def start(self, *, at_once: bool = False) -> None:
        """Begin; returns at once. Raises PortTaken where the port is to be served `at_once` and another program has it;
        one of this job's own processes may."""
        if at_once:
            with suppress(OSError):  # other trouble is told by the thread, and tried again
                self._lead()
        self._thread.start()

    def stop(self) -> None:
        """Free the port; somebody else may serve it."""
        self._end.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=5)
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _run(self) -> None:
        while True:
            try:
                self._tick()
                self._complaint = ""
            except Exception as error:
                self._complain(error)
            if self._end.wait(TICK_SECONDS):
                return

    def _tick(self) -> None:
        memory = _resident_bytes()
        if memory is not None:
            RESIDENT_MEMORY.set(memory)
        if self._lead():
            self._folder.tidy()

    def _lead(self) -> bool:
        leads = self._folder.lead()
        if leads and self._server is None:
            self._server = self._serve()
        return leads

    def _serve(self) -> Any:
        from prometheus_client import CollectorRegistry, start_http_server

        registry = CollectorRegistry()
        registry.register(Everybody(self._folder))
        assert self._settings.port is not None
        try:
            server, _ = start_http_server(self._settings.port, self._settings.address, registry)
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                raise PortTaken(error.strerror) from error
            raise
        log.info("metrics at http://%s:%d/metrics", self._settings.address, self._settings.port)
        return server

    def _complain(self, error: Exception) -> None:
        complaint = f"{type(error).__name__}: {error}"
        if complaint != self._complaint:
            where = f"{self._settings.address}:{self._settings.port}"
            log.warning(
                "metrics at %s are in trouble (%s); the job goes on, and tries again. Where another program has the "
                "port, set metrics.port to a free one",
                where,
                complaint,
            )
        self._complaint = complaint


class Everybody:
    """A collector over the files of all processes: cleared series are left out, ages are counted to now."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def collect(self) -> Iterable[Any]:
        """Called once a scrape, by a thread of the server."""
        from prometheus_client.multiprocess import MultiProcessCollector

        ages = {metric.name for metric in ALL if isinstance(metric, Age)}
        now = time.time()
        with self._folder.files() as files:
            found = {metric.name: metric for metric in MultiProcessCollector.merge(files)}
        for name in sorted(found):
            metric = found[name]
            samples = [sample for sample in metric.samples if not math.isnan(sample.value)]
            if name in ages:
                samples = [sample._replace(value=_age(sample.value, now)) for sample in samples]
            metric.samples = samples
            yield metric


def _age(moment: float, now: float) -> float:
    return max(now - moment, 0.0) if moment else 0.0


def _resident_bytes() -> int | None:
    """Field 2 of /proc/self/statm; None where the system has no such file."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES
    except OSError:
        return None
