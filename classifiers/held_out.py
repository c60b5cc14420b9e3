"""What a model's makers know about its scores: labelled posts' truth, and probabilities by models that never saw them.

Thresholds for another wish are chosen from these (trade_off.py). No text, no id and no handle is kept, so the file may
go wherever the model goes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.figures import Bools, Floats
from schemas.errors import TerminalError

FILE = "held_out.npz"
BY_POST, BY_SOURCE = "by_post", "by_source"
SPLITS = (BY_POST, BY_SOURCE)
"""Posts held out in folds, or with all of their collection: nearer to what a new brand sees, and harder.

A model of one collection has no second."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Real posts only. `truth` has a row a post and a column a name, as has each of `scores`, by split."""

    names: tuple[str, ...]
    languages: tuple[str, ...]
    truth: Bools
    scores: dict[str, Floats]

    def of(self, name: str, split: str, language: str = "") -> tuple[Bools, Floats]:
        """Truth and probabilities of one label; of one language, unset: of all. Raises TerminalError."""
        if name not in self.names:
            raise TerminalError(f"the model says nothing about {name!r}; name one of {', '.join(self.names)}")
        if split not in self.scores:
            raise TerminalError(
                "the model was trained on posts of one collection, so nobody knows what it does with others; "
                "add --known-sources to see how it does on posts like those"
            )
        chosen = np.array([language in ("", spoken) for spoken in self.languages])
        column = self.names.index(name)
        if not self.truth[chosen, column].any() or self.truth[chosen, column].all():
            known = ", ".join(sorted(set(self.languages)))
            raise TerminalError(
                f"no labelled posts to choose a threshold of {name} by in language {language!r}; name one of {known}, "
                f"or none for all"
            )
        return self.truth[chosen, column], self.scores[split][chosen, column]


def save(held_out: HeldOut, folder: Path, content: str) -> None:
    """Write it beside the model whose hash is `content`; probabilities to three decimals."""
    scores: dict[str, Any] = {split: _thousandths(found) for split, found in held_out.scores.items()}
    np.savez_compressed(
        folder / FILE,
        content=np.array(content),
        names=np.array(held_out.names),
        languages=np.array(held_out.languages),
        truth=np.packbits(held_out.truth, axis=None),
        **scores,
    )


def load(folder: Path, content: str) -> HeldOut:
    """Raises TerminalError where the file is missing, broken, or of another model than the one with hash `content`."""
    try:
        with np.load(folder / FILE, allow_pickle=False) as arrays:
            if str(arrays["content"]) != content:
                raise _unfit(folder, "belongs to another model")
            scores = {split: arrays[split] / 1000 for split in SPLITS if split in arrays}
            shape = scores[BY_POST].shape
            truth = np.unpackbits(arrays["truth"], count=shape[0] * shape[1]).reshape(shape).astype(bool)
            return HeldOut(tuple(arrays["names"].tolist()), tuple(arrays["languages"].tolist()), truth, scores)
    except TerminalError:
        raise
    except Exception as error:  # of a broken archive numpy, zipfile and zlib each raise their own
        raise _unfit(folder, f"cannot be read ({type(error).__name__}: {error})") from None


def _thousandths(probabilities: Floats) -> NDArray[np.uint16]:
    return np.round(probabilities * 1000).astype(np.uint16)


def _unfit(folder: Path, what: str) -> TerminalError:
    return TerminalError(
        f"{folder / FILE}: {what}; train the model anew with `echolot train intents ... --out {folder}`"
    )
