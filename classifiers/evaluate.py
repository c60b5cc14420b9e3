"""Evaluates a judge on labelled posts, at its own thresholds. Returns figures; prints nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from classifiers import gold, tsv
from classifiers.figures import Bools, Figures, Floats, Report, figures_of, macro
from classifiers.gold import GoldPost
from classifiers.intents import NEEDS_INTERVENTION, Intents
from classifiers.judge import Judge
from schemas.errors import TerminalError
from schemas.mention import Mention

AS_SHIPPED = "as shipped"
ALL, UNTRANSLATED = "all", "de, untranslated"
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)  # no verdict depends on it
_LEAST_POSTS = 30  # of a language, to be reported on its own
_BATCH = 1000


def evaluate(path: Path, judge: Judge) -> Report:
    """Figures of intents and needs-intervention, per language and in all. Raises GoldError, TerminalError.

    A note says so where the judge's model was trained on this very file: such figures flatter; another, how many posts
    it did not judge. A file of `text TAB intents` (.tsv) gives figures of the intents that it names, in all."""
    intents = next((c for c in judge.classifiers if isinstance(c, Intents)), None)
    if intents is None:
        raise TerminalError("this judge has no intents classifier; evaluate one that has")
    names = intents.intent_ids
    if path.suffix == ".tsv":
        return _evaluate_tsv(path, intents, judge)
    posts = gold.read(path, names)
    truth = np.array([[*(i in p.intents for i in names), p.needs_intervention] for p in posts], dtype=bool)
    scores, verdicts, unjudged = _judged([post.text for post in posts], names, judge)
    figures = by_language(AS_SHIPPED, posts, (*names, NEEDS_INTERVENTION), truth, scores, verdicts)
    return Report(tuple(figures), tuple(_notes(path, intents, len(posts), unjudged)))


def by_language(
    split: str, posts: Sequence[GoldPost], names: Sequence[str], truth: Bools, scores: Floats, verdicts: Bools
) -> list[Figures]:
    """Figures for all posts, for each language with enough of them, and for German that is no translation."""
    figures: list[Figures] = []
    for language, chosen in sets(posts):
        rows = [
            figures_of(split, language, name, truth[chosen, n], scores[chosen, n], verdicts[chosen, n])
            for n, name in enumerate(names)
        ]
        figures += [*rows[:-1], macro(split, language, rows[:-1]), rows[-1]]
    return figures


def sets(posts: Sequence[GoldPost]) -> Iterator[tuple[str, Bools]]:
    """Named sets of posts, as masks: all, each language with enough posts, German that is no translation."""
    yield ALL, np.ones(len(posts), bool)
    counts = Counter(post.language for post in posts)
    for language in sorted(counts):
        if counts[language] >= _LEAST_POSTS:
            yield language, np.array([post.language == language for post in posts])
    german = np.array([post.language == "de" and post.is_real and not post.is_translated for post in posts])
    if _LEAST_POSTS <= german.sum() < counts["de"]:
        yield UNTRANSLATED, german


def _evaluate_tsv(path: Path, intents: Intents, judge: Judge) -> Report:
    names = intents.intent_ids
    rows = tsv.read(path, lambda where, text, label: (text, tsv.labels(where, label, names)))
    truth = np.array([[name in held for name in names] for _, held in rows], dtype=bool)
    scores, verdicts, unjudged = _judged([text for text, _ in rows], names, judge)
    figures = [
        figures_of(AS_SHIPPED, ALL, name, truth[:, n], scores[:, n], verdicts[:, n])
        for n, name in enumerate(names)
        if truth[:, n].any()
    ]
    notes = _notes(path, intents, len(rows), unjudged)
    return Report((*figures, macro(AS_SHIPPED, ALL, figures)), tuple(notes))


def _judged(texts: Sequence[str], names: Sequence[str], judge: Judge) -> tuple[Floats, Bools, int]:
    """Probabilities and verdicts, a row a text, and how many texts were not judged."""
    scores, verdicts, unjudged = [], [], 0
    for start in range(0, len(texts), _BATCH):
        mentions = [
            Mention(platform="gold", native_id=str(place), text=text, published_at=_EPOCH)
            for place, text in enumerate(texts[start : start + _BATCH], start)
        ]
        columns = judge.judge(mentions)
        unjudged += sum(why != "" for why in columns["unjudged"])
        for n in range(len(mentions)):
            scores.append([*columns["intent_probabilities"][n], columns["needs_intervention_probability"][n]])
            held = columns["intents"][n]
            verdicts.append([*(name in held for name in names), columns["needs_intervention"][n]])
    return np.array(scores), np.array(verdicts, dtype=bool), unjudged


def _notes(path: Path, intents: Intents, posts: int, unjudged: int) -> Iterator[str]:
    if unjudged:
        why = "no text, or words or a script unknown"
        yield f"{unjudged} of {posts} posts were not judged ({why}), and count as without intent"
    if gold.file_hash(path) in intents.trained_on:
        yield f"the model was trained on {path.name}: these figures flatter; its card has those on held-out posts"
