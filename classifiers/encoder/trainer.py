"""The encoder as a further model of the mean: logits of posts held out, and the network that ships.

A training takes half an hour of a core or more, so fewer parts are held out than of the other models: two halves of the
posts, two groups of collections. Such figures are a little strict, since each network saw less. Training only."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from classifiers.encoder import export, network, recipe
from classifiers.encoder.learning import Example, logits, vectors
from classifiers.encoder.lesson import Kind, Lesson
from classifiers.encoder.package import PACKAGE
from classifiers.encoder.scorer import pieces
from classifiers.encoder.shelf import Shelf
from classifiers.sentiment import CLASSES
from schemas.errors import TerminalError

_SIDE_BY_SIDE = 4
"""Networks trained at a time, at most; each takes 3 GB. Two with a core each learn 43 posts/s together where one with
two cores learns 36 (twelve layers, Intel Xeon)."""
Floats = NDArray[np.float64]
Seen = NDArray[np.bool_]


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
        """`checkpoint`: PACKAGE, cut to the pieces of all lessons but Kind.TEXT, a folder, or a hub name.

        Raises TerminalError where it cannot be had."""
        self._seed, self._recipe, self._tell = seed, recipe.SHIPPED, tell
        self._shelf = Shelf(work)
        if checkpoint == PACKAGE:
            learnt = [lesson.text for lesson in lessons if lesson.kind is not Kind.TEXT]
            checkpoint = str(recipe.pruned_checkpoint(learnt, work / PACKAGE))
        self._checkpoint = checkpoint
        self._tokenizer = _tokenizer(checkpoint)
        ids = pieces(self._tokenizer, [lesson.text for lesson in lessons])
        self._examples = [
            Example(each, lesson.verdicts, lesson.sentiment, lesson.weight)
            for each, lesson in zip(ids, lessons, strict=True)
        ]
        self._outputs = len(lessons[0].verdicts)
        self._kinds = np.array([lesson.kind for lesson in lessons])

    def ahead(self, parts: Sequence[NDArray[np.str_]]) -> None:
        """Train what `finished` and `held_out` of `parts` ask for, some side by side where there are cores."""
        wanted = {"all posts": np.ones(len(self._examples), bool)}
        wanted |= {f"without {value}": part != value for part in parts for value in _values(part)}
        workers = min(len(wanted), os.cpu_count() or 1, _SIDE_BY_SIDE)
        if workers == 1:
            return
        threads = (os.cpu_count() or 1) // workers
        after: dict[bytes, list[str]] = {}  # what begins with the same sentiments
        for name, seen in wanted.items():
            after.setdefault((seen & (self._kinds == Kind.OTHER)).tobytes(), []).append(name)
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            waiting: list[tuple[Callable[..., None], list[str]]] = [(_begin, names) for names in after.values()]
            running: dict[Future[None], list[str]] = {}
            while waiting or running:
                waiting.sort(key=lambda each: int(wanted[each[1][0]].sum()))  # long ones first, else the last is alone
                while waiting and len(running) < workers:
                    work, names = waiting.pop()
                    maker = self._maker(threads, partial(_say, names[0]))
                    running[pool.submit(work, maker, *self._split(wanted[names[0]]))] = names if work is _begin else []
                for each in wait(running, return_when=FIRST_COMPLETED).done:
                    each.result()
                    waiting += [(_train, [name]) for name in running.pop(each)]

    def held_out(self, part: NDArray[np.str_]) -> tuple[Floats, Floats]:
        """Logits of every labelled post, of its verdicts and its sentiment, by a network that saw nothing of its part.

        Part "" is never held out and gets 0, as do lessons that are no posts."""
        verdicts, sentiments = np.zeros((len(part), self._outputs)), np.zeros((len(part), len(CLASSES)))
        for value in _values(part):
            self._tell(f"held out: {value}, of {', '.join(_values(part))}")
            inside = np.flatnonzero((part == value) & (self._kinds == Kind.POST))
            trained = self._network(part != value)
            verdicts[inside], sentiments[inside] = logits(trained, [self._examples[n].pieces for n in inside])
        return verdicts, sentiments

    def frozen(self, count: int) -> Floats:
        """Vectors of the first `count` lessons by the network as it came, centred and of length 1: (count, width).

        Heads over them tell what its training brings."""
        self._tell("the encoder as it came")
        network.seeded(self._seed, os.cpu_count() or 1)
        untrained = network.load(self._checkpoint, self._outputs)
        found: Floats = vectors(untrained, [each.pieces for each in self._examples[:count]]).astype(np.float64)
        found /= np.linalg.norm(found, axis=1, keepdims=True)
        found -= found.mean(axis=0)
        found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)
        return found

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
        """Processor time of all networks so far, None where kept ones do not say; and how much this process spent."""
        return self._shelf.seconds, self._shelf.seconds_now

    def _network(self, seen: Seen) -> network.Network:
        return self._maker(os.cpu_count() or 1, self._tell).train(*self._split(seen))

    def _maker(self, threads: int, tell: Callable[[str], None]) -> recipe.Maker:
        return recipe.Maker(self._checkpoint, self._recipe, self._seed, self._shelf, threads, tell)

    def _split(self, seen: Seen) -> tuple[list[Example], ...]:
        """Posts, others and texts among the lessons seen."""
        return tuple([self._examples[n] for n in np.flatnonzero(seen & (self._kinds == kind))] for kind in Kind)


def _values(part: NDArray[np.str_]) -> list[str]:
    return sorted(set(part.tolist()) - {""})


def _begin(maker: recipe.Maker, posts: Sequence[Example], others: Sequence[Example], _: Sequence[Example]) -> None:
    maker.begin(posts, others)  # the weights stay on the shelf


def _train(maker: recipe.Maker, *lessons: Sequence[Example]) -> None:
    maker.train(*lessons)


def _say(name: str, said: str) -> None:
    print(f"{name}: {said}", file=sys.stderr, flush=True)


def _tokenizer(checkpoint: str) -> Tokenizer:
    try:
        path = Path(checkpoint) / "tokenizer.json"
        made = Tokenizer.from_file(str(path)) if path.exists() else Tokenizer.from_pretrained(checkpoint)
    except Exception as error:  # tokenizers raises bare Exception
        raise TerminalError(f"the encoder {checkpoint!r} has no fast tokenizer that can be read ({error})") from None
    made.no_padding()
    made.no_truncation()
    return made
