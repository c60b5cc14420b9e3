"""Writes the schema files beside it anew: python tests/deploy/schemas/make.py. Needs Java 17, Maven and a network.

FlinkDeployment comes from the CRD in the operator's API jar; Kafka, KafkaNodePool, KafkaTopic and KafkaUser from
Strimzi's own CRD generator run over its API classes; PodMonitor and PrometheusRule from the pydantic models that
cloudcoil generates from the Prometheus operator's CRDs; the compose schema is the one that check-jsonschema carries.
Descriptions, titles and status are left out; nothing else is changed. Credits and licences: README.md."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
FLINK_JAR = "flink-kubernetes-operator-api-1.10.0.jar"
FLINK_CRD = "META-INF/fabric8/flinkdeployments.flink.apache.org-v1.yml"
STRIMZI = {
    "Kafka": "kafka.Kafka",
    "KafkaNodePool": "nodepool.KafkaNodePool",
    "KafkaTopic": "topic.KafkaTopic",
    "KafkaUser": "user.KafkaUser",
}
MODELS = ["cloudcoil-models-prometheus-operator==0.80.1.0", "cloudcoil>=0.4"]
COMPOSE = "check-jsonschema==0.39.0"
MONITORS = """
import json
from cloudcoil.models.prometheus_operator import v1
print(json.dumps({n: getattr(v1, n).model_json_schema(by_alias=True) for n in ("PodMonitor", "PrometheusRule")}))
"""


def main() -> None:
    """Fetch, convert and write all schemas."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        jars = folder / "jars"
        copy = ["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies"]
        subprocess.run([*copy, f"-DoutputDirectory={jars}"], check=True)
        with zipfile.ZipFile(jars / FLINK_JAR) as jar:
            write("FlinkDeployment", of_crd(yaml.safe_load(jar.read(FLINK_CRD)), "v1beta1"))
        for kind, java_class in STRIMZI.items():
            target = folder / "crds" / f"{kind}.yaml"
            target.parent.mkdir(exist_ok=True)
            generator = ["java", "-cp", f"{jars}/*", "io.strimzi.crdgenerator.CrdGenerator", "--yaml"]
            subprocess.run([*generator, f"io.strimzi.api.kafka.model.{java_class}={target}"], check=True)
            write(kind, of_crd(yaml.safe_load(target.read_text(encoding="utf-8")), "v1"))
        python = environment(folder / "venv", [*MODELS, COMPOSE])
        monitors = subprocess.run([python, "-c", MONITORS], check=True, capture_output=True, text=True).stdout
        for kind, schema in json.loads(monitors).items():
            write(kind, schema)
        (compose,) = (folder / "venv").rglob("vendor/compose-spec.json")
        write("compose-spec", json.loads(compose.read_text(encoding="utf-8")))


def environment(folder: Path, packages: list[str]) -> str:
    """A virtual environment with `packages`; returns its Python."""
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    return python


def of_crd(crd: Any, version: str) -> Any:
    """The schema of one version of a custom resource, without its status; what every resource has is added."""
    (schema,) = (v["schema"]["openAPIV3Schema"] for v in crd["spec"]["versions"] if v["name"] == version)
    schema["properties"].pop("status", None)
    names = crd["spec"]["group"], crd["spec"]["names"]["kind"]
    implied = {"apiVersion": {"enum": [f"{names[0]}/{version}"]}, "kind": {"enum": [names[1]]}, "metadata": {}}
    schema["properties"] |= implied
    return schema


def bare(node: Any, *, names: bool = False) -> Any:
    """`node` without prose. `names` says that the keys are names of properties, where `description` is one like others.

    A regular expression with a flag after its start, which Python refuses, gets it to the front."""
    if isinstance(node, list):
        return [bare(item) for item in node]
    if isinstance(node, str):
        return "(?i)^" + node.removeprefix("^(?i)") if node.startswith("^(?i)") else node
    if not isinstance(node, dict):
        return node
    prose = () if names else ("description", "title", "example", "examples")
    inner = ("properties", "patternProperties", "$defs", "definitions")
    return {
        key: bare(value, names=not names and key in inner)
        for key, value in node.items()
        if key not in prose or not isinstance(value, str | list)
    }


def write(name: str, schema: Any) -> None:
    """One compact line a file; sorted, so that a new version shows as a change of content only."""
    text = json.dumps(bare(schema), separators=(",", ":"), sort_keys=True)
    (HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(f"{name}.json: {len(text)} characters")


if __name__ == "__main__":
    sys.exit(main())
