"""What `train intents --encoder` adds: lessons from labelled posts, feeds and sentiment sets, and the encoder's logits.

Training only: torch is imported when it is time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from classifiers import feeds, sentiment_sets, texts
from classifiers.encoder.lesson import UNKNOWN, Kind, Lesson
from classifiers.encoder.wording import worded
from classifiers.feeds import FeedPost
from classifiers.fitting import Targets, folds, weights_of, with_feed
from classifiers.gold import GoldPost
from classifiers.sentiment_sets import SentimentPost
from schemas.errors import TerminalError

if TYPE_CHECKING:
    from classifiers.train import Further

_HALVES, _GROUPS = 2, 2
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trained:
    """Logits of the labelled posts, a row each, by networks that had not seen them; and the network of all."""

    by_post: Floats
    by_source: Floats
    frozen: Floats
    """Vectors of the labelled posts, then of the feeds', by the network as it came."""
    tones: Floats
    """Logits of the sentiment of the labelled posts, by networks that had not seen them."""
    graph: bytes
    tokenizer: str
    sets: Mapping[str, int]
    """How many posts each set of sentiment gave."""
    taught: Mapping[str, int]
    """How many texts each collection gave the student alone."""
    seconds: float | None
    """Processor time of all its trainings, kept ones too; None where those do not say."""
    seconds_now: float
    """Of this process alone: what others trained meanwhile, and what was kept from before, is not in it."""


def train(
    posts: Sequence[GoldPost],
    feed: Sequence[FeedPost],
    targets: Targets,
    is_brand: Callable[[str], bool],
    further: Further,
    beside: tuple[Sequence[SentimentPost], Sequence[FeedPost]],
    out_dir: Path,
    seed: int,
    tell: Callable[[str], None],
) -> Trained:
    """Takes hours where nothing is in the work folder yet. `beside` is what read() gave."""
    from classifiers.encoder.trainer import Trainer

    sentiments, unlabelled = beside
    lessons, origins = lessons_of(posts, feed, sentiments, targets, is_brand, unlabelled)
    trainer = Trainer(further.encoder, lessons, further.work or out_dir / "work", seed, tell)
    halves = folds([post.group for post in posts], seed, _HALVES).astype(str).tolist()
    half = np.array([*halves, *[""] * (len(lessons) - len(posts))])
    group = np.array(grouped(origins, origins[: len(posts)], _GROUPS))
    trainer.ahead((half, group))
    graph, tokenizer = trainer.finished()
    by_post, tones = trainer.held_out(half)
    by_source, _ = trainer.held_out(group)
    frozen = trainer.frozen(len(posts) + len(feed))
    count = len(posts)
    sets, taught = Counter(post.set for post in sentiments), Counter(text.origin for text in unlabelled)
    return Trained(
        by_post[:count], by_source[:count], frozen, tones[:count], graph, tokenizer, sets, taught, *trainer.seconds
    )


def read(
    further: Further, posts: Sequence[GoldPost], feed: Sequence[FeedPost]
) -> tuple[list[SentimentPost], list[FeedPost]]:
    """Labels of sentiment and unlabelled texts. Raises TerminalError where one cannot be read, or torch is missing."""
    sentiments = [post for folder in further.sentiments for post in sentiment_sets.read(folder)]
    collections = {feeds.key(post.text): post.origin for post in posts if post.is_real}
    known = [post.text for each in (posts, feed, sentiments) for post in each]
    unlabelled = texts.read(further.texts, collections, known)
    try:
        import classifiers.encoder.trainer  # noqa: F401
    except ImportError as error:
        raise TerminalError(f"an encoder needs the training extra ({error}): pip install 'echolot[training]'") from None
    return sentiments, unlabelled


def lessons_of(
    posts: Sequence[GoldPost],
    feed: Sequence[FeedPost],
    sentiments: Sequence[SentimentPost],
    targets: Targets,
    is_brand: Callable[[str], bool],
    unlabelled: Sequence[FeedPost] = (),
) -> tuple[list[Lesson], list[str]]:
    """Labelled posts first, then each other text once; and the collection of each, "" for what is never held out."""
    tones = {feeds.key(post.text): post.sentiment for post in sentiments}
    known = with_feed(targets, len(feed))
    rows = np.where(known.counts, known.truth, np.nan).astype(np.float32)
    lessons, origins = [], []
    for place, (text, weight) in enumerate(zip([post.text for post in posts], weights_of(posts).tolist(), strict=True)):
        tone = tones.get(feeds.key(text), UNKNOWN)
        lessons.append(Lesson(worded(text, is_brand), rows[place], tone, weight))
        origins.append(posts[place].origin if posts[place].is_real else "")
    for row, other in zip(rows[len(posts) :], feed, strict=True):
        tone = tones.get(feeds.key(other.text), UNKNOWN)
        lessons.append(Lesson(worded(other.text, is_brand), row, tone, feeds.WEIGHT, Kind.OTHER))
        origins.append(other.origin)
    nothing = np.full(len(targets.names), np.nan, np.float32)
    told = [*(post.text for post in posts), *(post.text for post in feed)]
    for place in feeds.without([post.text for post in sentiments], told):
        post = sentiments[place]
        lessons.append(Lesson(worded(post.text, is_brand), nothing, post.sentiment, kind=Kind.OTHER))
        origins.append(post.set)
    for each in unlabelled:
        lessons.append(Lesson(worded(each.text, is_brand), nothing, kind=Kind.TEXT))
        origins.append(each.origin)
    left_out = set(origins[: len(posts)])
    return lessons, [origin if origin in left_out else "" for origin in origins]


def grouped(origins: Sequence[str], labelled: Sequence[str], count: int) -> list[str]:
    """Collections put into `count` groups of about as many `labelled` posts, the largest first; "" stays alone."""
    sizes = Counter(labelled)
    groups: list[list[str]] = [[] for _ in range(count)]
    for origin in sorted(set(sizes) - {""}, key=lambda origin: (-sizes[origin], origin)):
        min(groups, key=lambda group: sum(sizes[each] for each in group)).append(origin)
    names = {origin: "+".join(group) for group in groups for origin in group}
    return [names.get(origin, "") for origin in origins]
