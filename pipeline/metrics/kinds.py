"""The kinds of metrics, as declarations that can be called. Until a recorder is set, a call does nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Mode(StrEnum):
    """How the values of several living processes become one; those of dead processes are dropped."""

    LATEST = "livemostrecent"
    MAX = "livemax"
    EACH = "liveall"
    """A series a process, told apart by the label `pid`."""


@dataclass(frozen=True, slots=True)
class Counter:
    """Only grows. Processes are summed, dead ones included."""

    name: str
    help: str
    labels: tuple[str, ...] = ()

    def add(self, amount: float = 1, **labels: object) -> None:
        """Count `amount` more."""
        if _recorder is not None:
            _recorder.add(self, amount, labels)


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts observations by size; `buckets` are upper bounds. Processes are summed, dead ones included."""

    name: str
    help: str
    buckets: tuple[float, ...]
    labels: tuple[str, ...] = ()

    def observe(self, value: float, **labels: object) -> None:
        """Note one value."""
        if _recorder is not None:
            _recorder.observe(self, (value,), labels)

    def observe_all(self, values: Iterable[float], **labels: object) -> None:
        """Note many values at the cost of one."""
        if _recorder is not None:
            _recorder.observe(self, values, labels)


@dataclass(frozen=True, slots=True)
class Gauge:
    """Goes up and down."""

    name: str
    help: str
    mode: Mode
    labels: tuple[str, ...] = ()

    def set(self, value: float, **labels: object) -> None:
        """This is the value now."""
        if _recorder is not None:
            _recorder.set(self, value, labels)

    def clear(self, **labels: object) -> None:
        """There is no value any more: the series goes."""
        if _recorder is not None:
            _recorder.set(self, float("nan"), labels)


@dataclass(frozen=True, slots=True)
class Age:
    """Seconds since a moment, counted when it is asked for: it grows while the process hangs, as a gauge would not."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    mode: Mode = Mode.LATEST

    def since(self, moment: float | None, **labels: object) -> None:
        """Count from `moment` (epoch seconds); None: stay at 0."""
        if _recorder is not None:
            _recorder.set(self, moment or 0.0, labels)

    def clear(self, **labels: object) -> None:
        """There is no value any more: the series goes."""
        if _recorder is not None:
            _recorder.set(self, float("nan"), labels)


Metric = Counter | Histogram | Gauge | Age


class Recorder(Protocol):
    """Where calls go. Takes them from any thread; raises nothing."""

    def add(self, metric: Counter, amount: float, labels: dict[str, object]) -> None:
        """See Counter.add."""
        ...

    def observe(self, metric: Histogram, values: Iterable[float], labels: dict[str, object]) -> None:
        """See Histogram.observe."""
        ...

    def set(self, metric: Gauge | Age, value: float, labels: dict[str, object]) -> None:
        """See Gauge.set; NaN clears. An Age is set to its moment, 0 for none."""
        ...


_recorder: Recorder | None = None


def record_with(recorder: Recorder | None) -> None:
    """From now on calls go to `recorder`; None: nowhere."""
    global _recorder
    _recorder = recorder


def is_on() -> bool:
    """Are figures kept? Ask before working one out that costs something."""
    return _recorder is not None
