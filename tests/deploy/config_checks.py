"""Checks of the configuration files that are deployed, and of how they fit what stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from typer.testing import CliRunner

from configs.base import ConfigError
from configs.brands import Brands
from configs.loading import load
from configs.settings import JobSettings
from pipeline.commands.app import app
from tests.deploy.manifests import Document, Pod, named, pods, title

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)[^}]*\}")
CONFIG = "/etc/echolot/echolot.yaml"


def settings(files: Mapping[str, str], folder: Path) -> JobSettings:
    """The settings of a folder of files, with a word for each variable. Raises ConfigError."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    words = {name: "word" for name in VARIABLE.findall(files["echolot.yaml"])}
    loaded = load(folder / "echolot.yaml", JobSettings, environment=words)
    if loaded.judge.brands is not None:
        load(loaded.judge.brands, Brands)
    return loaded


def valid(files: Mapping[str, str], folder: Path) -> Iterator[str]:
    """The configuration and its brands are read without complaint, and say that Flink runs the job."""
    try:
        loaded = settings(files, folder)
    except ConfigError as error:
        yield str(error)
        return
    if loaded.engine != "flink":
        yield "engine is not flink"


def uses_config(pod: Pod) -> list[Document]:
    """Containers that read the configuration: the launcher, and the worker pool whose workers do."""
    return [c for c in pod.containers if c["name"] in ("launcher", "workers")]


def variables(objects: list[Document]) -> Iterator[str]:
    """Launcher and workers both have every variable that the configuration asks for."""
    (config,) = named(objects, "ConfigMap", "echolot-config")
    wanted = set(VARIABLE.findall(config["data"]["echolot.yaml"]))
    for pod in pods(objects):
        for c in uses_config(pod):
            missing = wanted - {variable["name"] for variable in c.get("env", [])}
            yield from (f"{pod.name}/{c['name']}: lacks the variable {name}" for name in sorted(missing))


def files(objects: list[Document], loaded: JobSettings) -> Iterator[str]:
    """Launcher and workers both find, at the same path, every file that the configuration names."""
    (config,) = named(objects, "ConfigMap", "echolot-config")
    wanted = {f"/etc/echolot/{name}" for name in config["data"]}
    wanted |= {str(path) for path in [getattr(loaded.source, "ca_file", None)] if path}
    for pod in pods(objects):
        volumes = {v["name"]: v for v in pod.spec.get("volumes", [])}
        for c in uses_config(pod):
            there: set[str] = set()
            for mount in c.get("volumeMounts", []):
                v = volumes[mount["name"]]
                names = [i["path"] for i in v.get("secret", {}).get("items", [])]
                if v.get("configMap", {}).get("name") == "echolot-config":
                    names = list(config["data"])
                there |= {f"{mount['mountPath']}/{name}" for name in names}
            yield from (f"{pod.name}/{c['name']}: lacks the file {f}" for f in sorted(wanted - there))


def addresses(loaded: JobSettings) -> list[str]:
    """Every host:port that the launcher or the workers connect to."""
    found = [loaded.flink.rest.split("//")[1], loaded.flink.job_server]
    found += getattr(loaded.source, "bootstrap", ())
    if loaded.store.kind == "clickhouse":
        found.append(f"{loaded.store.host}:{loaded.store.port}")
    return found


def services(objects: list[Document], loaded: JobSettings) -> Iterator[str]:
    """Every address in the configuration and in arguments is a port of a Service, ours or an operator's."""
    asked = [("echolot.yaml", address) for address in addresses(loaded)]
    for pod in pods(objects):
        for c in pod.containers:
            for argument in c.get("args", []):
                asked += [(f"{pod.name}/{c['name']}", a) for a in re.findall(r"=(echolot-[a-z-]+:\d+)", argument)]
    there = addresses_there(objects)
    yield from (f"{where}: {address} is no Service's port" for where, address in asked if address not in there)


def addresses_there(objects: list[Document]) -> set[str]:
    """host:port of every Service."""
    there = {f"{s['metadata']['name']}:{p['port']}" for s in named(objects, "Service") for p in s["spec"]["ports"]}
    there |= {f"{o['metadata']['name']}-rest:8081" for o in named(objects, "FlinkDeployment")}
    for o in named(objects, "Kafka"):
        there |= {f"{o['metadata']['name']}-kafka-bootstrap:{x['port']}" for x in o["spec"]["kafka"]["listeners"]}
    return there


def kafka(objects: list[Document], loaded: JobSettings) -> Iterator[str]:
    """Topics exist, and the job's user may read them, write dead letters and commit for its group."""
    source: Any = loaded.source
    dead = loaded.dead_letters.topic
    topics = {o["metadata"]["name"] for o in named(objects, "KafkaTopic")}
    users = named(objects, "KafkaUser", source.username)
    if not users:
        yield f"no KafkaUser {source.username}"
        return
    acls = users[0]["spec"]["authorization"]["acls"]
    allowed = {(a["resource"]["type"], a["resource"]["name"], op) for a in acls for op in a["operations"]}
    wanted = {("topic", t.name, "Read") for t in source.topics} | {("group", source.group, "Read")}
    wanted |= {("topic", dead, "Write")} if dead else set()
    yield from (f"{title(users[0])}: may not {op} {kind} {name}" for kind, name, op in sorted(wanted - allowed))
    named_topics = {name for kind, name, _ in wanted if kind == "topic"}
    yield from (f"no KafkaTopic {name}" for name in sorted(named_topics - topics))


def commands(objects: list[Document], document: Document) -> Iterator[str]:
    """Every call of `echolot` in manifests and compose file is one that the command line understands."""
    containers = [*(c for pod in pods(objects) for c in pod.containers), *document["services"].values()]
    text = yaml.safe_dump(containers, width=10_000)
    text += "\n".join(" ".join(map(str, c[key])) for c in containers for key in ("command", "args") if c.get(key))
    calls = sorted(set(re.findall(r"\becholot ((?:stream|flink|check|migrate)\b[^|;&\n\\\"']*)", text)))
    if len(calls) < 2:
        yield f"only {calls} found; the pattern misses calls"
    for call in calls:
        # Options are parsed before --help is obeyed, so an unknown one is refused and nothing is run.
        result = CliRunner().invoke(app, [*call.split(), "--help"])
        if result.exit_code != 0:
            yield f"echolot {call}: {result.output or result.exception}"
