"""Kubernetes objects and their configuration; the second half shows that each check sees what it is there for."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.deploy import config_checks, kubernetes_checks
from tests.deploy.manifests import EXAMPLE, KUBERNETES, compose, named, pods, resources, title

KINDS = {
    "Namespace", "ConfigMap", "Secret", "PersistentVolumeClaim", "ServiceAccount", "Role", "RoleBinding", "Deployment",
    "StatefulSet", "Service", "NetworkPolicy", "PodDisruptionBudget", *kubernetes_checks.CUSTOM,
}  # fmt: skip


@pytest.fixture
def objects():
    return resources()


def config_of(objects):
    return named(objects, "ConfigMap", "echolot-config")[0]["data"]


@pytest.mark.parametrize("check", kubernetes_checks.ALL, ids=lambda c: c.__name__)
def test_manifests_pass(check, objects):
    assert list(check(objects)) == []


def test_the_checks_have_seen_every_kind_and_every_pod(objects):
    assert {o["kind"] for o in objects} == KINDS
    assert {pod.name.split("/", 1)[1] for pod in pods(objects)} == {
        "echolot-clickhouse", "echolot-job-server", "echolot-launcher", "echolot-flink/jobManager",
        "echolot-flink/taskManager",
    }  # fmt: skip


def test_the_configuration_is_valid(objects, tmp_path):
    assert list(config_checks.valid(config_of(objects), tmp_path)) == []


@pytest.mark.parametrize("check", [config_checks.files, config_checks.services, config_checks.kafka])
def test_what_the_configuration_names_is_there(check, objects, tmp_path):
    assert list(check(objects, config_checks.settings(config_of(objects), tmp_path))) == []


def test_launcher_and_workers_have_the_variables_of_the_configuration(objects):
    assert list(config_checks.variables(objects)) == []


def test_every_call_of_echolot_is_one_it_understands(objects):
    assert list(config_checks.commands(objects, compose())) == []


def test_lists_of_the_flink_templates_may_be_laid_over_each_other_by_position(objects):
    """The operator's default; merge-arrays-by-name is asked for, but an old operator does not know it."""
    (flink,) = named(objects, "FlinkDeployment")
    below = flink["spec"]["podTemplate"]["spec"]
    for part in ("jobManager", "taskManager"):
        above = flink["spec"][part]["podTemplate"]["spec"]
        assert above["containers"][0]["name"] == below["containers"][0]["name"]
        assert above.get("volumes", below["volumes"])[0] == below["volumes"][0]


def test_the_worker_pool_is_reached_from_its_pod_only(objects):
    allowed = {
        p["port"] for o in named(objects, "NetworkPolicy") for r in o["spec"].get("ingress", []) for p in r["ports"]
    }
    assert 50000 not in allowed
    assert [o["spec"]["podSelector"] for o in named(objects, "NetworkPolicy")].count({}) == 1  # deny for all the rest


def test_every_file_stands_in_the_kustomization_of_its_folder():
    for path in KUBERNETES.rglob("kustomization.yaml"):
        listed = set(yaml.safe_load(path.read_text())["resources"])
        there = {p.name for p in path.parent.iterdir() if p.is_dir() or p.suffix == ".yaml"} - {path.name, EXAMPLE}
        assert listed == there, path


@pytest.mark.skipif(
    shutil.which("kubectl") is None, reason="kubectl is not installed; the test above is the part without"
)
def test_kustomize_brings_all_objects_but_the_template(tmp_path):
    """Local only; the image's new name must reach the side-car inside the FlinkDeployment too."""
    copy = tmp_path / "kubernetes"
    shutil.copytree(KUBERNETES, copy)
    root = copy / "kustomization.yaml"
    root.write_text(root.read_text().replace("newName: echolot,", "newName: registry.example/echolot,"))
    environment = os.environ | {"KUBECONFIG": os.devnull}
    built = subprocess.run(["kubectl", "kustomize", copy], capture_output=True, text=True, timeout=60, env=environment)
    assert built.returncode == 0, built.stderr
    objects = list(yaml.safe_load_all(built.stdout))
    assert sorted(map(title, objects)) == sorted(title(o) for o in resources() if o["kind"] != "Secret")
    assert built.stdout.count("image: registry.example/echolot:") == 2


def test_all_objects_are_in_our_namespace(objects):
    assert {o["metadata"].get("namespace", "-") for o in objects if o["kind"] != "Namespace"} == {"echolot"}
    assert [title(o) for o in named(objects, "Namespace")] == ["Namespace/echolot"]


def set_at(*keys, to):
    """A mutation: `keys` are kind, name and the way down; `to` None removes."""

    def mutate(objects):
        node = named(objects, keys[0], keys[1])[0]
        for key in keys[2:-1]:
            node = node[key]
        if to is None:
            del node[keys[-1]]
        else:
            node[keys[-1]] = to

    return mutate


FLINK = ("FlinkDeployment", "echolot-flink", "spec")
CLAIM = ("PersistentVolumeClaim", "echolot-flink-data")
SERVICE = ("Service", "echolot-job-server", "spec")
LAUNCHER = ("Deployment", "echolot-launcher", "spec", "template", "spec")
WORKERS = (*FLINK, "taskManager", "podTemplate", "spec", "containers", 1)
K = kubernetes_checks
MUTATIONS = [
    (K.schemas, "unknown field in a built-in kind", set_at(*LAUNCHER, "restartPolcy", to="Always")),
    (K.schemas, "wrong type in a built-in kind", set_at(*SERVICE, "ports", to="8099")),
    (K.schemas, "unknown Flink version", set_at(*FLINK, "flinkVersion", to="v1_99")),
    (K.schemas, "unknown field in a FlinkDeployment", set_at(*FLINK, "jobs", to={})),
    (K.schemas, "unknown field in a pod template", set_at(*WORKERS, "livenesProbe", to={})),
    (K.schemas, "unknown field in a Kafka", set_at("Kafka", "echolot", "spec", "zookeeper", to={"replicas": 3})),
    (K.schemas, "wrong role of a node pool", set_at("KafkaNodePool", "nodes", "spec", "roles", to=["brokers"])),
    (K.schemas, "no partitions", set_at("KafkaTopic", "mentions", "spec", "partitions", to=0)),
    (K.schemas, "unknown operation of an ACL",
     set_at("KafkaUser", "echolot", "spec", "authorization", "acls", 0, "operations", to=["Reed"])),
    (K.schemas, "interval of a PodMonitor",
     set_at("PodMonitor", "echolot", "spec", "podMetricsEndpoints", 0, "interval", to="soon")),
    (K.schemas, "wait of an alert",
     set_at("PrometheusRule", "echolot", "spec", "groups", 0, "rules", 0, "for", to="five minutes")),
    (K.images, "latest", set_at(*WORKERS, "image", to="echolot:latest")),
    (K.images, "no tag", set_at(*FLINK, "image", to="flink")),
    (K.limits, "no limits", set_at(*LAUNCHER, "containers", 0, "resources", "limits", to=None)),
    (K.limits, "no resource of Flink", set_at(*FLINK, "jobManager", "resource", to=None)),
    (K.probes, "no liveness", set_at(*WORKERS, "livenessProbe", to=None)),
    (K.hardening, "root", set_at(*LAUNCHER, "securityContext", "runAsNonRoot", to=False)),
    (K.hardening, "capabilities", set_at(*WORKERS, "securityContext", "capabilities", to=None)),
    (K.hardening, "service account token", set_at(*LAUNCHER, "automountServiceAccountToken", to=None)),
    (K.literal_secrets, "password in the pod",
     set_at(*LAUNCHER, "containers", 0, "env", 0, to={"name": "CLICKHOUSE_PASSWORD", "value": "x"})),
    (K.literal_secrets, "password in the Secret",
     set_at("Secret", "echolot-secrets", "stringData", "CLICKHOUSE_PASSWORD", to="x")),
    (K.mounts, "no such volume", set_at(*WORKERS, "volumeMounts", 0, "name", to="other")),
    (K.mounts, "no such ConfigMap", set_at(*LAUNCHER, "volumes", 0, "configMap", "name", to="other")),
    (K.mounts, "no such claim", set_at(*CLAIM, "metadata", "name", to="other")),
    (K.secrets, "no such key", set_at("Secret", "echolot-secrets", "stringData", "ECHOLOT_PSEUDONYM_KEY", to=None)),
    (K.secrets, "no such user", set_at("KafkaUser", "echolot", "metadata", "name", to="other")),
    (K.selectors, "service without pods", set_at(*SERVICE, "selector", to={"a": "b"})),
    (K.selectors, "no such port", set_at(*SERVICE, "ports", 0, "targetPort", to="other")),
    (K.selectors, "nothing to scrape",
     set_at("PodMonitor", "echolot", "spec", "podMetricsEndpoints", 0, "port", to="other")),
    (K.selectors, "policy for a port that nobody opens",
     set_at("NetworkPolicy", "echolot-flink", "spec", "ingress", 2, "ports", 0, "port", to=9999)),
    (K.selectors, "budget without pods",
     set_at("PodDisruptionBudget", "echolot-taskmanagers", "spec", "selector", "matchLabels", "app", to="other")),
    (K.probe_ports, "no such port", set_at(*WORKERS, "livenessProbe", "tcpSocket", "port", to="other")),
    (K.accounts, "no such role", set_at("RoleBinding", "echolot-flink", "roleRef", "name", to="other")),
]  # fmt: skip


IDS = [f"{check.__name__}: {what}" for check, what, _ in MUTATIONS]


@pytest.mark.parametrize(("check", "what", "mutate"), MUTATIONS, ids=IDS)
def test_a_check_sees(check, what, mutate, objects):
    mutate(objects)
    if check is K.schemas:  # slow, and it looks at each object alone
        objects = [o for o, before in zip(objects, resources(), strict=True) if o != before]
    assert list(check(objects))


def test_each_check_was_shown_a_fault():
    assert {check for check, _, _ in MUTATIONS} == set(kubernetes_checks.ALL)


CONFIG_MUTATIONS = [
    (config_checks.services, "host", "echolot-clickhouse", "clickhouse"),
    (config_checks.services, "listener", "bootstrap:9093", "bootstrap:9092"),
    (config_checks.services, "job server", "job-server:8099", "job-server:8097"),
    (config_checks.kafka, "topic", "name: mentions}", "name: posts}"),
    (config_checks.kafka, "dead letters", "topic: mentions.dead", "topic: other.dead"),
    (config_checks.kafka, "user", "username: echolot", "username: other"),
    (config_checks.kafka, "group", "kind: kafka\n", "kind: kafka\n  group: other\n"),
    (config_checks.files, "certificate", "ca_file: /etc/echolot-kafka/ca.crt", "ca_file: /etc/ca.crt"),
]


@pytest.mark.parametrize(("check", "what", "old", "new"), CONFIG_MUTATIONS, ids=[m[1] for m in CONFIG_MUTATIONS])
def test_a_configuration_that_does_not_fit_is_seen(check, what, old, new, objects, tmp_path):
    config = config_of(objects)
    assert old in config["echolot.yaml"]
    config["echolot.yaml"] = config["echolot.yaml"].replace(old, new, 1)
    assert list(check(objects, config_checks.settings(config, tmp_path)))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [("echolot.yaml", "bootstrap:", "bootstraps:"), ("echolot.yaml", "engine: flink", "engine: local"),
     ("brands.yaml", "id: example", "id: Not An Id")],
)  # fmt: skip
def test_a_wrong_configuration_is_seen(name, old, new, objects, tmp_path: Path):
    config = config_of(objects)
    assert old in config[name]
    config[name] = config[name].replace(old, new, 1)
    assert list(config_checks.valid(config, tmp_path))


def test_a_variable_that_the_workers_lack_is_seen(objects):
    set_at(*WORKERS, "env", to=[])(objects)
    assert len(list(config_checks.variables(objects))) == 3


def test_a_wrong_call_of_echolot_is_seen(objects):
    document = compose()
    document["services"]["launcher"]["command"] = ["sh", "-c", "echolot stream --engin flink --config x"]
    assert any("--engin" in fault for fault in config_checks.commands(objects, document))
