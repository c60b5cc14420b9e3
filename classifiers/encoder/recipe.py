"""How an encoder is made: a pruned checkpoint, sentiment first, then the labelled posts, then a smaller student.

Sentiment first lifts needs-intervention on German posts (F1 .817 to .863 on posts unseen, e5-small) and nothing else.
The student learns from the teacher on labelled posts and others (distilling.py). Training only."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from classifiers.encoder import network, package, pruning
from classifiers.encoder.distilling import distil
from classifiers.encoder.learning import Course, Example, Tell, learn, rates
from classifiers.encoder.lesson import UNKNOWN
from classifiers.encoder.network import Network
from classifiers.encoder.scorer import pieces
from classifiers.encoder.shelf import Shelf

_TABLE = "embeddings.word_embeddings.weight"
_ALONG = 4  # of so many other texts one goes along with the labelled posts, so that the head of sentiment follows
_SENTIMENT, _POSTS, _DISTILLING = Course(epochs=1), Course(epochs=3), Course(epochs=3, rate=3e-4)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is done, in order. `layers` of the student; None: the teacher is the model."""

    sentiment: Course = _SENTIMENT
    posts: Course = _POSTS
    distilling: Course = _DISTILLING
    teacher_layers: int | None = None
    layers: int | None = 4


SHIPPED = Recipe()


def pruned_checkpoint(texts: Sequence[str], folder: Path) -> Path:
    """e5-small from its packages with the pieces that `texts` need; kept in `folder`, one for each choice of pieces."""
    described = package.package_file(*package.TOKENIZER).read_text(encoding="utf-8")
    used = {number for ids in pieces(Tokenizer.from_str(described), texts) for number in ids}
    keep = pruning.kept(json.loads(described)["model"]["vocab"], used)
    tokenizer = pruning.pruned_tokenizer(described, keep)
    made = folder / sha256(tokenizer.encode()).hexdigest()[:16]
    if made.exists():
        return made
    unfinished = made.with_suffix(".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    whole = package.write_checkpoint(unfinished / "whole")
    weights = load_file(whole / "model.safetensors")
    weights[_TABLE] = pruning.pruned_table(weights[_TABLE], keep)
    config = json.loads((whole / "config.json").read_text(encoding="utf-8")) | {"vocab_size": len(keep)}
    (unfinished / "config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
    (unfinished / "tokenizer.json").write_text(tokenizer, encoding="utf-8")
    save_file(weights, unfinished / "model.safetensors", metadata={"format": "pt"})
    shutil.rmtree(whole)
    unfinished.rename(made)
    return made


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes networks by one recipe; what `shelf` holds already is not trained again."""

    checkpoint: str | Path
    recipe: Recipe
    seed: int
    shelf: Shelf
    threads: int = 1
    tell: Tell = lambda _: None

    def train(self, posts: Sequence[Example], others: Sequence[Example], texts: Sequence[Example] = ()) -> Network:
        """The finished network. `posts` have verdicts; of `others` some have a sentiment, and some say who needs
        nobody; `texts` say nothing, and are taught to the student alone."""
        recipe, seed = self.recipe, self.seed
        teacher, first = self.begin(posts, others)
        mixed = [*posts, *others[::_ALONG]]
        network.begin_at(teacher, rates(posts).tolist())
        taught = self.shelf.made(
            "teacher", (first, recipe.posts, seed), mixed, teacher,
            lambda: learn(teacher, mixed, recipe.posts, seed, lambda said: self.tell(f"posts, {said}")),
        )  # fmt: skip
        if recipe.layers is None:
            return teacher
        student = network.load(self.checkpoint, teacher.verdicts.out_features, recipe.layers)
        student.load_state_dict(_shared_with(teacher, student, recipe.layers), strict=False)
        lessons = [*posts, *others, *texts]
        self.shelf.made(
            "student", (taught, recipe.layers, recipe.distilling, seed), lessons, student,
            lambda: distil(
                student, teacher, lessons, recipe.distilling, seed, lambda said: self.tell(f"student, {said}")
            ),
        )  # fmt: skip
        return student

    def begin(self, posts: Sequence[Example], others: Sequence[Example]) -> tuple[Network, str]:
        """The teacher after sentiment, and by what the shelf knows it. Its heads are drawn, so that one serves every
        part of the posts that is held out."""
        network.seeded(self.seed, self.threads)
        outputs = next(len(post.verdicts) for post in posts if post.verdicts is not None)
        teacher = network.load(self.checkpoint, outputs, self.recipe.teacher_layers)
        tones = [other for other in others if other.sentiment != UNKNOWN]
        course = self.recipe.sentiment
        first = self.shelf.made(
            "sentiment", (_known_by(self.checkpoint), self.recipe.teacher_layers, outputs, course, self.seed), tones,
            teacher, lambda: learn(teacher, tones, course, self.seed, lambda said: self.tell(f"sentiment, {said}")),
        )  # fmt: skip
        return teacher, first


def _known_by(checkpoint: str | Path) -> str:
    """A folder by its weights, by all its files where these are in no `model.safetensors`; a model of a hub by name."""
    folder = Path(checkpoint)
    if (weights := folder / "model.safetensors").exists():
        return sha256(weights.read_bytes()).hexdigest()
    if not folder.is_dir():
        return str(checkpoint)
    files = [path for path in sorted(folder.iterdir()) if path.is_file()]
    return sha256(repr([(path.name, sha256(path.read_bytes()).digest()) for path in files]).encode()).hexdigest()


def _shared_with(teacher: Network, student: Network, layers: int) -> dict[str, object]:
    """The teacher's weights under the student's names: its layers in their places, everything else as it is."""
    places = {old: new for new, old in enumerate(network.spread(len(teacher.body.encoder.layer), layers))}
    taken: dict[str, object] = {}
    for name, value in teacher.state_dict().items():
        head, _, rest = name.partition("encoder.layer.")
        if not rest:
            taken[name] = value
            continue
        number, _, part = rest.partition(".")
        if int(number) in places:
            taken[f"{head}encoder.layer.{places[int(number)]}.{part}"] = value
    return taken
