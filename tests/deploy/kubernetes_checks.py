"""Checks of the Kubernetes objects. Each takes all objects and returns what is wrong with them, a sentence each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import kubernetes_validate

from tests.deploy.manifests import Document, Pod, flink_template, named, pods, schema, title

VERSIONS = ("1.30", "1.37")
"""Oldest that the operators named in deploy/README.md run on, and the newest that there are schemas for."""
CUSTOM = ("FlinkDeployment", "Kafka", "KafkaNodePool", "KafkaTopic", "KafkaUser", "PodMonitor", "PrometheusRule")
SECRET_NAME = re.compile(r"PASSWORD|SECRET|TOKEN|KEY", re.IGNORECASE)
PINNED = re.compile(r"^[a-z0-9./_-]+:v?\d+\.\d+[\w.-]*$")


def schemas(objects: list[Document]) -> Iterator[str]:
    """Built-in kinds and pod templates by Kubernetes' own schemas, custom resources by their CRDs."""
    for o in objects:
        if o["kind"] in CUSTOM:
            for error in jsonschema.Draft202012Validator(schema(o["kind"])).iter_errors(o):
                yield f"{title(o)}: {error.json_path}: {error.message[:200]}"
            continue
        yield from _builtin(title(o), o)
    for o in named(objects, "FlinkDeployment"):
        for part in ("jobManager", "taskManager"):
            template = {"apiVersion": "v1", "kind": "PodTemplate", "template": flink_template(o, part)}
            yield from _builtin(f"{title(o)}/{part}", template)


def _builtin(name: str, document: Document) -> Iterator[str]:
    for version in VERSIONS:
        try:
            kubernetes_validate.validate(document, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            yield f"{name}: {version}: {error.json_path}: {error.message[:200]}"


def images(objects: list[Document]) -> Iterator[str]:
    """Every image names its version."""
    found = [(pod.name, c["image"]) for pod in pods(objects) for c in pod.containers if "image" in c]
    found += [(title(o), o["spec"]["image"]) for o in named(objects, "FlinkDeployment")]
    yield from (f"{where}: image {image} is not pinned" for where, image in found if not PINNED.match(image))


def limits(objects: list[Document]) -> Iterator[str]:
    """Every container has requests and a memory limit; those of Flink's own get them from `resource`."""
    for pod in pods(objects):
        for c in pod.containers:
            given = c.get("resources", {})
            complete = {"cpu", "memory"} <= given.get("requests", {}).keys() and "memory" in given.get("limits", {})
            if c["name"] != "flink-main-container" and not complete:
                yield f"{pod.name}/{c['name']}: lacks requests or a memory limit"
    for o in named(objects, "FlinkDeployment"):
        for part in ("jobManager", "taskManager"):
            if not {"cpu", "memory"} <= o["spec"][part].get("resource", {}).keys():
                yield f"{title(o)}/{part}: lacks resource.cpu or resource.memory"


def probes(objects: list[Document]) -> Iterator[str]:
    """Every container is probed: readiness always, liveness but for the launcher, which exits by itself."""
    for pod in pods(objects):
        for c in pod.containers:
            wanted = {"livenessProbe"} if c["name"] == "flink-main-container" else {"livenessProbe", "readinessProbe"}
            if c["name"] == "launcher":
                wanted = {"readinessProbe"}
            yield from (f"{pod.name}/{c['name']}: lacks {probe}" for probe in sorted(wanted - c.keys()))


def hardening(objects: list[Document]) -> Iterator[str]:
    """Nothing runs as root or may become it; only Flink talks to the API server."""
    for pod in pods(objects):
        context = pod.spec.get("securityContext", {})
        if not context.get("runAsNonRoot") or context.get("seccompProfile") != {"type": "RuntimeDefault"}:
            yield f"{pod.name}: pod securityContext lacks runAsNonRoot or seccompProfile"
        if not pod.name.startswith("FlinkDeployment") and pod.spec.get("automountServiceAccountToken") is not False:
            yield f"{pod.name}: mounts a service account token"
        for c in pod.containers:
            own = c.get("securityContext", {})
            if own.get("allowPrivilegeEscalation") is not False or own.get("capabilities") != {"drop": ["ALL"]}:
                yield f"{pod.name}/{c['name']}: may gain privileges"


def literal_secrets(objects: list[Document]) -> Iterator[str]:
    """Passwords and keys come from Secrets, and the only Secret here is a template."""
    for pod in pods(objects):
        for c in pod.containers:
            for variable in c.get("env", []):
                if "value" in variable and SECRET_NAME.search(variable["name"]):
                    yield f"{pod.name}/{c['name']}: {variable['name']} is written out"
    for o in named(objects, "Secret"):
        if set({**o.get("data", {}), **o.get("stringData", {})}.values()) != {"REPLACE_ME"}:
            yield f"{title(o)}: holds a value that is not REPLACE_ME"


def mounts(objects: list[Document]) -> Iterator[str]:
    """Volumes that are mounted exist, and what they are made from does."""
    claims = {o["metadata"]["name"] for o in named(objects, "PersistentVolumeClaim")}
    configs = {o["metadata"]["name"] for o in named(objects, "ConfigMap")}
    for pod in pods(objects):
        volumes = {v["name"]: v for v in pod.spec.get("volumes", [])}
        templates = [o for o in named(objects, "StatefulSet") if title(o) == pod.name]
        own = {t["metadata"]["name"] for o in templates for t in o["spec"].get("volumeClaimTemplates", [])}
        for c in pod.containers:
            missing = {m["name"] for m in c.get("volumeMounts", [])} - volumes.keys() - own
            yield from (f"{pod.name}/{c['name']}: mounts {m}, which the pod lacks" for m in sorted(missing))
        for name, v in volumes.items():
            if "persistentVolumeClaim" in v and v["persistentVolumeClaim"]["claimName"] not in claims:
                yield f"{pod.name}: volume {name} has no claim"
            if "configMap" in v and v["configMap"]["name"] not in configs:
                yield f"{pod.name}: volume {name} has no ConfigMap"


def secrets(objects: list[Document]) -> Iterator[str]:
    """Every key of a Secret that is used exists: in our template, or made by Strimzi."""
    there = secrets_there(objects)
    for where, secret, key in secrets_used(objects):
        if key not in there.get(secret, set()):
            yield f"{where}: Secret {secret} with key {key} is nowhere made"


def secrets_there(objects: list[Document]) -> dict[str, set[str]]:
    """Secrets by name, with their keys."""
    there = {o["metadata"]["name"]: set(o["stringData"]) for o in named(objects, "Secret")}
    there |= {f"{o['metadata']['name']}-cluster-ca-cert": {"ca.crt"} for o in named(objects, "Kafka")}
    return there | {o["metadata"]["name"]: {"password", "sasl.jaas.config"} for o in named(objects, "KafkaUser")}


def secrets_used(objects: list[Document]) -> Iterator[tuple[str, str, str]]:
    """Where, name and key of every use of a Secret."""
    for pod in pods(objects):
        for c in pod.containers:
            for variable in c.get("env", []):
                reference = variable.get("valueFrom", {}).get("secretKeyRef")
                if reference:
                    yield f"{pod.name}/{c['name']}", reference["name"], reference["key"]
        for v in pod.spec.get("volumes", []):
            for item in v.get("secret", {}).get("items", []):
                yield pod.name, v["secret"]["secretName"], item["key"]


def selectors(objects: list[Document]) -> Iterator[str]:
    """What selects pods finds some; a named port is one of theirs."""
    there = list(pods(objects))
    for o in objects:
        for selector, ports in _selecting(o):
            found = [pod for pod in there if selector.items() <= pod.labels.items()]
            if not found:
                yield f"{title(o)}: {selector} selects no pod"
            known = {p for pod in found for p in ports_of(pod)}
            yield from (f"{title(o)}: port {p} is none of its pods'" for p in ports if found and p not in known)


def _selecting(o: Document) -> Iterator[tuple[dict[str, str], list[Any]]]:
    spec = o.get("spec", {})
    if o["kind"] == "Service":
        yield spec["selector"], [p.get("targetPort", p["port"]) for p in spec["ports"]]
    if o["kind"] == "PodMonitor":
        yield spec["selector"]["matchLabels"], [e["port"] for e in spec["podMetricsEndpoints"]]
    if o["kind"] in ("PodDisruptionBudget", "Deployment", "StatefulSet"):
        yield spec["selector"]["matchLabels"], []
    if o["kind"] == "NetworkPolicy" and spec["podSelector"]:
        ports = [p["port"] for rule in spec.get("ingress", []) for p in rule["ports"]]
        yield spec["podSelector"]["matchLabels"], ports


FLINK_PORTS = {"jobManager": {6123, 6124, 8081}, "taskManager": {6121, 6122}}
"""Those that Flink opens by itself: rpc, blob server, REST; data and rpc."""


def ports_of(pod: Pod) -> set[Any]:
    """Names and numbers of a pod's ports."""
    declared = [p for c in pod.containers for p in c.get("ports", [])]
    own = FLINK_PORTS.get(pod.name.rsplit("/")[-1], set())
    own = own | {6125} if own else own  # metrics.internal.query-service.port
    return {p["containerPort"] for p in declared} | {p["name"] for p in declared} | own


def probe_ports(objects: list[Document]) -> Iterator[str]:
    """A probe asks a port of its pod."""
    for pod in pods(objects):
        for c in pod.containers:
            for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
                probe = c.get(kind, {})
                asked = [probe[how]["port"] for how in ("tcpSocket", "httpGet") if how in probe]
                yield from (f"{pod.name}/{c['name']}: {kind} asks {p}" for p in asked if p not in ports_of(pod))


def accounts(objects: list[Document]) -> Iterator[str]:
    """Service accounts and roles that are named exist."""
    known = {(o["kind"], o["metadata"]["name"]) for o in objects}
    for o in named(objects, "RoleBinding"):
        for r in [o["roleRef"], *o["subjects"]]:
            if (r["kind"], r["name"]) not in known:
                yield f"{title(o)}: {r['kind']} {r['name']} does not exist"
    for o in named(objects, "FlinkDeployment"):
        if ("ServiceAccount", o["spec"]["serviceAccount"]) not in known:
            yield f"{title(o)}: service account {o['spec']['serviceAccount']} does not exist"


ALL = (
    schemas, images, limits, probes, hardening, literal_secrets, mounts, secrets, selectors, probe_ports, accounts,
)  # fmt: skip
