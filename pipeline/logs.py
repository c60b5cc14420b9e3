"""Logs of commands and workers, to standard error: lines for people, or JSON lines.

No line holds the text or the author of a post, at no level: our messages name places and reasons, extras come from an
allow-list, the message of a foreign exception (which may quote what it choked on) is left out, and libraries, some of
which print payloads at DEBUG, are never heard below WARNING."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

from configs.base import ConfigError
from configs.observe import LogSettings
from schemas.errors import EcholotError

OURS = ("echolot", "pipeline", "sinks", "classifiers", "schemas", "configs")
"""Loggers that the setting `level` is about."""
NOISY = ("kafka", "apache_beam")
"""Libraries that log as errors what is told to the user anyway."""
EXTRAS = (
    "source", "partition", "position", "offset", "first", "last", "records", "mentions", "dead", "reason", "table",
    "rows", "seconds", "tries", "step", "generation", "model", "group", "member", "job", "kind", "port",
)  # fmt: skip
"""Names that `extra={...}` may bring into a line; others are dropped."""

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def start(settings: LogSettings, *, stream: TextIO | None = None, noisy: Sequence[str] = NOISY) -> None:
    """Log to `stream` (standard error) from now on. Called again, it replaces what it set up; other handlers stay.

    Libraries in `noisy` are silenced; a worker whose runner collects Beam's logs leaves apache_beam out of them."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Json() if settings.format == "json" else Text())
    root = logging.getLogger()
    for old in [h for h in root.handlers if isinstance(h.formatter, Text | Json)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(settings.level)
    for name in noisy:
        logging.getLogger(name).setLevel(logging.CRITICAL)


class _Discreet(logging.Formatter):
    """Formats exceptions without the messages of those that are not ours."""

    def formatException(self, ei: _ExcInfo) -> str:
        """The frames of the whole chain, outermost cause first."""
        error, parts = ei[1], []
        seen: set[int] = set()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            parts.append("".join(traceback.format_tb(error.__traceback__)) + said(error))
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\nthen\n".join(reversed(parts))

    def extras(self, record: logging.LogRecord) -> dict[str, Any]:
        """What the line says in fields."""
        return {name: record.__dict__[name] for name in EXTRAS if name in record.__dict__}


class Text(_Discreet):
    """Time, level, logger, message, name=value; a trace may follow on lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """One event."""
        parts = [self.formatTime(record), record.levelname, record.name, _message(record)]
        parts += [f"{name}={value}" for name, value in self.extras(record).items()]
        line = " ".join(parts).replace("\r", "\\r").replace("\n", "\\n")
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class Json(_Discreet):
    """One object a line: time, level, logger, message, the extras, and `trace` where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """One event."""
        event: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
        }
        event |= self.extras(record)
        if record.exc_info:
            event["trace"] = self.formatException(record.exc_info)
        return json.dumps(event, ensure_ascii=False, default=str)


def said(error: BaseException) -> str:
    """What may be told of an exception: its message where it is ours or the system's, else no more than its class."""
    name = type(error).__name__
    if isinstance(error, EcholotError | ConfigError):
        return str(error)
    if isinstance(error, OSError) and error.errno is not None:
        return f"{name}: {error.strerror}"
    return f"{name} (its message is left out, since it may quote a post)"


def _message(record: logging.LogRecord) -> str:
    """The message, with what foreign exceptions in it say left out."""
    if isinstance(record.msg, BaseException):
        return said(record.msg)
    if not record.args:
        return str(record.msg)
    arguments = record.args
    if isinstance(arguments, tuple):
        arguments = tuple(said(each) if isinstance(each, BaseException) else each for each in arguments)
    try:
        return str(record.msg) % arguments
    except (TypeError, ValueError):
        return str(record.msg)
