"""The later stages as files beside the linear model: encoder.json (how all are mixed), and weights of each encoder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from classifiers.scaling import Scale, Stage
from schemas.errors import TerminalError

FOLDER, MANIFEST = "encoder", "encoder.json"
HEAD, GRAPH, TOKENIZER = "sentences.npz", "encoder.onnx", "tokenizer.json"
_FORMAT = 6


@dataclass(frozen=True, slots=True)
class Encoder:
    """Everything inference needs: a stage for each model that there is, in order."""

    stages: tuple[Stage, ...]
    head: bytes = b""
    """Over sentence vectors (sentences.py); empty: there is none."""
    graph: bytes = b""
    """A network of our own training (scorer.py); empty: there is none."""
    tokenizer: str = ""
    of: str = ""
    """Hash of the graph in another model's folder that has a stage of its own here; empty: none has."""


def graph_hash(folder: Path) -> str:
    """Of the network in `folder`; empty where there is none. Raises TerminalError where nobody can tell."""
    path = folder / FOLDER / MANIFEST
    try:
        files: dict[str, str] = json.loads(path.read_bytes())["files"]
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, KeyError) as error:
        raise _broken(folder, f"{path} cannot be read ({error})") from None
    return files.get(GRAPH, "")


def save(encoder: Encoder, folder: Path) -> str:
    """Write the files to `folder`/encoder; gives back the hash by which the model knows them."""
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    weights = {HEAD: encoder.head, GRAPH: encoder.graph, TOKENIZER: encoder.tokenizer.encode()}
    for name, data in weights.items():
        (place / name).unlink(missing_ok=True)
        if data:
            (place / name).write_bytes(data)
    manifest = {
        "format": _FORMAT,
        "stages": [asdict(stage) for stage in encoder.stages],
        "of": encoder.of,
        "files": {name: sha256(data).hexdigest() for name, data in weights.items() if data},
    }
    text = json.dumps(manifest, indent=1) + "\n"
    (place / MANIFEST).write_text(text, encoding="utf-8")
    return sha256(text.encode()).hexdigest()


def load(folder: Path, outputs: Sequence[str], content: str) -> Encoder:
    """The encoder of a model with these outputs, whose hash is `content`. Raises TerminalError, with the mend."""
    text = _read(folder, MANIFEST, content)
    manifest: dict[str, Any] = json.loads(text)
    if manifest["format"] != _FORMAT:
        raise _broken(folder, f"{MANIFEST} was written by another version of Echolot")
    stages = tuple(
        Stage(
            stage["cut"],
            tuple(stage["asks"]),
            tuple(stage["weights"]),
            tuple(Scale(**scale) for scale in stage["scales"]),
        )
        for stage in manifest["stages"]
    )
    if any([scale.name for scale in stage.scales] != list(outputs) for stage in stages):
        raise _broken(folder, f"{MANIFEST} has other outputs than the model")
    weights = {name: _read(folder, name, known) for name, known in manifest["files"].items()}
    return Encoder(
        stages,
        weights.get(HEAD, b""),
        weights.get(GRAPH, b""),
        weights.get(TOKENIZER, b"").decode(),
        manifest["of"],
    )


def _read(folder: Path, name: str, content: str) -> bytes:
    path = folder / FOLDER / name
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _broken(folder, f"{path} cannot be read ({error.strerror})") from None
    if sha256(data).hexdigest() != content:
        raise _broken(folder, f"{path} is not the file that the model was saved with (hash differs)")
    return data


def _broken(folder: Path, what: str) -> TerminalError:
    return TerminalError(
        f"{what}; train the model anew with `echolot train intents ... --out {folder}`, or unset judge.model to use "
        f"the shipped model (reinstall Echolot if it is the shipped one that is broken)"
    )
