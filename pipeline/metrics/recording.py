"""The recorder: declarations to the objects of prometheus_client, whose values lie in memory-mapped files."""

from __future__ import annotations

import bisect
import logging
import os
import threading
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from pipeline.metrics.folder import Folder
from pipeline.metrics.kinds import Age, Counter, Gauge, Histogram
from pipeline.metrics.registry import ALL

log = logging.getLogger("echolot.metrics")

MOST_SOURCES = 200
"""Further sources are counted together as OTHER: a folder of many files must not become a series each."""
OTHER = "other"


class PrometheusRecorder:
    """See kinds.Recorder. Trouble is logged once and costs a figure, never a record."""

    def __init__(self, folder: Folder) -> None:
        """Makes this process's files in `folder`. Raises OSError where they cannot be made."""
        client = _library(folder)
        self._metrics = {metric.name: _made(client, metric) for metric in ALL}
        self._series: dict[tuple[object, ...], Any] = {}
        self._sources: set[str] = set()
        self._lock = threading.Lock()
        self._complained = False

    def add(self, metric: Counter, amount: float, labels: dict[str, object]) -> None:
        """See Counter.add."""
        try:
            self._child(metric, labels).inc(amount)
        except Exception as error:
            self._complain(metric.name, error)

    def observe(self, metric: Histogram, values: Iterable[float], labels: dict[str, object]) -> None:
        """See Histogram.observe. One write a bucket, not a value: a batch has thousands of them."""
        try:
            child = self._child(metric, labels)
            bounds = child._upper_bounds
            total = 0.0
            counts: dict[int, int] = {}
            for value in values:
                total += value
                bucket = bisect.bisect_left(bounds, value)
                counts[bucket] = counts.get(bucket, 0) + 1
            child._sum.inc(total)
            for bucket, count in counts.items():
                child._buckets[bucket].inc(count)
        except Exception as error:
            self._complain(metric.name, error)

    def set(self, metric: Gauge | Age, value: float, labels: dict[str, object]) -> None:
        """See Gauge.set."""
        try:
            if self._is_one_too_many(labels):
                return  # no gauge for OTHER: the last of many would stand for all of them
            self._child(metric, labels).set(value)
        except Exception as error:
            self._complain(metric.name, error)

    def _child(self, metric: Counter | Histogram | Gauge | Age, labels: dict[str, object]) -> Any:
        """The series; callers that order labels differently share it."""
        key = (metric.name, *labels.items())
        child = self._series.get(key)
        return self._new(metric, labels, key) if child is None else child

    def _new(
        self, metric: Counter | Histogram | Gauge | Age, labels: dict[str, object], key: tuple[object, ...]
    ) -> Any:
        if labels.keys() != set(metric.labels):
            raise TypeError(f"labels {sorted(labels)} given, {sorted(metric.labels)} declared")
        with self._lock:
            made = self._metrics[metric.name]
            if self._is_one_too_many(labels):
                return made.labels(**labels | {"source": OTHER})  # not kept: there may be any number of them
            if "source" in labels:
                self._sources.add(str(labels["source"]))
            child = made.labels(**labels) if labels else made
            self._series[key] = child
            return child

    def _is_one_too_many(self, labels: dict[str, object]) -> bool:
        source = labels.get("source")
        return source is not None and source not in self._sources and len(self._sources) >= MOST_SOURCES

    def _complain(self, name: str, error: Exception) -> None:
        if not self._complained:
            self._complained = True
            kind = type(error).__name__
            log.warning("metric %s cannot be recorded (%s: %s); further trouble is not logged", name, kind, str(error))


def _library(folder: Folder) -> ModuleType:
    """prometheus_client in its multi-process mode. It reads the variable when imported, so this is the one import."""
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder.path)
    import prometheus_client
    from prometheus_client import values

    # Anew even where someone imported it before us: files are named by our token, since pids come again.
    values.ValueClass = values.MultiProcessValue(folder.identity)
    return prometheus_client


def _made(client: Any, metric: Counter | Histogram | Gauge | Age) -> Any:
    if isinstance(metric, Counter):
        return client.Counter(metric.name, metric.help, metric.labels, registry=None)
    if isinstance(metric, Histogram):
        return client.Histogram(metric.name, metric.help, metric.labels, registry=None, buckets=metric.buckets)
    return client.Gauge(metric.name, metric.help, metric.labels, registry=None, multiprocess_mode=metric.mode.value)
