"""Trains the intents models from labelled posts: figures on held-out posts first, then models of all, then the card.

Two ways of holding out: five folds (translated twins together), and each collection in turn, which is harder and nearer
to what a new brand sees. Figures are on real posts only; calibration and thresholds that a post is judged by are
chosen without it."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from classifiers import artefact, card, gold, held_out
from classifiers.accounts import BrandAccounts
from classifiers.artefact import Model, Source
from classifiers.encoder import sentences
from classifiers.encoder.artefact import Encoder
from classifiers.encoder.wording import worded
from classifiers.evaluate import ALL, UNTRANSLATED, by_language, sets
from classifiers.figures import Figures, Floats, Report, TradeOff, trade_offs
from classifiers.fitting import (
    Logits,
    Targets,
    calibrate,
    cut_for,
    fit,
    fit_head,
    folds,
    head_scores,
    held_out_logits,
    linear_scores,
    targets_of,
    texts_of,
    weights_of,
)
from classifiers.gold import GoldError, GoldPost
from classifiers.held_out import BY_POST, BY_SOURCE, HeldOut
from classifiers.intents import NEEDS_INTERVENTION, SEVERITIES
from configs.taxonomy import Taxonomy

_ASKED = 0.25  # of a feed where 5 % have a label; more lifted average precision by .003 at most on held-out posts
_LEAST_POSTS = 10  # with an intent, before a model for it makes sense
_HANDLE = re.compile(r"(?<![\w@])@(\w+)")
_MASKS = frozenset(("user", "someuser", "email", "example"))  # stand for private people in labelled sets
CROSS_VALIDATED, SOURCE_LEFT_OUT = "five folds", "source left out"


# Threads add up in another order: other last bits, so another model.
@threadpool_limits.wrap(limits=1)  # type: ignore[untyped-decorator,unused-ignore]
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
    is_brand = BrandAccounts(handles)
    texts, weights = texts_of(posts, is_brand), weights_of(posts)
    vectors = sentences.vectors([worded(post.text, is_brand) for post in posts])

    def held_out_by(part: NDArray[np.generic]) -> Logits:
        return Logits(
            held_out_logits(part, targets, lambda seen: linear_scores(texts, targets, weights, seen)),
            (held_out_logits(part, targets, lambda seen: head_scores(vectors, targets, weights, seen)),),
        )

    parts = folds_of(posts, seed)
    origins = np.array([post.origin if post.is_real else "" for post in posts])
    real = np.flatnonzero(origins != "")
    chosen = real if len(real) else np.arange(len(posts))
    many = len(set(origins[real].tolist())) > 1  # of one collection nothing can be left out
    by_post, by_source = held_out_by(parts), held_out_by(origins if many else np.full(len(posts), ""))
    cut = _cut(by_post.rows(chosen), targets.rows(chosen))
    trial = _Trial(posts, targets, by_post, real)
    figures, scores = trial.figures(CROSS_VALIDATED, by_post, parts)
    harder, harder_scores = trial.figures(SOURCE_LEFT_OUT, by_source, origins) if many else ([], None)
    fitted = fit(texts, targets, weights)
    calibration = calibrate(by_post.rows(chosen), targets.rows(chosen), fitted.biases, cut)
    encoder = Encoder(calibration.mixes, cut, sentences.packed(*fit_head(vectors, targets, weights)))
    model = artefact.save(
        Model(
            intents, calibration.outputs, fitted.vocabulary, fitted.weights, handles, sources, taxonomy.version, seed,
            content="", encoder=encoder,
        ),
        out_dir,
    )  # fmt: skip
    said = len(intents) + 1
    kept = HeldOut(
        targets.names[:said],
        tuple(posts[i].language for i in real),
        targets.truth[real, :said],
        {BY_POST: scores[real, :said]} | ({} if harder_scores is None else {BY_SOURCE: harder_scores[real, :said]}),
    )
    held_out.save(kept, out_dir, model.content)
    stages = [*trial.stages(CROSS_VALIDATED, by_post, parts)]
    if many:
        stages += trial.stages(SOURCE_LEFT_OUT, by_source, origins)
    report = Report((*figures, *harder), _notes(posts), tuple(_trade_offs(posts, targets, scores, real)), tuple(stages))
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
    """The fold of each post; translated twins stay together."""
    return folds([post.group for post in posts], seed)


def _cut(logits: Logits, targets: Targets) -> float:
    """So that a core still judges 2,000 posts a second: the second stage takes some 0.7 ms, the first 0.06 ms."""
    said = [place for place, name in enumerate(targets.names) if name not in SEVERITIES]
    first = calibrate(Logits(logits.linear), targets).probabilities(logits)[:, said]
    return cut_for(first, np.any(targets.truth[:, said], axis=1), asked=_ASKED)


def _everything(_logits: Logits, _targets: Targets) -> float:
    return 0.0


CutOf = Callable[[Logits, Targets], float]


@dataclass(frozen=True, slots=True)
class _Trial:
    """Posts that were held out, judged with calibration and thresholds from posts of other parts."""

    posts: Sequence[GoldPost]
    targets: Targets
    by_post: Logits
    real: NDArray[np.int64]

    def figures(self, split: str, logits: Logits, part: NDArray[np.generic]) -> tuple[list[Figures], Floats]:
        """Figures on real posts, and the probabilities of all."""
        return self._judged(split, logits, self.by_post, part, _cut)

    def stages(self, split: str, logits: Logits, part: NDArray[np.generic]) -> Iterator[Figures]:
        """Each model alone, both on every post, and the cascade, in a few rows."""
        for name, pick, cut_of in (
            ("linear alone", lambda of: Logits(of.linear), _everything),
            ("sentence vectors alone", lambda of: Logits(of.others[0]), _everything),
            ("both on every post", lambda of: of, _everything),
            ("cascade, as shipped", lambda of: of, _cut),
        ):
            figures, _ = self._judged(f"{split}: {name}", pick(logits), pick(self.by_post), part, cut_of)
            wanted = {(label, language) for label in ("macro", NEEDS_INTERVENTION) for language in (ALL, UNTRANSLATED)}
            yield from (row for row in figures if (row.label, row.language) in wanted)

    def _judged(
        self, split: str, logits: Logits, by_post: Logits, part: NDArray[np.generic], cut_of: CutOf
    ) -> tuple[list[Figures], Floats]:
        targets, real = self.targets, self.real
        scores, verdicts = np.zeros(targets.truth.shape), np.zeros(targets.truth.shape, bool)
        if len(real) == 0:
            return [], scores
        for value in sorted(set(part[real].tolist())):
            inside, others = real[part[real] == value], real[part[real] != value]
            known, about = by_post.rows(others), targets.rows(others)
            calibration = calibrate(known, about, cut=cut_of(known, about))
            scores[inside] = calibration.probabilities(logits.rows(inside))
            verdicts[inside] = scores[inside] >= [output.threshold for output in calibration.outputs]
        names = targets.names[: targets.names.index(NEEDS_INTERVENTION) + 1]
        chosen = [self.posts[i] for i in real]
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
