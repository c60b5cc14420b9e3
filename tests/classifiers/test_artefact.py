from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from classifiers import artefact
from classifiers.artefact import ARRAYS, MANIFEST, SHIPPED, Model, Output, Source
from classifiers.scaling import Scale
from classifiers.vocabulary import Vocabulary
from schemas.errors import TerminalError


@pytest.fixture
def copy(tmp_path):
    shutil.copy(SHIPPED / ARRAYS, tmp_path)
    shutil.copy(SHIPPED / MANIFEST, tmp_path)
    return tmp_path


def small() -> Model:
    vocabulary = Vocabulary(np.array([3, 70, 4_000_000], np.uint32), np.array([1.0, 2.0, 3.5]))
    outputs = tuple(Output(name, 0.1, 0.4) for name in ("a", "b"))
    weights = np.array([[1.0, -1.0], [0.5, 0.0], [-0.25, 2.0]])
    scales = (Scale("a", 1.5, -0.2), Scale("b", 1.0, 0.0, 2.0, 0.5))
    return Model(("a",), outputs, scales, vocabulary, weights, ("db",), ("latin",), (Source("x", "0", 3),), 1, 7, "")


def test_the_shipped_model_is_small_and_loads():
    assert sum(path.stat().st_size for path in SHIPPED.rglob("*")) < 40_000_000
    model = artefact.load()
    assert model.weights.shape == (len(model.vocabulary.slots), len(model.outputs))
    assert len(model.outputs) == len(model.intents) + 5


def test_a_saved_model_comes_back(tmp_path):
    model, loaded = small(), artefact.save(small(), tmp_path)
    assert loaded.vocabulary.slots.tolist() == model.vocabulary.slots.tolist()
    assert loaded.vocabulary.idf.tolist() == model.vocabulary.idf.tolist()
    np.testing.assert_allclose(loaded.weights, model.weights, atol=2 / 127)
    assert (loaded.outputs, loaded.scales, loaded.handles, loaded.sources, loaded.intents) == (
        model.outputs, model.scales, model.handles, model.sources, model.intents
    )  # fmt: skip
    assert loaded.content


def test_the_same_model_gives_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        artefact.save(small(), tmp_path / name)
    for file in (ARRAYS, MANIFEST):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


@pytest.mark.parametrize("file", [ARRAYS, MANIFEST])
def test_a_missing_file_says_what_to_do(copy, file):
    (copy / file).unlink()
    with pytest.raises(TerminalError, match=rf"{file} cannot be read .*echolot train intents"):
        artefact.load(copy)


def test_a_changed_byte_is_noticed(copy):
    data = bytearray((copy / ARRAYS).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / ARRAYS).write_bytes(data)
    with pytest.raises(TerminalError, match="hash differs"):
        artefact.load(copy)


@pytest.mark.parametrize("change", [{"format": 0}, {"features": "word 1-3"}])
def test_a_model_of_another_version_is_refused(copy, change):
    manifest = json.loads((copy / MANIFEST).read_text()) | change
    (copy / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(TerminalError, match="another version"):
        artefact.load(copy)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "3", '{"format": 1}'])
def test_a_torn_manifest_is_refused(copy, text):
    (copy / MANIFEST).write_text(text)
    with pytest.raises(TerminalError, match="echolot train intents"):
        artefact.load(copy)


def test_outputs_that_do_not_fit_the_weights_are_refused(copy):
    manifest = json.loads((copy / MANIFEST).read_text())
    manifest["outputs"].pop()
    (copy / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(TerminalError, match="weights are"):
        artefact.load(copy)
