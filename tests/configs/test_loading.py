from pathlib import Path

import pytest
import yaml

from configs.base import ConfigError, Settings
from configs.brands import Brands
from configs.loading import SHIPPED, load
from configs.places import where
from configs.settings import JobSettings
from configs.taxonomy import Taxonomy

GOLDEN = Path(__file__).parents[1] / "golden" / "config"
WRONG = sorted(GOLDEN.glob("*.yaml"))


@pytest.mark.parametrize("path", WRONG, ids=lambda p: p.stem)
def test_each_wrong_file_yields_exactly_its_message(path):
    """The first comment line of the file is the message, with FILE for its path."""
    expected = path.read_text().splitlines()[0].removeprefix("# ").replace("FILE", str(path))
    model = Brands if path.stem.startswith("brands") else JobSettings
    with pytest.raises(ConfigError) as caught:
        load(path, model, environment={"EMPTY": ""})
    assert str(caught.value) == expected


def test_the_wrong_files_are_there():
    assert len(WRONG) >= 30


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        load(tmp_path / "none.yaml", JobSettings)


def wrong(path, model=JobSettings, environment=None):
    with pytest.raises(ConfigError) as caught:
        load(path, model, environment=environment or {})
    return str(caught.value)


def test_an_empty_file_a_directory_and_foreign_bytes_are_told_apart(tmp_path):
    path = tmp_path / "e.yaml"
    for nothing in ("", "# only a comment\n", "---\n"):
        path.write_text(nothing)
        assert wrong(path).startswith(f"{path}: is empty; write at least")
    assert wrong(tmp_path) == f"{tmp_path}: is a directory; give the path of a file in it"
    path.write_bytes("source:\n  kind: fïles".encode("latin-1"))
    assert wrong(path) == f"{path}:2: byte 17 is not UTF-8; save the file as UTF-8"
    path.write_bytes(b"source: \x07")
    assert wrong(path).startswith(f"{path}: not valid YAML (")


def test_a_misspelt_part_comes_before_what_follows_from_it(tmp_path):
    path = tmp_path / "e.yaml"
    path.write_text("max_record_bytes: 1\nsoruce: {kind: files, path: in}\n")
    first, *others = wrong(path).splitlines()
    assert first == f"{path}:2: soruce: unknown key; did you mean `source`?"
    assert others == [
        f"{path}:1: source: is required and missing; add it",
        f"{path}:1: max_record_bytes: must be at least 1024",
    ]


def test_no_message_repeats_what_a_variable_held(tmp_path):
    """A word that stood in the wrong place is shown in the example; a variable's value never is."""
    path = tmp_path / "e.yaml"
    for part in ('["${PW}"]', '"${PW}"', '["x${PW}"]', "[[a, '${PW}']]"):
        path.write_text(f"source: {{kind: kafka, topics: {part}}}\n")
        message = wrong(path, environment={"PW": "s3cret"})
        assert "s3cret" not in message and "name: ..." in message


def test_merged_keys_are_no_doubles(tmp_path):
    path = tmp_path / "e.yaml"
    path.write_text("source: {<<: {kind: files, path: in}, path: out}\n")
    assert load(path, JobSettings).source.path == tmp_path / "out"


def test_the_place_of_a_setting_is_found_again(tmp_path):
    path = tmp_path / "e.yaml"
    path.write_text("source:\n  kind: kafka\n  topics:\n    - name: a\n    - name: b\n      format: x\n")
    assert where(path, ("source", "topics", 1, "format")) == f"{path}:6: source.topics.1.format"


def test_a_secret_comes_from_the_environment_and_is_never_printed(tmp_path):
    path = tmp_path / "e.yaml"
    path.write_text("source: {kind: files, path: in}\nstore: {kind: clickhouse, password: '${PW}'}\n")
    settings = load(path, JobSettings, environment={"PW": "s3cret${PW}"})
    assert settings.store.password.get_secret_value() == "s3cret${PW}"  # filled once, never twice
    assert "s3cret" not in repr(settings) + str(settings) + str(settings.model_dump())


def test_a_wrong_secret_is_not_in_the_message(tmp_path):
    path = tmp_path / "e.yaml"
    path.write_text("source: {kind: files, path: in}\nstore: {kind: clickhouse, port: '${PW}'}\n")
    with pytest.raises(ConfigError) as caught:
        load(path, JobSettings, environment={"PW": "s3cret"})
    assert "s3cret" not in str(caught.value) and "store.port" in str(caught.value)


def test_relative_paths_are_taken_from_the_files_folder(tmp_path):
    path = tmp_path / "e.yaml"
    path.write_text("source: {kind: files, path: in}\n")
    settings = load(path, JobSettings)
    assert settings.source.path == tmp_path / "in"
    assert settings.store.path.name == "echolot-data"


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda p: p.name)
def test_every_shipped_file_loads(path):
    model = {"brands": Brands, "taxonomy": Taxonomy}.get(path.stem, JobSettings)
    names = {"CLICKHOUSE_PASSWORD": "x", "KAFKA_PASSWORD": "x", "ECHOLOT_PSEUDONYM_KEY": "x"}
    load(path, model, environment=names)
    assert yaml.safe_load(path.read_text())


def _models(model, seen):
    if model in seen:
        return seen
    seen.add(model)
    for field in model.model_fields.values():
        stack = [field.annotation]
        while stack:
            part = stack.pop()
            if isinstance(part, type) and issubclass(part, Settings):
                _models(part, seen)
            stack += getattr(part, "__args__", ())
    return seen


def test_every_field_has_a_description():
    models = _models(JobSettings, set()) | _models(Brands, set()) | _models(Taxonomy, set())
    assert len(models) >= 12
    bare = [f"{m.__name__}.{n}" for m in models for n, f in m.model_fields.items() if not f.description]
    assert bare == []
