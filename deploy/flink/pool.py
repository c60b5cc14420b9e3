"""Beam's own worker pool, but on loopback only.

    python -m deploy.flink.pool --service_port=PORT [--container_executable=FILE]

Beam's module binds every address of the machine (worker_pool_main.py: "[::]"), and whoever reaches the port can make
this machine run code. All else is Beam's."""

from __future__ import annotations

import sys
from typing import Any

import grpc
from apache_beam.runners.worker import worker_pool_main

from deploy.ports import HOST

_server = grpc.server


def _on_loopback(*arguments: Any, **options: Any) -> grpc.Server:
    server = _server(*arguments, **options)
    bind = server.add_insecure_port
    server.add_insecure_port = lambda address: bind(address.replace("[::]", HOST))
    return server


if __name__ == "__main__":
    grpc.server = _on_loopback
    worker_pool_main.main(sys.argv)
