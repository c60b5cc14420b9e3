"""Dumps of any length: sample posts as canonical mentions under new ids, in the mixture of a feed (feed.py), drawn by a
seed; same arguments and model, same bytes."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import orjson

from benchmarks import feed

POSTS_AN_AUTHOR = 4
FIRST_ID = 10**18
_BEGAN = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
_YEAR = 366 * 24 * 3600
_TOLD_EVERY = 10_000  # records
_LEVEL = 1  # of gzip: the dump is read once or twice


def mentions(count: int, seed: int) -> Iterator[bytes]:
    """A line a mention, spread in order of time over 2024. Texts repeat, ids do not."""
    draw = Random(seed)
    texts = feed.texts()
    authors = count // POSTS_AN_AUTHOR + 1
    for n in range(count):
        author = draw.randrange(authors)
        yield orjson.dumps(
            {
                "platform": "x",
                "native_id": str(FIRST_ID + n),
                "text": draw.choice(texts),
                "published_at": _BEGAN + n * _YEAR // count,
                "author": {"id": str(author), "followers": author * 7919 % 100_000},
                "engagement": {"likes": draw.randrange(50), "reposts": draw.randrange(7)},
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )


def write(path: Path, count: int, *, seed: int, say: Callable[[int], None] = lambda records: None) -> int:
    """Write so many mentions, gzipped where the name ends in .gz; `say` hears how far it is. The size in bytes."""
    with gzip.open(path, "wb", _LEVEL) if path.suffix == ".gz" else path.open("wb") as file:
        for number, line in enumerate(mentions(count, seed), start=1):
            file.write(line)
            if number % _TOLD_EVERY == 0:
                say(number)
    return path.stat().st_size
