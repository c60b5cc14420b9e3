"""Trained weights in a folder, known by all that they were made of: training takes hours, and goes on where it stopped.

Training only."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from classifiers.encoder.learning import Example
from classifiers.encoder.network import Network


class Shelf:
    """Files NAME-HASH.safetensors in `folder`; each is written whole or not at all."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._spent: dict[Path, float | None] = {}
        self.seconds_now = 0.0
        """Processor time of what was trained and not found."""

    @property
    def seconds(self) -> float | None:
        """Processor time of all that was asked for, whenever it was trained; None where kept weights do not say."""
        known = [spent for spent in self._spent.values() if spent is not None]
        return sum(known) if len(known) == len(self._spent) else None

    def made(
        self, name: str, made_of: object, examples: Sequence[Example], network: Network, train: Callable[[], None]
    ) -> str:
        """Weights for `network`: those on the shelf, else those after `train`, kept. Gives back the hash."""
        key = sha256(f"{name} {made_of!r} {_digest(examples)}".encode()).hexdigest()
        path = self._folder / f"{name}-{key[:16]}.safetensors"
        if path.exists():
            network.load_state_dict(load_file(path))
            with safe_open(path, "pt") as file:
                told = (file.metadata() or {}).get("seconds")
            self._spent[path] = None if told is None else float(told)
            return key
        started = time.process_time()
        train()
        spent = time.process_time() - started
        self._spent[path] = spent
        self.seconds_now += spent
        unfinished = path.with_suffix(".part")
        save_file(network.state_dict(), unfinished, metadata={"seconds": f"{spent:.3f}"})
        unfinished.rename(path)
        return key


def _digest(examples: Sequence[Example]) -> str:
    digest = sha256()
    for example in examples:
        verdicts = b"" if example.verdicts is None else example.verdicts.tobytes()
        digest.update(np.array(example.pieces, np.int64).tobytes() + verdicts)
        digest.update(f" {example.sentiment} {example.weight}".encode())
    return digest.hexdigest()
