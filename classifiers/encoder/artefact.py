"""The encoder as files beside the linear model: encoder.onnx, tokenizer.json, encoder.json (how both are mixed)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from schemas.errors import TerminalError

FOLDER, GRAPH, TOKENIZER, MANIFEST = "encoder", "encoder.onnx", "tokenizer.json", "encoder.json"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Mix:
    """One output of both: probability = 1 / (1 + exp(-(linear * its logit + encoder * its logit + offset)))."""

    name: str
    linear: float
    encoder: float
    offset: float


@dataclass(frozen=True, slots=True)
class Encoder:
    """Everything inference needs. `cut`: the encoder is asked where the linear model gives any intent, or
    needs-intervention, at least this probability."""

    graph: bytes
    tokenizer: str
    mixes: tuple[Mix, ...]
    cut: float


def save(encoder: Encoder, folder: Path) -> str:
    """Write the files to `folder`/encoder; gives back the hash by which the model knows them."""
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    manifest = {
        "format": _FORMAT,
        "cut": encoder.cut,
        "mixes": [asdict(mix) for mix in encoder.mixes],
    }
    (place / GRAPH).write_bytes(encoder.graph)
    (place / TOKENIZER).write_text(encoder.tokenizer, encoding="utf-8")
    (place / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return _hash([(place / name).read_bytes() for name in (GRAPH, TOKENIZER, MANIFEST)])


def load(folder: Path, outputs: Sequence[str], content: str) -> Encoder:
    """The encoder of a model with these outputs, whose hash is `content`. Raises TerminalError, with the mend."""
    place = folder / FOLDER
    try:
        graph, tokenizer, text = files = [(place / name).read_bytes() for name in (GRAPH, TOKENIZER, MANIFEST)]
    except OSError as error:
        raise _broken(folder, f"{error.filename} cannot be read ({error.strerror})") from None
    if _hash(files) != content:
        raise _broken(folder, f"the files in {place} are not those that the model was saved with (hash differs)")
    manifest = json.loads(text)
    mixes = tuple(Mix(**mix) for mix in manifest["mixes"])
    if manifest["format"] != _FORMAT or [mix.name for mix in mixes] != list(outputs):
        raise _broken(folder, f"{MANIFEST} was written by another version of Echolot")
    return Encoder(graph, tokenizer.decode(), mixes, manifest["cut"])


def _hash(files: Sequence[bytes]) -> str:
    return sha256(b"".join(sha256(data).digest() for data in files)).hexdigest()


def _broken(folder: Path, what: str) -> TerminalError:
    return TerminalError(
        f"{what}; train the model anew with `echolot train intents ... --encoder e5-small --out {folder}`, or unset "
        f"judge.model to use the shipped model (reinstall Echolot if it is the shipped one that is broken)"
    )
