"""How fast is the judge, stage by stage, on one core? How long does it take to load, and how much memory?

    python -m benchmarks.judge [--seconds 3] [--batch 500]

The posts are the shipped sample texts, judged over and over. Processor time, the best round, so that a busy machine
falsifies little; loading and memory are those of a fresh process."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks import machine
from benchmarks.feed import POSITIVES, mixed, posts
from classifiers import artefact
from classifiers.encoder import sentences
from classifiers.encoder.scorer import Scorer
from classifiers.encoder.wording import worded
from classifiers.intents import Intents
from classifiers.normalise import mention_text
from configs.loading import SHIPPED, load
from configs.taxonomy import Taxonomy
from schemas.mention import Mention

_FRESH = """
import json, time
start = time.perf_counter()
from pathlib import Path
from benchmarks import feed, judge, machine
made = judge.shipped()
loaded = time.perf_counter()
made.judge(feed.posts()[:1])
import os
print(json.dumps([loaded - start, time.perf_counter() - loaded, machine.resident_mb(os.getpid())]))
"""


def shipped() -> object:
    """The judge of the shipped brands and model."""
    from configs.settings import ChdbStoreSettings, FilesSource, JobSettings
    from pipeline import resources

    return resources.make_judge(JobSettings(source=FilesSource(path=Path()), store=ChdbStoreSettings()))


def best(call: Callable[[], object], seconds: float) -> float:
    """Seconds of processor time of the fastest call."""
    fastest, until = float("inf"), time.process_time() + seconds
    while (start := time.process_time()) < until:
        call()
        fastest = min(fastest, time.process_time() - start)
    return fastest


def stages(seconds: float, batch: int) -> list[tuple[str, float]]:
    """Seconds a post of every classifier in order, and of all."""
    judge, mentions = shipped(), posts()
    parts = [mentions[start : start + batch] for start in range(0, len(mentions), batch)]
    seen: list[dict[str, list[object]]] = [{} for _ in parts]
    rows = []
    for classifier in judge.classifiers:
        taken = best(lambda c=classifier: [c.classify(p, s) for p, s in zip(parts, seen, strict=True)], seconds)
        rows.append((classifier.name, taken / len(mentions)))
        for part, columns in zip(parts, seen, strict=True):
            columns.update(classifier.classify(part, columns))
    rows.append(("all, as the job calls it", best(lambda: [judge.judge(p) for p in parts], seconds) / len(mentions)))
    return rows


def models(seconds: float, batch: int) -> Iterator[tuple[str, float]]:
    """Seconds a post of each model of `intents` asked about every post, and of its stages together over a feed."""
    shipped_model, mentions = artefact.load(), posts()
    taxonomy = load(SHIPPED / "taxonomy.yaml", Taxonomy)
    whole, linear = (Intents(m, taxonomy) for m in (shipped_model, replace(shipped_model, encoder=None)))
    texts = [worded(mention_text(mention), lambda _handle: False) for mention in mentions]
    yield "linear model", _intents(linear, mentions, batch, seconds)
    yield "sentence vectors", best(lambda: sentences.vectors(texts), seconds) / len(texts)
    trained = shipped_model.encoder
    if trained is not None and trained.graph:
        scorer = Scorer(trained.graph, trained.tokenizer)
        yield "encoder", best(lambda: scorer.logits(texts), seconds) / len(texts)
    yield "cascade, sample posts", _intents(whole, mentions, batch, seconds)
    yield f"cascade, {POSITIVES:.0%} with a verdict", _intents(whole, mixed(whole, mentions), batch, seconds)


def _intents(intents: Intents, mentions: Sequence[Mention], batch: int, seconds: float) -> float:
    parts = [mentions[start : start + batch] for start in range(0, len(mentions), batch)]
    seen = [{"author_is_brand": [False] * len(part)} for part in parts]
    taken = best(lambda: [intents.classify(p, s) for p, s in zip(parts, seen, strict=True)], seconds)
    return taken / len(mentions)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--batch", type=int, default=500)
    arguments = parser.parse_args()
    print(machine.line())
    print(f"{len(posts())} posts in batches of {arguments.batch}, one process, one thread; processor time\n")
    print("| stage | µs a post | posts/s |\n|---|---:|---:|")
    for name, taken in stages(arguments.seconds, arguments.batch):
        print(f"| {name} | {1e6 * taken:.0f} | {1 / taken:,.0f} |", flush=True)
    print("\nIntents, model by model, each asked about every post; then as shipped\n")
    print("| model | µs a post | posts/s |\n|---|---:|---:|")
    for name, taken in models(arguments.seconds, arguments.batch):
        print(f"| {name} | {1e6 * taken:.0f} | {1 / taken:,.0f} |", flush=True)
    done = subprocess.run([sys.executable, "-c", _FRESH], capture_output=True, text=True, check=True, env=os.environ)
    load, first, memory = json.loads(done.stdout.splitlines()[-1])
    print(f"\nA fresh process: loaded in {load:.1f} s, first post {first:.2f} s later, {memory:.0f} MB resident")


if __name__ == "__main__":
    main()
