"""The sample posts in the mixture of a feed: half of them have a verdict, of a feed a few in a hundred.

Which have one is asked of the shipped model, so another model makes another feed."""

from __future__ import annotations

import functools
import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from classifiers import artefact
from classifiers.intents import Intents
from configs.loading import SHIPPED, load
from configs.taxonomy import Taxonomy
from schemas.mention import Author, Mention

POSITIVES = 0.05
_SAMPLES = Path(__file__).parents[1] / "samples" / "texts.jsonl"
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


def posts() -> list[Mention]:
    """The sample texts as mentions of many authors."""
    texts = [json.loads(line)["text"] for line in _SAMPLES.read_text(encoding="utf-8").splitlines()]
    return [
        Mention(
            platform="x", native_id=str(n), published_at=_EPOCH, text=text, author=Author(followers=n * 7919 % 10**5)
        )
        for n, text in enumerate(texts)
    ]


def mixed(intents: Intents, mentions: Sequence[Mention]) -> list[Mention]:
    """The same posts, those without any verdict so often that `POSITIVES` of all have one; in mixed order."""
    found = intents.classify(mentions, {"author_is_brand": [False] * len(mentions)})
    has = [bool(held) or needs for held, needs in zip(found["intents"], found["needs_intervention"], strict=True)]
    idle = [mention for mention, said in zip(mentions, has, strict=True) if not said]
    each = round(sum(has) * (1 - POSITIVES) / POSITIVES / len(idle))
    made = [*(mention for mention, said in zip(mentions, has, strict=True) if said), *idle * each]
    random.Random(1).shuffle(made)
    return made


@functools.cache
def texts() -> tuple[str, ...]:
    """Of a feed."""
    return tuple(
        post.text for post in mixed(Intents(artefact.load(), load(SHIPPED / "taxonomy.yaml", Taxonomy)), posts())
    )
