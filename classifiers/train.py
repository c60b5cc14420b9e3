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
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from classifiers import artefact, card, feeds, gold, held_out, held_out_tones, scripts
from classifiers.accounts import BrandAccounts
from classifiers.artefact import Model, Source
from classifiers.encoder import sentences
from classifiers.encoder.artefact import Encoder
from classifiers.encoder.wording import worded
from classifiers.evaluate import ALL, UNTRANSLATED, by_language, sets
from classifiers.feeds import FeedPost
from classifiers.figures import (
    Bools,
    Figures,
    Floats,
    Report,
    SeverityFigures,
    TradeOff,
    severities_of,
    trade_offs,
)
from classifiers.fitting import (
    Logits,
    Score,
    Targets,
    calibrate,
    fit,
    fit_head,
    folds,
    head_scores,
    held_out_logits,
    linear_scores,
    targets_of,
    weights_of,
    with_feed,
)
from classifiers.gold import GoldError, GoldPost
from classifiers.held_out import BY_POST, BY_SOURCE, HeldOut
from classifiers.intents import NEEDS_INTERVENTION, SEVERITIES
from classifiers.vocabulary import prepared
from configs.taxonomy import Taxonomy
from schemas.errors import TerminalError

_ASKED = (0.25, 0.10)
"""Shares of a feed where 5 % have a label that go on to the sentence vectors and to the encoder: little is lost against
all models on every post, and a core judges some 2,000 posts/s (vectors take .9 ms, four layers 2.6, the linear model
.06); docs/design.md has what other shares gave."""
_LEAST_POSTS = 10  # with an intent, before a model for it makes sense
_HANDLE = re.compile(r"(?<![\w@])@(\w+)")
_MASKS = frozenset(("user", "someuser", "email", "example"))  # stand for private people in labelled sets
_FROZEN = "encoder, frozen, alone"
CROSS_VALIDATED, SOURCE_LEFT_OUT = "five folds", "source left out"


@dataclass(frozen=True, slots=True)
class Further:
    """What is learnt from beside labelled posts, and the encoder, if one is to be trained."""

    feeds: tuple[Path, ...] = ()
    """Files of unlabelled posts (feeds.py)."""
    encoder: str = ""
    """package.PACKAGE, a folder or a hub name; empty: none."""
    sentiments: tuple[Path, ...] = ()
    """Folders of labelled sentiment (sentiment_sets.py), from which the encoder learns first."""
    texts: tuple[Path, ...] = ()
    """Files of unlabelled texts (texts.py), which the encoder's student is taught on."""
    work: Path | None = None
    """Where the encoder's trainings are kept; unset: a folder `work` beside the model."""


# Threads add up in another order: other last bits, so another model.
@threadpool_limits.wrap(limits=1)  # type: ignore[untyped-decorator,unused-ignore]
def train(
    paths: Sequence[Path],
    taxonomy: Taxonomy,
    out_dir: Path,
    seed: int,
    further: Further = Further(),
    tell: Callable[[str], None] = lambda _: None,
) -> Report:
    """Write model and card to `out_dir`, and return the figures on held-out posts.

    The same files, taxonomy and seed give the same model; with an encoder, on machines of one kind (docs/training.md).
    Raises GoldError where a file cannot be used, ids repeat
    across files, or an intent has too few posts; TerminalError for what is of use with an encoder alone."""
    if (further.texts or further.sentiments) and not further.encoder:
        raise TerminalError("unlabelled texts and sentiments teach an encoder alone; name one (--encoder package)")
    started = time.process_time()
    intents = tuple(intent.id for intent in taxonomy.intents)
    posts, sources = _read(paths, intents)
    named = sorted(Counter(post.origin for post in posts).items())
    tell("collections: " + ", ".join(f"{origin} {count}" for origin, count in named))
    targets = targets_of(posts, intents)
    _refuse_rare(targets, len(intents))
    feed = feeds.read(further.feeds, [post.text for post in posts])
    if further.encoder:
        from classifiers import train_encoder  # imports this module's Further

        beside = train_encoder.read(further, posts, feed)  # now: what is wrong or missing is told before the work
    sources += tuple(Source(path.name, gold.file_hash(path), _lines(path)) for path in (*further.feeds, *further.texts))
    material = _Material.of(posts, feed, targets)

    def of_kind(fitted_on: Callable[[NDArray[np.int64]], Score], part: NDArray[np.str_]) -> Floats:
        everything = np.concatenate([part, material.feed_parts(part)])
        return held_out_logits(everything, material.targets, fitted_on)[: len(posts)]

    def held_out_by(part: NDArray[np.str_]) -> Logits:
        return Logits(of_kind(material.linear, part), (of_kind(partial(material.head, material.vectors), part),))

    everyone = np.arange(len(posts))
    parts = folds_of(posts, seed).astype(str)
    origins = np.array([post.origin if post.is_real else "" for post in posts])
    real = np.flatnonzero(origins != "")
    chosen = real if len(real) else everyone
    many = len(set(origins[real].tolist())) > 1  # of one collection nothing can be left out
    source = origins if many else np.full(len(posts), "")
    by_post, by_source = held_out_by(parts), held_out_by(source)
    frozen: tuple[Logits, Logits] | None = None
    graph, tokenizer, sentiments, taught, tones = b"", "", None, None, None
    encoder_seconds: float | None = None
    if further.encoder:
        made = train_encoder.train(posts, feed, targets, material.is_brand, further, beside, out_dir, seed, tell)
        by_post, by_source = by_post.and_of(made.by_post), by_source.and_of(made.by_source)
        first, second = (of_kind(partial(material.head, made.frozen), part) for part in (parts, source))
        frozen = Logits(first), Logits(second)
        graph, tokenizer, sentiments, taught, tones = made.graph, made.tokenizer, made.sets, made.taught, made.tones
        encoder_seconds = made.seconds
        started += made.seconds_now
    trial = _Trial(posts, targets, by_post, real)
    figures, scores, verdicts = trial.figures(CROSS_VALIDATED, by_post, parts)
    severities = trial.severities(CROSS_VALIDATED, verdicts)
    harder: list[Figures] = []
    harder_scores: Floats | None = None
    if many:
        harder, harder_scores, verdicts = trial.figures(SOURCE_LEFT_OUT, by_source, origins)
        severities += trial.severities(SOURCE_LEFT_OUT, verdicts)
    fitted = fit(material.texts, material.targets, material.weights)
    calibration = calibrate(by_post.rows(chosen), targets.rows(chosen), fitted.biases, _ASKED)
    head = sentences.packed(*fit_head(material.vectors, material.targets, material.weights))
    model = artefact.save(
        Model(
            intents, calibration.outputs, calibration.linear, fitted.vocabulary, fitted.weights, material.handles,
            scripts.usual(post.text for post in posts), sources, taxonomy.version, seed, content="",
            encoder=Encoder(calibration.stages, head, graph, tokenizer),
        ),
        out_dir,
    )  # fmt: skip
    columns = len(intents) + 1
    kept = HeldOut(
        targets.names[:columns],
        tuple(posts[i].language for i in real),
        targets.truth[real, :columns],
        {BY_POST: scores[real, :columns]}
        | ({} if harder_scores is None else {BY_SOURCE: harder_scores[real, :columns]}),
    )
    held_out.save(kept, out_dir, model.content)
    if tones is not None and sentiments:
        held_out_tones.save(out_dir, graph, [post.text for post in posts], tones)
    stages = [*trial.stages(CROSS_VALIDATED, by_post, parts)]
    if frozen is not None:
        stages += trial.few(f"{CROSS_VALIDATED}: {_FROZEN}", frozen[0], frozen[0], parts)
    if many:
        stages += trial.stages(SOURCE_LEFT_OUT, by_source, origins)
    if many and frozen is not None:
        stages += trial.few(f"{SOURCE_LEFT_OUT}: {_FROZEN}", frozen[1], frozen[0], origins)
    report = Report(
        (*figures, *harder), _notes(posts), tuple(_trade_offs(posts, targets, scores, real)), tuple(stages), severities
    )
    seconds = time.process_time() - started
    card.write(out_dir, model, report, posts, feed, kept, seconds, further.encoder, sentiments, encoder_seconds, taught)
    return report


@dataclass(frozen=True, slots=True)
class _Material:
    """Labelled posts, then posts of feeds, as the models take them."""

    handles: tuple[str, ...]
    is_brand: BrandAccounts
    feed: Sequence[FeedPost]
    texts: list[str]
    vectors: Floats
    targets: Targets
    weights: Floats

    @staticmethod
    def of(posts: Sequence[GoldPost], feed: Sequence[FeedPost], targets: Targets) -> _Material:
        handles = _handles(posts)
        is_brand = BrandAccounts(handles)
        texts = [*(post.text for post in posts), *(post.text for post in feed)]
        return _Material(
            handles,
            is_brand,
            feed,
            prepared(texts, is_brand),
            sentences.vectors([worded(text, is_brand) for text in texts]),
            with_feed(targets, len(feed)),
            np.concatenate([weights_of(posts), np.full(len(feed), feeds.WEIGHT)]),
        )

    def feed_parts(self, part: NDArray[np.str_]) -> NDArray[np.str_]:
        """A feed's collection, where one of that name is held out, goes with it."""
        return np.array([post.origin if post.origin in set(part.tolist()) else "" for post in self.feed], str)

    def linear(self, seen: NDArray[np.int64]) -> Score:
        return linear_scores(self.texts, self.targets, self.weights, seen)

    def head(self, vectors: Floats, seen: NDArray[np.int64]) -> Score:
        return head_scores(vectors, self.targets, self.weights, seen)


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


def _lines(path: Path) -> int:
    return sum(1 for line in path.read_bytes().split(b"\n") if line.strip())


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


@dataclass(frozen=True, slots=True)
class _Trial:
    """Posts that were held out, judged with calibration and thresholds from posts of other parts."""

    posts: Sequence[GoldPost]
    targets: Targets
    by_post: Logits
    real: NDArray[np.int64]

    def figures(self, split: str, logits: Logits, part: NDArray[np.generic]) -> tuple[list[Figures], Floats, Bools]:
        """Figures on real posts, and the probabilities and verdicts of all."""
        return self._judged(split, logits, self.by_post, part, _ASKED)

    def severities(self, split: str, verdicts: Bools) -> tuple[SeverityFigures, ...]:
        """What became of the real posts of each severity."""
        truth = np.array([self.posts[i].severity for i in self.real], np.int64)
        steps = [self.targets.names.index(name) for name in SEVERITIES]
        needs = verdicts[self.real, self.targets.names.index(NEEDS_INTERVENTION)]
        return severities_of(split, truth, needs, verdicts[self.real][:, steps])

    def stages(self, split: str, logits: Logits, part: NDArray[np.generic]) -> Iterator[Figures]:
        """Each model alone, both on every post, and the cascade, in a few rows."""
        for name, pick, asked in self._ways(split):
            yield from self.few(f"{split}: {name}", pick(logits), pick(self.by_post), part, asked)

    def few(
        self, split: str, logits: Logits, by_post: Logits, part: NDArray[np.generic], asked: tuple[float, ...] = ()
    ) -> Iterator[Figures]:
        """Figures of models that calibration knows `by_post`, in a few rows."""
        figures, _, _ = self._judged(split, logits, by_post, part, asked)
        wanted = {(label, language) for label in ("macro", NEEDS_INTERVENTION) for language in (ALL, UNTRANSLATED)}
        yield from (row for row in figures if (row.label, row.language) in wanted)

    def _ways(self, split: str) -> Iterator[tuple[str, Callable[[Logits], Logits], tuple[float, ...]]]:
        networks = "two halves" if split == CROSS_VALIDATED else "two groups of sources"
        yield "linear alone", lambda of: Logits(of.linear), ()
        yield "Universal Sentence Encoder, frozen, alone", lambda of: Logits(of.others[0]), ()
        if len(self.by_post.others) > 1:
            yield f"encoder alone, networks of {networks}", lambda of: Logits(of.others[1]), ()
            yield "linear and sentence vectors", lambda of: Logits(of.linear, of.others[:1]), ()
        yield "all on every post", lambda of: of, ()
        yield "cascade, as shipped", lambda of: of, _ASKED

    def _judged(
        self, split: str, logits: Logits, by_post: Logits, part: NDArray[np.generic], asked: tuple[float, ...]
    ) -> tuple[list[Figures], Floats, Bools]:
        targets, real = self.targets, self.real
        scores, verdicts = np.zeros(targets.truth.shape), np.zeros(targets.truth.shape, bool)
        if len(real) == 0:
            return [], scores, verdicts
        for value in sorted(set(part[real].tolist())):
            inside, others = real[part[real] == value], real[part[real] != value]
            known, about = by_post.rows(others), targets.rows(others)
            calibration = calibrate(known, about, asked=asked)
            scores[inside] = calibration.probabilities(logits.rows(inside))
            verdicts[inside] = scores[inside] >= [output.threshold for output in calibration.outputs]
        names = targets.names[: targets.names.index(NEEDS_INTERVENTION) + 1]
        chosen = [self.posts[i] for i in real]
        figures = by_language(split, chosen, names, targets.truth[real], scores[real], verdicts[real])
        return figures, scores, verdicts


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
