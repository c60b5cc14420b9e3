"""The encoder as a further model of the mean: logits of posts held out, and the network that ships.

A training takes a quarter of an hour on two cores, so fewer parts are held out than of the other models: two halves of
the posts, two groups of collections. Such figures are a little strict, since each network saw less. Training only."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from classifiers.encoder import export, network, recipe
from classifiers.encoder.learning import Example, logits
from classifiers.encoder.lesson import Lesson
from classifiers.encoder.package import PACKAGE
from classifiers.encoder.scorer import pieces
from classifiers.encoder.shelf import Shelf
from classifiers.sentiment import CLASSES
from schemas.errors import TerminalError

Floats = NDArray[np.float64]


class Trainer:
    """Trains on the lessons it was given; what is in `work` already is not trained again."""

    def __init__(
        self,
        checkpoint: str,
        lessons: Sequence[Lesson],
        work: Path,
        seed: int,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`checkpoint`: PACKAGE, a folder, or a hub name. Raises TerminalError where it cannot be had."""
        self._seed, self._recipe, self._tell = seed, recipe.SHIPPED, tell
        self._shelf = Shelf(work)
        if checkpoint == PACKAGE:
            checkpoint = str(recipe.pruned_checkpoint([lesson.text for lesson in lessons], work / PACKAGE))
        self._checkpoint = checkpoint
        self._tokenizer = _tokenizer(checkpoint)
        ids = pieces(self._tokenizer, [lesson.text for lesson in lessons])
        self._examples = [
            Example(each, lesson.verdicts, lesson.sentiment, lesson.weight)
            for each, lesson in zip(ids, lessons, strict=True)
        ]
        self._outputs = len(lessons[0].verdicts)
        self._is_post = np.array([lesson.is_post for lesson in lessons])

    def held_out(self, part: NDArray[np.generic]) -> tuple[Floats, Floats]:
        """Logits of every labelled post, of its verdicts and its sentiment, by a network that saw nothing of its part.

        Part "" is never held out and gets 0, as do lessons that are no posts."""
        verdicts, sentiments = np.zeros((len(part), self._outputs)), np.zeros((len(part), len(CLASSES)))
        values = sorted(set(part.tolist()) - {""})
        for value in values:
            self._tell(f"held out: {value}, of {', '.join(map(str, values))}")
            inside = np.flatnonzero((part == value) & self._is_post)
            trained = self._network(part != value)
            verdicts[inside], sentiments[inside] = logits(trained, [self._examples[n].pieces for n in inside])
        return verdicts, sentiments

    def finished(self) -> tuple[bytes, str]:
        """Graph and tokenizer of a network that saw everything."""
        self._tell("all posts")
        trained = self._network(np.ones(len(self._examples), bool))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "encoder.onnx"
            export.write(trained, path)
            return path.read_bytes(), self._tokenizer.to_str()

    @property
    def seconds(self) -> tuple[float | None, float]:
        """Processor time of all networks so far, None where kept ones do not say; and how much was spent now."""
        return self._shelf.seconds, self._shelf.seconds_now

    def _network(self, seen: NDArray[np.bool_]) -> network.Network:
        posts = [self._examples[n] for n in np.flatnonzero(seen & self._is_post)]
        others = [self._examples[n] for n in np.flatnonzero(seen & ~self._is_post)]
        return recipe.train(self._checkpoint, posts, others, self._recipe, self._seed, self._shelf, self._tell)


def _tokenizer(checkpoint: str) -> Tokenizer:
    try:
        path = Path(checkpoint) / "tokenizer.json"
        made = Tokenizer.from_file(str(path)) if path.exists() else Tokenizer.from_pretrained(checkpoint)
    except Exception as error:  # tokenizers raises bare Exception
        raise TerminalError(f"the encoder {checkpoint!r} has no fast tokenizer that can be read ({error})") from None
    made.no_padding()
    made.no_truncation()
    return made
