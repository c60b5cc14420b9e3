"""Trains the intents model from labelled posts: figures on held-out posts first, then the model on all, then its card.

Two ways of holding out: five folds (translated twins together), and each collection in turn, which is harder and nearer
to what a new brand sees. Figures are on real posts only; calibration and thresholds that a post is judged by are
chosen without it."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers import artefact, card, gold, held_out
from classifiers.accounts import BrandAccounts
from classifiers.artefact import Model, Source
from classifiers.evaluate import ALL, UNTRANSLATED, by_language, sets
from classifiers.figures import Figures, Floats, Report, TradeOff, trade_offs
from classifiers.fitting import Fitted, Targets, calibrate, fit, probabilities, targets_of, texts_of, weights_of
from classifiers.gold import GoldError, GoldPost
from classifiers.held_out import BY_POST, BY_SOURCE, HeldOut
from classifiers.intents import NEEDS_INTERVENTION
from configs.taxonomy import Taxonomy

_FOLDS = 5
_LEAST_POSTS = 10  # with an intent, before a model for it makes sense
_HANDLE = re.compile(r"(?<![\w@])@(\w+)")
_MASKS = frozenset(("user", "someuser", "email", "example"))  # stand for private people in labelled sets
CROSS_VALIDATED, SOURCE_LEFT_OUT = "five folds", "source left out"


def train(paths: Sequence[Path], taxonomy: Taxonomy, out_dir: Path, seed: int) -> Report:
    """Write model and card to `out_dir`, and return the figures on held-out posts.

    The same files, taxonomy and seed give the same model. Raises GoldError where a file cannot be used, ids repeat
    across files, or an intent has too few posts."""
    started = time.process_time()
    intents = tuple(intent.id for intent in taxonomy.intents)
    posts, sources = _read(paths, intents)
    targets = targets_of(posts, intents)
    _refuse_rare(targets, len(intents))
    handles = _handles(posts)
    texts, weights = texts_of(posts, BrandAccounts(handles)), weights_of(posts)

    folds = folds_of(posts, seed)
    origins = np.array([post.origin if post.is_real else "" for post in posts])
    by_post = _held_out(texts, targets, weights, folds)
    by_source = _held_out(texts, targets, weights, origins)
    real = np.flatnonzero(origins != "")
    figures, scores = _figures(CROSS_VALIDATED, posts, targets, by_post, by_post, folds, real)
    harder, harder_scores = _figures(SOURCE_LEFT_OUT, posts, targets, by_source, by_post, origins, real)
    fitted = fit(texts, targets, weights)
    chosen = real if len(real) else np.arange(len(posts))
    outputs = calibrate(by_post[chosen], targets.rows(chosen), fitted.biases)
    model = artefact.save(
        Model(
            intents, outputs, fitted.vocabulary, fitted.weights, handles, sources, taxonomy.version, seed, content=""
        ),
        out_dir,
    )
    said = len(intents) + 1
    kept = HeldOut(
        targets.names[:said],
        tuple(posts[i].language for i in real),
        targets.truth[real, :said],
        {BY_POST: scores[real, :said], BY_SOURCE: harder_scores[real, :said]},
    )
    held_out.save(kept, out_dir, model.content)
    report = Report((*figures, *harder), _notes(posts), tuple(_trade_offs(posts, targets, scores, real)))
    card.write(out_dir, model, report, posts, kept, time.process_time() - started)
    return report


def _read(paths: Sequence[Path], intents: Sequence[str]) -> tuple[list[GoldPost], tuple[Source, ...]]:
    posts: list[GoldPost] = []
    sources = []
    for path in paths:
        found = gold.read(path, intents)
        sources.append(Source(path.name, gold.file_hash(path), len(found)))
        posts += found
    doubled = [post_id for post_id, count in Counter(post.id for post in posts).items() if count > 1]
    if doubled:
        raise GoldError(f"id {doubled[0]!r} stands in two of the files; give each post its own id")
    return posts, tuple(sources)


def _refuse_rare(targets: Targets, intents: int) -> None:
    counts = targets.truth.sum(axis=0)
    for name, count in zip(targets.names[: intents + 1], counts, strict=False):
        if count < _LEAST_POSTS:
            raise GoldError(f"{count} posts are labelled {name!r}; label at least {_LEAST_POSTS} to train it")


def _handles(posts: Sequence[GoldPost]) -> tuple[str, ...]:
    """Handles left unmasked in at least two posts: brands'."""
    counts = Counter(handle for post in posts for handle in {h.casefold() for h in _HANDLE.findall(post.text)})
    return tuple(sorted(handle for handle, count in counts.items() if count > 1 and handle not in _MASKS))


def folds_of(posts: Sequence[GoldPost], seed: int) -> NDArray[np.int64]:
    """The fold of each post; decided by its group alone, so that twins stay together and a row more moves no other."""
    hashes = (blake2b(f"{seed}\0{post.group}".encode(), digest_size=8).digest() for post in posts)
    return np.array([int.from_bytes(value, "big") % _FOLDS for value in hashes])


def _held_out(texts: Sequence[str], targets: Targets, weights: Floats, part: NDArray[np.generic]) -> Floats:
    """Logits of every post by a model that saw nothing of its part; part "" is never held out and gets 0."""
    logits = np.zeros(targets.truth.shape)
    for value in sorted(set(part.tolist()) - {""}):
        inside, outside = np.flatnonzero(part == value), np.flatnonzero(part != value)
        if len(outside) == 0:
            continue
        fitted: Fitted = fit([texts[i] for i in outside.tolist()], targets.rows(outside), weights[outside])
        logits[inside] = fitted.logits([texts[i] for i in inside.tolist()])
    return logits


def _figures(
    split: str,
    posts: Sequence[GoldPost],
    targets: Targets,
    logits: Floats,
    calibration: Floats,
    part: NDArray[np.generic],
    real: NDArray[np.int64],
) -> tuple[list[Figures], Floats]:
    """Figures on real posts, each part judged with calibration and thresholds from the others; and probabilities."""
    if len(real) == 0:
        return [], logits
    scores, verdicts = np.zeros(logits.shape), np.zeros(logits.shape, bool)
    for value in sorted(set(part[real].tolist())):
        inside, others = real[part[real] == value], real[part[real] != value]
        outputs = calibrate(calibration[others], targets.rows(others))
        scores[inside] = probabilities(logits[inside], outputs)
        verdicts[inside] = scores[inside] >= [output.threshold for output in outputs]
    names = targets.names[: targets.names.index(NEEDS_INTERVENTION) + 1]
    chosen = [posts[i] for i in real]
    return by_language(split, chosen, names, targets.truth[real], scores[real], verdicts[real]), scores


def _trade_offs(
    posts: Sequence[GoldPost], targets: Targets, scores: Floats, real: NDArray[np.int64]
) -> Iterator[TradeOff]:
    column = targets.names.index(NEEDS_INTERVENTION)
    for language, chosen in sets([posts[i] for i in real]):
        if language in (ALL, UNTRANSLATED):
            yield from trade_offs(language, targets.truth[real][chosen, column], scores[real][chosen, column])


def _notes(posts: Sequence[GoldPost]) -> tuple[str, ...]:
    real = sum(post.is_real for post in posts)
    return (f"{len(posts)} posts, {real} of them real; figures are on real posts, held out",)
