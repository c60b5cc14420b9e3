"""Flink's REST interface: one question, one answer."""

from __future__ import annotations

import json
import urllib.request
from typing import Any


def ask(address: str, path: str, method: str = "GET", *, timeout_s: float = 10) -> Any:
    """The JSON answer of http://HOST:PORT to `path`. Raises OSError (no answer, or an HTTP error) and ValueError."""
    request = urllib.request.Request(address + path, method=method)
    with urllib.request.urlopen(request, timeout=timeout_s) as answer:
        return json.loads(answer.read() or b"{}")
