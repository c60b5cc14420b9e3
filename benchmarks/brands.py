"""How does the brand match slow down as brands are added? Prints a table.

    python -m benchmarks.brands [--seconds 2] [--brands 1 10 100 1000]

Each brand has 20 names of four to twelve letters, made by a seeded draw, one in ten of them a homonym with context
words. The posts are the shipped sample texts; one in ten names a made-up brand (the same posts for every row, drawn
from the first brand), so that hits are paid for too. Processor time, and the best of the rounds, so that a
busy machine falsifies little."""

from __future__ import annotations

import argparse
import json
import random
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import machine
from classifiers.brands import BrandMatch
from configs.brands import Brand, Brands
from schemas.mention import Mention

_SAMPLES = Path(__file__).parents[1] / "samples" / "texts.jsonl"
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_NAMES, _HOMONYMS, _CONTEXT = 20, 2, 10
_ONSETS = (
    "b", "br", "d", "dr", "f", "fl", "g", "gr", "h", "k", "kl", "l", "m", "n", "p", "pr", "r", "s", "st", "t", "v",
)  # fmt: skip
_VOWELS = ("a", "e", "i", "o", "u", "au", "ei")


def word(draw: random.Random) -> str:
    """A made-up word of four to twelve letters that could be a name."""
    made = "".join(draw.choice(_ONSETS) + draw.choice(_VOWELS) for _ in range(draw.randint(2, 4)))
    return (made + draw.choice(("", "n", "x", "la", "ro")))[:12].ljust(4, "o").capitalize()


def brands(count: int) -> Brands:
    """So many brands; the first ones are the same for every count."""
    draw = random.Random(20)
    made = []
    for number in range(count):
        names = list(dict.fromkeys(word(draw) for _ in range(2 * _NAMES)))[:_NAMES]
        context = tuple(word(draw) for _ in range(_CONTEXT))
        made.append(
            Brand(
                id=f"brand-{number}",
                name=names[0],
                names=tuple(names[1:]),
                homonyms=tuple(names[-_HOMONYMS:]),
                context=context,
                handles=(f"{names[0]}_{number}",),
            )
        )
    return Brands(brands=tuple(made))


def posts() -> list[Mention]:
    """The sample texts, one in ten with a name of the first brand."""
    names = (brands(1).brands[0].name, *brands(1).brands[0].names)
    texts = [json.loads(line)["text"] for line in _SAMPLES.read_text(encoding="utf-8").splitlines()]
    return [
        Mention(
            platform="x", native_id=str(n), published_at=_EPOCH,
            text=text if n % 10 else f"{text} {names[n // 10 % _NAMES]}",
        )
        for n, text in enumerate(texts)
    ]  # fmt: skip


def measure(count: int, seconds: float, mentions: list[Mention]) -> tuple[float, float, float]:
    """Seconds to build, posts/s on texts never seen (no cache is warm), and the best posts/s after that."""
    chosen = brands(count)
    start = time.process_time()
    match = BrandMatch(chosen)
    built = time.process_time() - start
    start = time.process_time()
    match.classify(mentions, {})
    cold = len(mentions) / (time.process_time() - start)
    best, until = float("inf"), time.process_time() + seconds
    while (start := time.process_time()) < until:
        match.classify(mentions, {})
        best = min(best, time.process_time() - start)
    return built, cold, len(mentions) / best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--brands", type=int, nargs="+", default=[1, 10, 100, 1000])
    arguments = parser.parse_args()
    mentions = posts()
    print(machine.line())
    print(f"{len(mentions)} posts, {_NAMES} names a brand, one process, one thread; seconds of processor time\n")
    print("| brands | built in s | posts/s, first time | posts/s, best |")
    print("|---:|---:|---:|---:|")
    for count in arguments.brands:
        built, cold, warm = measure(count, arguments.seconds, mentions)
        print(f"| {count} | {built:.2f} | {cold:,.0f} | {warm:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
