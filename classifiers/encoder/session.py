"""A session of onnxruntime on one core: the job runs a process a core."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import onnxruntime


def session(graph: bytes) -> onnxruntime.InferenceSession:
    """Thread-safe. Says nothing below an error."""
    import onnxruntime  # here: it takes .08 s and starts a thread, and not every command judges by it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
