"""Metrics for Prometheus. `start` once a process; then call the names below, anywhere. Off, every call is a no-op.

prometheus_client is imported by `start` alone, since it reads its folder from the environment when imported."""

from __future__ import annotations

import atexit
import logging
import os
import platform
import threading
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed

from configs.base import ConfigError
from configs.observe import MetricsSettings
from pipeline.metrics.endpoint import Endpoint, PortTaken
from pipeline.metrics.kinds import is_on, record_with
from pipeline.metrics.progress import Progress
from pipeline.metrics.registry import (
    BATCH_RECORDS,
    BREAKER_DEAD_RATIO,
    BREAKER_TRIPPED,
    BREAKER_TRIPS,
    BUILD_INFO,
    COMMITS_FAILED,
    CONSUMERS_REPLACED,
    DEAD_LETTERS,
    GAPS,
    GRAPH_SETUPS,
    INSERT_RETRIES,
    INSERT_SECONDS,
    LAG,
    LATENCY,
    MENTIONS_JUDGED,
    RECORDS,
    RESIDENT_MEMORY,
    ROWS_WRITTEN,
    WATERMARK_AGE,
)

__all__ = [
    "BATCH_RECORDS", "BREAKER_DEAD_RATIO", "BREAKER_TRIPPED", "BREAKER_TRIPS", "BUILD_INFO", "COMMITS_FAILED",
    "CONSUMERS_REPLACED", "DEAD_LETTERS", "GAPS", "GRAPH_SETUPS", "INSERT_RETRIES", "INSERT_SECONDS", "LAG", "LATENCY",
    "MENTIONS_JUDGED", "RECORDS", "RESIDENT_MEMORY", "ROWS_WRITTEN", "WATERMARK_AGE", "Progress", "is_on", "start",
    "stop",
]  # fmt: skip

log = logging.getLogger("echolot.metrics")

_lock = threading.Lock()
_started_by: int | None = None
_parts: list[Callable[[], None]] = []


def start(settings: MetricsSettings, *, at_once: bool = False) -> None:
    """Keep figures and take part in serving them. Called by whoever comes first, again by others, from any thread.

    Trouble is logged, and the job goes on without figures. Only where they are to be served `at_once`, as by somebody
    who starts a job, does another program's port raise ConfigError."""
    global _started_by
    with _lock:
        if settings.port is None or _started_by == os.getpid():
            return
        _started_by = os.getpid()  # also where it fails: one warning is enough
        _parts.clear()
        try:
            _take_part(settings, settings.port, at_once)
            atexit.register(stop)
        except PortTaken as error:
            _leave()
            _started_by = None
            raise ConfigError(
                f"metrics: {settings.address}:{settings.port} cannot be served ({error}); set metrics.port to a free "
                "one, or leave it out for a job without metrics"
            ) from error
        except Exception as error:
            _leave()
            log.warning("no metrics, the job goes on without them (%s: %s)", type(error).__name__, error)


def stop() -> None:
    """Take part no more: gauges go at once, counters stay in the folder. Idempotent; called when the process exits."""
    global _started_by
    with _lock:
        if _started_by == os.getpid():
            _leave()
            _started_by = None


def _take_part(settings: MetricsSettings, port: int, at_once: bool) -> None:
    from pipeline.metrics.folder import Folder, default_path
    from pipeline.metrics.recording import PrometheusRecorder

    folder = Folder(settings.folder or default_path(port))
    _parts.append(folder.leave)
    record_with(PrometheusRecorder(folder))
    BUILD_INFO.set(1, version=_version("echolot"), python=platform.python_version(), beam=_version("apache-beam"))
    endpoint = Endpoint(settings, folder)
    _parts.append(endpoint.stop)
    endpoint.start(at_once=at_once)


def _leave() -> None:
    record_with(None)
    while _parts:
        _parts.pop()()


def _version(package: str) -> str:
    try:
        return installed(package)
    except PackageNotFoundError:
        return "unknown"
