"""What the encoder says of the sentiment of posts that it never saw, by which its part in `sentiment` is calibrated.

Lies beside the model of intents. No text is kept: a post is known by a hash of its letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers import feeds
from classifiers.sentiment import CLASSES
from schemas.errors import TerminalError

FILE = "held_out_tones.npz"
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tones:
    """Logits of the three classes by post; `encoder` is the hash of the graph that is shipped beside them."""

    encoder: str
    by_key: Mapping[int, Floats]

    def of(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], Floats]:
        """Places of the texts that are known, and their logits, a row each."""
        found = [(place, self.by_key[key]) for place, key in enumerate(map(_key, texts)) if key in self.by_key]
        logits = np.array([row for _, row in found]).reshape(len(found), len(CLASSES))
        return np.array([place for place, _ in found], np.int64), logits


def save(folder: Path, graph: bytes, texts: Sequence[str], logits: Floats) -> None:
    """Write the file beside the model whose encoder is `graph`; `logits` has a row a text."""
    keys = np.array([_key(text) for text in texts], np.uint64)
    np.savez_compressed(
        folder / FILE, encoder=np.array(sha256(graph).hexdigest()), keys=keys, logits=logits.astype(np.float16)
    )


def load(folder: Path, graph: bytes) -> Tones | None:
    """None where the model has no encoder, or none that learnt sentiment. Raises TerminalError for a broken file, or
    another's."""
    path = folder / FILE
    if not graph or not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as arrays:
            encoder, keys, logits = str(arrays["encoder"]), arrays["keys"].tolist(), arrays["logits"].astype(np.float64)
    except Exception as error:  # of a broken archive numpy, zipfile and zlib each raise their own
        raise _unfit(path, f"cannot be read ({type(error).__name__}: {error})") from None
    if encoder != sha256(graph).hexdigest():
        raise _unfit(path, "belongs to another encoder")
    return Tones(encoder, dict(zip(keys, logits, strict=True)))


def _unfit(path: Path, what: str) -> TerminalError:
    return TerminalError(f"{path}: {what}; train the model anew with `echolot train intents ... --out {path.parent}`")


def _key(text: str) -> int:
    return int.from_bytes(blake2b(feeds.key(text).encode("utf-8", "surrogatepass"), digest_size=8).digest())
