"""Reads what deploy/docker and deploy/kubernetes hold, and the schemas beside this file."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "deploy" / "docker"
KUBERNETES = ROOT / "deploy" / "kubernetes"
SCHEMAS = Path(__file__).resolve().parent / "schemas"
EXAMPLE = "secret.example.yaml"

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pod:
    """One kind of pod that the manifests make."""

    name: str
    labels: dict[str, str]
    spec: Document

    @property
    def containers(self) -> list[Document]:
        """All containers, with those that run before the others."""
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]


def compose() -> Document:
    """compose.yaml with its merges and anchors resolved; a copy of the caller's own."""
    return copy.deepcopy(_documents(DOCKER / "compose.yaml")[0])


def resources() -> list[Document]:
    """All Kubernetes objects, the Secret's template too; copies of the caller's own."""
    found: list[Document] = []
    for path in sorted(KUBERNETES.rglob("*.yaml")):
        if path.name != "kustomization.yaml":
            found += copy.deepcopy(_documents(path))
    return found


@cache
def _documents(path: Path) -> list[Document]:
    return [d for d in yaml.safe_load_all(path.read_text(encoding="utf-8")) if d]


def title(resource: Document) -> str:
    """Kind and name, for messages."""
    return f"{resource['kind']}/{resource['metadata']['name']}"


def named(objects: list[Document], kind: str, name: str | None = None) -> list[Document]:
    """Objects of `kind`, or the one with `name`."""
    return [o for o in objects if o["kind"] == kind and name in (None, o["metadata"]["name"])]


def pods(objects: list[Document]) -> Iterator[Pod]:
    """Every kind of pod, those included that Flink makes from the templates of a FlinkDeployment."""
    for o in objects:
        if o["kind"] in ("Deployment", "StatefulSet"):
            template = o["spec"]["template"]
            yield Pod(title(o), template["metadata"]["labels"], template["spec"])
        if o["kind"] == "FlinkDeployment":
            for part in ("jobManager", "taskManager"):
                merged = flink_template(o, part)
                labels = {"app": o["metadata"]["name"], "component": part.lower()}
                yield Pod(f"{title(o)}/{part}", labels | merged["metadata"]["labels"], merged["spec"])


def flink_template(deployment: Document, part: str) -> Document:
    """The pod template of `part` laid over the common one, lists by name (the operator's merge-arrays-by-name)."""
    spec = deployment["spec"]
    merged: Document = _laid_over(copy.deepcopy(spec["podTemplate"]), spec[part].get("podTemplate", {}))
    return merged


def _laid_over(below: Any, above: Any) -> Any:
    if isinstance(below, dict) and isinstance(above, dict):
        return below | {k: _laid_over(below[k], v) if k in below else v for k, v in above.items()}
    if isinstance(below, list) and isinstance(above, list) and all("name" in item for item in below + above):
        return list(_laid_over({i["name"]: i for i in below}, {i["name"]: i for i in above}).values())
    return above


@cache
def schema(name: str) -> Document:
    """A schema beside this file, closed as the API server's strict check closes it: unknown fields are refused."""
    raw: Document = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    closed: Document = raw if name == "compose-spec" else _closed(raw)
    return closed


def _closed(node: Any) -> Any:
    if isinstance(node, list):
        return [_closed(n) for n in node]
    if not isinstance(node, dict):
        return node
    closed = {k: _closed(v) for k, v in node.items()}
    open_on_purpose = node.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in node
    if isinstance(node.get("properties"), dict) and "type" in node and not open_on_purpose:
        closed["additionalProperties"] = False
    return closed
