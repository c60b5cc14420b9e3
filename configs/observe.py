"""What a job shows of itself: metrics for Prometheus and logs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from configs.base import RelativePath, Settings


class MetricsSettings(Settings):
    """The Prometheus endpoint. All processes of a job on one machine share one port."""

    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """Port of the endpoint; unset: no metrics, at no cost."""
    address: str = "127.0.0.1"
    """Address to listen on. The endpoint has no login: open it to a network only where that is trusted."""
    folder: RelativePath | None = None
    """Folder in which the processes keep their figures, a job its own; unset: one in the temporary folder, by port."""


class LogSettings(Settings):
    """Logs, to standard error. They never hold the text or the author of a post, at no level."""

    format: Literal["text", "json"] = "text"
    """Lines for people, or one JSON object a line."""
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Least level of our own lines; libraries are heard from WARNING on."""
