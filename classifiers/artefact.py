"""A trained model as files: NAME.npz (arrays, no pickle), NAME.json (the rest, and hashes); NAME: intents, sentiment.

Weights are kept as 8-bit integers with a scale a column: logits move by .01 to .07 (standard
deviation, by output), and the shipped file has 1.4 MB."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.encoder import artefact as encoder_artefact
from classifiers.encoder.artefact import Encoder
from classifiers.ngrams import SLOT_BITS
from classifiers.scaling import Scale
from classifiers.vocabulary import LARGEST, SMALLEST, Vocabulary
from schemas.errors import TerminalError

SHIPPED = Path(__file__).parent / "artefacts"
INTENTS = "intents"
ARRAYS, MANIFEST = f"{INTENTS}.npz", f"{INTENTS}.json"
_FORMAT = 3  # raised when older code could not read the files, or features change
_FEATURES = f"word 1-2, char {SMALLEST}-{LARGEST}, 2^{SLOT_BITS}"


@dataclass(frozen=True, slots=True)
class Output:
    """One thing the model says: its logit is x . w + bias, and a probability from `threshold` on says yes."""

    name: str
    bias: float
    threshold: float


@dataclass(frozen=True, slots=True)
class Source:
    """A file the model was trained on, known again by its hash."""

    file: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Model:
    """Everything inference needs. `weights` has a row a column of the vocabulary, a column an output.

    `outputs` are the intents in order, then needs_intervention, severity at least 2, 3, 4, and relevance; or the three
    sentiments (then there are no intents)."""

    intents: tuple[str, ...]
    outputs: tuple[Output, ...]
    scales: tuple[Scale, ...]
    """What makes probabilities of the logits, one an output."""
    vocabulary: Vocabulary
    weights: NDArray[np.float64]
    handles: tuple[str, ...]
    scripts: tuple[str, ...]
    """Those of the texts it was trained on (scripts.py); of others it knows nothing."""
    sources: tuple[Source, ...]
    taxonomy_version: int
    seed: int
    content: str
    """Hash over all files; empty until saved."""
    encoder: Encoder | None = None
    """Second stage, if the model has one; in a folder of its own (encoder/artefact.py)."""


def save(model: Model, folder: Path, name: str = INTENTS) -> Model:
    """Write both files; the same model gives the same bytes. Returns the model as it will be loaded."""
    folder.mkdir(parents=True, exist_ok=True)
    scales = np.maximum(np.abs(model.weights).max(axis=0, initial=0), 1e-9) / 127
    buffer = BytesIO()
    np.savez_compressed(
        buffer,
        slots=np.diff(model.vocabulary.slots, prepend=np.uint32(0)),  # differences compress, slots do not
        idf=model.vocabulary.idf.astype(np.float16),
        weights=np.round(model.weights / scales).astype(np.int8),
        scales=scales.astype(np.float32),
    )
    manifest = {
        "format": _FORMAT, "features": _FEATURES, "arrays_sha256": sha256(buffer.getvalue()).hexdigest(),
        "intents": list(model.intents), "outputs": [asdict(output) for output in model.outputs],
        "scales": [asdict(scale) for scale in model.scales],
        "handles": list(model.handles), "scripts": list(model.scripts),
        "sources": [asdict(source) for source in model.sources],
        "taxonomy_version": model.taxonomy_version, "seed": model.seed,
    }  # fmt: skip
    if model.encoder is not None:
        manifest["encoder_sha256"] = encoder_artefact.save(model.encoder, folder)
    (folder / f"{name}.npz").write_bytes(buffer.getvalue())
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    (folder / f"{name}.json").write_text(text, encoding="utf-8")
    return load(folder, name)


def load(folder: Path | None = None, name: str = INTENTS) -> Model:
    """The model in `folder`, unset: the shipped one. Raises TerminalError, with the mend."""
    if folder is None:
        folder = SHIPPED if name == INTENTS else SHIPPED / name
    try:
        text = (folder / f"{name}.json").read_bytes()
        data = (folder / f"{name}.npz").read_bytes()
    except OSError as error:
        missing = Path(error.filename or folder).name
        raise _broken(folder, name, f"{missing} cannot be read ({error.strerror})") from None
    try:
        manifest = json.loads(text)
        if manifest["format"] != _FORMAT or manifest["features"] != _FEATURES:
            raise _broken(folder, name, f"{name}.json was written by another version of Echolot")
        if sha256(data).hexdigest() != manifest["arrays_sha256"]:
            raise _broken(folder, name, f"{name}.npz is not the file that {name}.json describes (hash differs)")
        return _assemble(folder, manifest, data, sha256(text + data).hexdigest())
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise _broken(folder, name, f"{name}.json is not a manifest ({type(error).__name__}: {error})") from None


def _assemble(folder: Path, manifest: dict[str, Any], data: bytes, content: str) -> Model:
    with np.load(BytesIO(data), allow_pickle=False) as arrays:
        slots = np.cumsum(arrays["slots"], dtype=np.uint32)
        idf = arrays["idf"].astype(np.float64)
        weights = arrays["weights"].astype(np.float64) * arrays["scales"].astype(np.float64)
    outputs = tuple(Output(**output) for output in manifest["outputs"])
    if weights.shape != (len(slots), len(outputs)) or len(idf) != len(slots):
        raise ValueError(f"weights are {weights.shape}, not {len(slots)} x {len(outputs)}")
    return Model(
        intents=tuple(manifest["intents"]),
        outputs=outputs,
        scales=tuple(Scale(**scale) for scale in manifest["scales"]),
        vocabulary=Vocabulary(slots, idf),
        weights=np.ascontiguousarray(weights),
        handles=tuple(manifest["handles"]),
        scripts=tuple(manifest["scripts"]),
        sources=tuple(Source(**source) for source in manifest["sources"]),
        taxonomy_version=manifest["taxonomy_version"],
        seed=manifest["seed"],
        content=content,
        encoder=_encoder(folder, manifest, [output.name for output in outputs]),
    )


def _encoder(folder: Path, manifest: dict[str, Any], outputs: list[str]) -> Encoder | None:
    known = manifest.get("encoder_sha256")
    return None if known is None else encoder_artefact.load(folder, outputs, known)


def _broken(folder: Path, name: str, what: str) -> TerminalError:
    setting = "judge.model" if name == INTENTS else f"judge.{name}_model"
    return TerminalError(
        f"{folder}: {what}; train one with `echolot train {name} ... --out {folder}`, or unset {setting} to use the "
        f"shipped model (reinstall Echolot if it is the shipped one that is broken)"
    )
