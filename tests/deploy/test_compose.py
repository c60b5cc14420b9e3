"""compose.yaml, the files beside it and the image; each check is shown a fault."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.deploy import compose_checks, config_checks
from tests.deploy.manifests import DOCKER, ROOT, compose, named, resources

FILES = ("echolot.yaml", "brands.yaml")
C = compose_checks


def config():
    return {name: (DOCKER / name).read_text(encoding="utf-8") for name in FILES}


def asked(tmp_path):
    """Addresses that the job and Prometheus ask."""
    scraped = yaml.safe_load((DOCKER / "prometheus.yml").read_text())["scrape_configs"]
    targets = [t for s in scraped for c in s["static_configs"] for t in c["targets"]]
    loaded = config_checks.settings(config(), tmp_path)
    command = " ".join(compose()["services"]["job-server"]["command"])
    return [*config_checks.addresses(loaded), *re.findall(r"--flink-master=(\S+)", command), *targets]


@pytest.mark.parametrize("check", compose_checks.ALL, ids=lambda c: c.__name__)
def test_the_compose_file_passes(check):
    assert list(check(compose())) == []


def test_its_configuration_is_valid(tmp_path):
    assert list(config_checks.valid(config(), tmp_path)) == []


def test_every_address_is_a_port_of_a_service(tmp_path):
    addresses = asked(tmp_path)
    assert len(addresses) >= 8
    assert list(C.addresses(compose(), addresses)) == []
    assert "--job-host=job-server" in compose()["services"]["job-server"]["command"]


def test_topics_that_are_read_and_written_are_made(tmp_path):
    loaded = config_checks.settings(config(), tmp_path)
    made = re.search(r"for topic in ([^;]+);", compose()["services"]["topics"]["command"][0])[1].split()
    assert set(made) == {t.name for t in loaded.source.topics} | {loaded.dead_letters.topic}


def set_at(*keys, to):
    def mutate(document):
        node = document["services"]
        for key in keys[:-1]:
            node = node[key]
        if to is None:
            del node[keys[-1]]
        else:
            node[keys[-1]] = to

    return mutate


MUTATIONS = [
    (C.schemas, "unknown key", set_at("kafka", "helthcheck", to={})),
    (C.schemas, "wrong type", set_at("kafka", "ports", to="9094")),
    (C.images, "latest", set_at("kafka", "image", to="apache/kafka:latest")),
    (C.images, "branch", set_at("clickhouse", "image", to="clickhouse/clickhouse-server:26")),
    (C.health, "no check", set_at("workers", "healthcheck", to=None)),
    (C.health, "no limit", set_at("topics", "mem_limit", to=None)),
    (C.health, "no restart", set_at("job-server", "restart", to="no")),
    (C.order, "no such service", set_at("launcher", "depends_on", "zookeeper", to={"condition": "service_started"})),
    (C.order, "health of one without check", set_at("jobmanager", "healthcheck", to=None)),
    (C.ports, "all addresses", set_at("jobmanager", "ports", to=["8081:8081"])),
    (C.variables, "may be empty", set_at("kafka", "environment", "X", to="${CLICKHOUSE_PASSWORD:-}")),
    (C.variables, "not in env.example", set_at("kafka", "environment", "X", to="${OTHER:?set it in .env}")),
    (C.literal_secrets, "written out", set_at("clickhouse", "environment", "CLICKHOUSE_PASSWORD", to="x")),
    (C.config_variables, "workers lack one", set_at("workers", "environment", to={})),
    (C.config_variables, "other files", set_at("workers", "volumes", to=[])),
    (C.files, "no such file", set_at("prometheus", "volumes", to=["./other.yml:/etc/prometheus/prometheus.yml:ro"])),
    (C.files, "no such volume", set_at("kafka", "volumes", to=["other:/var/lib/kafka/data"])),
    (C.shared_network, "networks of their own", set_at("workers", "network_mode", to=None)),
]


IDS = [f"{check.__name__}: {what}" for check, what, _ in MUTATIONS]


@pytest.mark.parametrize(("check", "what", "mutate"), MUTATIONS, ids=IDS)
def test_a_check_sees(check, what, mutate):
    document = compose()
    mutate(document)
    assert list(check(document))


def test_each_check_was_shown_a_fault():
    assert {check for check, _, _ in MUTATIONS} == set(compose_checks.ALL)


@pytest.mark.parametrize("address", ["zookeeper:2181", "taskmanager:9464", "kafka:9094"])
def test_an_address_without_a_service_is_seen(address):
    assert list(C.addresses(compose(), [address]))


def hadolint(path):
    linter = Path(sys.executable).parent / "hadolint"
    return subprocess.run([linter, "--no-color", path], capture_output=True, text=True, timeout=60)


def test_the_dockerfile_passes_hadolint():
    result = hadolint(DOCKER / "Dockerfile")
    assert (result.returncode, result.stdout) == (0, "")


def test_hadolint_sees_a_loose_image(tmp_path):
    path = tmp_path / "Dockerfile"
    path.write_text((DOCKER / "Dockerfile").read_text().replace("python:3.11.14-slim-bookworm", "python:latest"))
    assert "DL3007" in hadolint(path).stdout


def test_the_image_runs_as_nobody_in_particular():
    lines = (DOCKER / "Dockerfile").read_text().splitlines()
    assert [line for line in lines if line.startswith("USER")] == ["USER 10001:10001"]


def test_the_images_base_is_pinned_to_the_patch():
    bases = re.findall(r"^FROM (\S+)", (DOCKER / "Dockerfile").read_text(), re.MULTILINE)
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+", bases[0])


def test_the_build_sees_every_package_and_nothing_else():
    kept = {line[1:] for line in (DOCKER / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")}
    packages = set(re.findall(r'"(\w+)\*"', (ROOT / "setup.py").read_text()))
    assert len(packages) >= 6
    assert kept == packages | {"pyproject.toml", "setup.py", "README.md", "LICENSE"}
    assert all((ROOT / name).exists() for name in kept)


def images():
    """Every image of both ways to deploy, by its name without the tag."""
    objects = resources()
    texts = [yaml.safe_dump(compose()), *map(yaml.safe_dump, objects)]
    found = {}
    for name, tag in re.findall(r"image: '?([\w./-]+):([\w.-]+)", "\n".join(texts)):
        found.setdefault(name, set()).add(tag)
    return found


def test_both_ways_to_deploy_run_the_same_versions():
    assert {name: len(tags) for name, tags in images().items() if len(tags) != 1} == {}
    assert len(images()) == 6
    (kafka,) = named(resources(), "Kafka")
    assert images()["apache/kafka"] == {kafka["spec"]["kafka"]["version"]}


def test_the_image_has_the_version_of_the_package():
    version = re.search(r'version="([^"]+)"', (ROOT / "setup.py").read_text())[1]
    assert images()["echolot"] == {version}
    kustomization = yaml.safe_load((ROOT / "deploy/kubernetes/kustomization.yaml").read_text())
    assert kustomization["images"][0]["newTag"] == version


def test_sdk_job_server_and_flink_are_of_one_version():
    """Beam gives no word for a job server of another version than the SDK's."""
    beam = re.search(r"^ARG BEAM=(\S+)", (DOCKER / "Dockerfile").read_text(), re.MULTILINE)[1]
    (server,) = [name for name in images() if name.startswith("apache/beam_flink")]
    assert images()[server] == {beam}
    line = re.fullmatch(r"apache/beam_flink(\d+\.\d+)_job_server", server)[1]
    assert {tag.rsplit("-")[0].rpartition(".")[0] for tag in images()["flink"]} == {line}
    (flink,) = named(resources(), "FlinkDeployment")
    assert flink["spec"]["flinkVersion"] == "v" + line.replace(".", "_")


def test_the_worker_pools_are_started_alike():
    (flink,) = named(resources(), "FlinkDeployment")
    side_car = flink["spec"]["taskManager"]["podTemplate"]["spec"]["containers"][1]
    started = compose()["services"]["workers"]["command"]
    assert side_car["command"] + side_car["args"] == ["tini", "--", *started]
