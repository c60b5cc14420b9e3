"""Trains the model of sentiment from UMSAB and MobASA: figures on posts held out first, then a model of all, then the
card."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from classifiers import artefact, held_out_tones, scripts, sentiment_card
from classifiers.accounts import BrandAccounts
from classifiers.artefact import Model, Source
from classifiers.encoder import sentences
from classifiers.encoder.artefact import Encoder
from classifiers.encoder.wording import worded
from classifiers.evaluate_sentiment import SentimentReport, figures
from classifiers.fitting import (
    Logits,
    Targets,
    calibrate,
    fit,
    fit_head,
    folds,
    head_scores,
    held_out_logits,
    linear_scores,
)
from classifiers.sentiment import CLASSES, NAME, no_brand, normalised
from classifiers.sentiment_sets import SentimentPost, read
from classifiers.vocabulary import prepared

LINEAR, BOTH, ALL = "words alone", "both", "with the encoder"
_LEAST_HEARD = 100  # posts of which the encoder's word is known, before it can be calibrated
_NOTHING = (np.zeros(0, np.int64), np.zeros((0, len(CLASSES))))
BOTH_THERE = "both, on the posts of the encoder's figures"


# Threads add up in another order: other last bits, so another model.
@threadpool_limits.wrap(limits=1)  # type: ignore[untyped-decorator,unused-ignore]
def train(folders: Sequence[Path], out_dir: Path, seed: int, intents: Path | None = None) -> SentimentReport:
    """Write model and card to `out_dir`; figures on posts held out in five folds. `intents` is the folder of the model
    whose vectors and encoder it will hear, unset: the shipped one's. The same sets, model and seed give the same model.
    Raises TerminalError where a folder holds no known set."""
    started = time.process_time()
    heard = artefact.load(intents)
    is_brand = BrandAccounts(heard.handles)
    posts = [post for folder in folders for post in read(folder)]
    targets = targets_of(posts)
    weights = np.ones(len(posts))
    texts = prepared([post.text for post in posts], no_brand)
    vectors = sentences.vectors([worded(post.text, is_brand) for post in posts])
    parts = folds([post.text for post in posts], seed)
    logits = Logits(
        held_out_logits(parts, targets, lambda seen: linear_scores(texts, targets, weights, seen)),
        (held_out_logits(parts, targets, lambda seen: head_scores(vectors, targets, weights, seen)),),
    )
    by_words, by_both = (_judged(part, targets, parts) for part in (Logits(logits.linear), logits))
    rows = [*figures(LINEAR, posts, by_words), *figures(BOTH, posts, by_both)]
    fitted = fit(texts, targets, weights)
    calibration = calibrate(logits, targets, fitted.biases)
    head = sentences.packed(*fit_head(vectors, targets, weights))
    encoder = Encoder(calibration.stages, head)
    tones = held_out_tones.load(intents or artefact.SHIPPED, heard.encoder.graph if heard.encoder else b"")
    known, said = tones.of([post.text for post in posts]) if tones else _NOTHING
    if tones is not None and len(known) >= _LEAST_HEARD:
        about, all_three = targets.rows(known), logits.rows(known).and_of(said)
        there = [posts[place] for place in known.tolist()]
        rows += figures(BOTH_THERE, there, by_both[known])
        rows += figures(ALL, there, _judged(all_three, about, parts[known]))
        third = replace(calibrate(all_three, about).stages[1], asks=CLASSES)
        encoder = replace(encoder, stages=(*encoder.stages, third), of=tones.encoder)
    report = SentimentReport(tuple(rows))
    model = artefact.save(
        Model(
            (), calibration.outputs, calibration.linear, fitted.vocabulary, fitted.weights, (),
            scripts.usual(texts), _sources(posts), 0, seed, content="", encoder=encoder,
        ),
        out_dir,
        NAME,
    )  # fmt: skip
    sentiment_card.write(out_dir, model, report, posts, by_both, time.process_time() - started)
    return report


def targets_of(posts: Sequence[SentimentPost]) -> Targets:
    """A column a class."""
    truth = np.array([post.sentiment for post in posts])[:, None] == np.arange(len(CLASSES))
    return Targets(CLASSES, truth, np.ones_like(truth))


def _judged(logits: Logits, targets: Targets, parts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Probabilities of every post, calibrated on the other folds."""
    found = np.zeros(targets.truth.shape)
    for part in sorted(set(parts.tolist())):
        inside, others = np.flatnonzero(parts == part), np.flatnonzero(parts != part)
        calibration = calibrate(logits.rows(others), targets.rows(others))
        found[inside] = normalised(calibration.probabilities(logits.rows(inside)))
    return found


def _sources(posts: Sequence[SentimentPost]) -> tuple[Source, ...]:
    """The sets, known again by a hash of their texts."""
    names = sorted({(post.set, post.language) for post in posts})
    found = []
    for name in names:
        texts = [post.text for post in posts if (post.set, post.language) == name]
        found.append(Source(" ".join(name), sha256("\n".join(texts).encode()).hexdigest(), len(texts)))
    return tuple(found)
