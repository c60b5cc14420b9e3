"""Checks of compose.yaml. Each takes the document and returns what is wrong with it, a sentence each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema

from tests.deploy.config_checks import VARIABLE
from tests.deploy.kubernetes_checks import PINNED, SECRET_NAME
from tests.deploy.manifests import DOCKER, Document, schema

ECHOLOT = ("launcher", "workers")
"""Services that read the configuration."""


def schemas(document: Document) -> Iterator[str]:
    """By the Compose specification."""
    for error in jsonschema.Draft202012Validator(schema("compose-spec")).iter_errors(document):
        yield f"{error.json_path}: {error.message[:200]}"


def images(document: Document) -> Iterator[str]:
    """Every image names its version."""
    for name, service in document["services"].items():
        if not PINNED.match(service["image"]):
            yield f"{name}: image {service['image']} is not pinned"


def one_shots(document: Document) -> set[str]:
    """Services that are to end: those that others wait for so."""
    waits = [wait for s in document["services"].values() for wait in s.get("depends_on", {}).items()]
    return {name for name, wait in waits if wait["condition"] == "service_completed_successfully"}


def health(document: Document) -> Iterator[str]:
    """Every service that stays has a health check or says why not, restarts, and has a memory limit like all."""
    for name, service in document["services"].items():
        if "mem_limit" not in service:
            yield f"{name}: lacks mem_limit"
        if name in one_shots(document):
            continue
        if "healthcheck" not in service:
            yield f"{name}: lacks a healthcheck"
        if service.get("restart") != "unless-stopped":
            yield f"{name}: does not restart"


def order(document: Document) -> Iterator[str]:
    """What is waited for exists, and can become what is waited for."""
    services = document["services"]
    for name, service in services.items():
        for other, wait in service.get("depends_on", {}).items():
            check = services.get(other, {}).get("healthcheck", {"disable": True})
            if other not in services:
                yield f"{name}: waits for {other}, which does not exist"
            elif wait["condition"] == "service_healthy" and check.get("disable"):
                yield f"{name}: waits for the health of {other}, which has no check"


def ports(document: Document) -> Iterator[str]:
    """Only loopback is published: most of these ports have no login."""
    for name, service in document["services"].items():
        for port in service.get("ports", []):
            if not re.fullmatch(r"127\.0\.0\.1:\d+:\d+", str(port)):
                yield f"{name}: publishes {port} beyond loopback"


def variables(document: Document) -> Iterator[str]:
    """What comes from the environment is required, and named in env.example, which holds no value."""
    example = (DOCKER / "env.example").read_text(encoding="utf-8")
    named = dict(re.findall(r"^([A-Z_]+)=(.*)$", example, re.MULTILINE))
    yield from (f"env.example: {name} has a value" for name, value in named.items() if value)
    for text in _texts(document):
        for used in re.findall(r"(?<!\$)\$\{([^}]*)\}", text):
            name, required, _ = used.partition(":?")
            if not required:
                yield f"${{{used}}} may be empty; write ${{{name}:?set it in .env}}"
            if name not in named:
                yield f"env.example: lacks {name}"


def literal_secrets(document: Document) -> Iterator[str]:
    """Passwords and keys come from the environment."""
    for name, service in document["services"].items():
        for variable, value in service.get("environment", {}).items():
            if SECRET_NAME.search(variable) and not str(value).startswith("${"):
                yield f"{name}: {variable} is written out"


def config_variables(document: Document) -> Iterator[str]:
    """Launcher and workers both have every variable that the configuration asks for, and the same files."""
    wanted = set(VARIABLE.findall((DOCKER / "echolot.yaml").read_text(encoding="utf-8")))
    services = document["services"]
    for name in ECHOLOT:
        missing = wanted - services[name].get("environment", {}).keys()
        yield from (f"{name}: lacks the variable {v}" for v in sorted(missing))
    if services["launcher"]["volumes"] != services["workers"]["volumes"]:
        yield "launcher and workers have different files"


def files(document: Document) -> Iterator[str]:
    """Files and volumes that are mounted exist."""
    for name, service in document["services"].items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                if not (DOCKER / source).is_file():
                    yield f"{name}: no file {source}"
            elif source not in document["volumes"]:
                yield f"{name}: no volume {source}"


def hosts(document: Document) -> set[str]:
    """Names that resolve in the network of the project: services with a network of their own."""
    return {name for name, s in document["services"].items() if "network_mode" not in s}


def addresses(document: Document, asked: list[str]) -> Iterator[str]:
    """Every host:port that is asked is one of a service with a network of its own, and one that it opens."""
    opened = {
        "kafka": {9092}, "clickhouse": {9000}, "jobmanager": {8081, 9249}, "job-server": {8099},
        "taskmanager-net": {9249, 9464},
    }  # fmt: skip
    for address in asked:
        host, _, port = address.rpartition(":")
        if host not in hosts(document):
            yield f"{address}: no such host"
        elif int(port) not in opened.get(host, set()):
            yield f"{address}: not a port of {host}"


def shared_network(document: Document) -> Iterator[str]:
    """TaskManager and workers share the network of a third service, so that neither loses it with the other."""
    modes = {document["services"][name].get("network_mode") for name in ("taskmanager", "workers")}
    if modes != {"service:taskmanager-net"}:
        yield f"taskmanager and workers are in {modes}"


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for part in node.values() if isinstance(node, dict) else node:
            yield from _texts(part)


ALL = (
    schemas, images, health, order, ports, variables, literal_secrets, config_variables, files, shared_network,
)  # fmt: skip
