"""How right are the marks of noise on labelled posts? Pure: reads a file, returns figures, prints nothing.

A labelled file has JSON lines of id, text, lang, source, part (dev or test) and noise, a sorted list of labels. The
marks that only count characters (storms, repeated letters) are no matter of judgement, so they are not labelled."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from classifiers.noise import NoiseMarks
from classifiers.noise_rules import Noise
from schemas.errors import TerminalError
from schemas.mention import Mention

LABELS = tuple(sorted(set(Noise) - {Noise.HASHTAG_STORM, Noise.MENTION_STORM, Noise.REPEATED_CHARS}))
"""Labels that a person can give, in the order of the report."""
PARTS = ("dev", "test")
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)  # no mark depends on it
_TEXTS = ("id", "text", "lang", "source", "part")


class NoiseFileError(TerminalError):
    """A labelled file that cannot be used; the text names file, line and mend."""


@dataclass(frozen=True, slots=True)
class NoisePost:
    """One labelled post."""

    id: str
    text: str
    language: str
    source: str
    part: str
    noise: frozenset[str]


@dataclass(frozen=True, slots=True)
class Figure:
    """One label on one set of posts. Shares are 0 to 1, None where there is nothing to divide by."""

    part: str
    """dev: the rules were written with it in view; test: they were not."""
    language: str
    label: str
    posts: int
    """Posts of the set that a person gave this label."""
    marked: int
    """Posts of the set that the rules gave it."""
    right: int
    """Both."""

    @property
    def precision(self) -> float | None:
        """Share of the marked posts that bear the label."""
        return self.right / self.marked if self.marked else None

    @property
    def recall(self) -> float | None:
        """Share of the posts with the label that are marked."""
        return self.right / self.posts if self.posts else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / (self.posts + self.marked) if self.posts + self.marked else None

    def to_row(self) -> dict[str, Any]:
        """Names and values in the order of the report."""
        shares = {name: getattr(self, name) for name in ("precision", "recall", "f1")}
        rounded = {name: None if share is None else round(share, 3) for name, share in shares.items()}
        counts = {"posts": self.posts, "marked": self.marked, "right": self.right}
        return {"part": self.part, "language": self.language, "label": self.label, **counts, **rounded}


@dataclass(frozen=True, slots=True)
class Mistake:
    """A label that a post lacks or has too much."""

    part: str
    label: str
    kind: str
    """`missed` or `wrong`."""
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class NoiseReport:
    """Figures by part, language and label, and every mistake, in the order of the file."""

    figures: tuple[Figure, ...]
    mistakes: tuple[Mistake, ...]

    def to_json(self, *, with_mistakes: bool) -> dict[str, Any]:
        """Figures as objects, and the mistakes where they are wanted."""
        shown: dict[str, Any] = {"figures": [figure.to_row() for figure in self.figures]}
        return shown | ({"mistakes": [asdict(mistake) for mistake in self.mistakes]} if with_mistakes else {})


def evaluate(posts: Sequence[NoisePost]) -> NoiseReport:
    """Figures of each part, over all languages and in German."""
    mentions = [Mention(platform="labelled", native_id=post.id, text=post.text, published_at=_EPOCH) for post in posts]
    marks = [frozenset(row) for row in NoiseMarks().classify(mentions, {})["noise"]]
    pairs = list(zip(posts, marks, strict=True))
    figures = [
        _figure(part, language, label, [p for p in pairs if p[0].part == part and language in ("all", p[0].language)])
        for part in PARTS
        for language in ("all", "de")
        for label in LABELS
    ]
    return NoiseReport(tuple(figures), tuple(_mistakes(pairs)))


def _figure(part: str, language: str, label: str, pairs: Sequence[tuple[NoisePost, frozenset[str]]]) -> Figure:
    posts = sum(label in post.noise for post, _ in pairs)
    marked = sum(label in marks for _, marks in pairs)
    return Figure(part, language, label, posts, marked, sum(label in post.noise & marks for post, marks in pairs))


def _mistakes(pairs: Sequence[tuple[NoisePost, frozenset[str]]]) -> Iterator[Mistake]:
    for post, marks in pairs:
        for label in LABELS:
            if (label in marks) != (label in post.noise):
                yield Mistake(post.part, label, "wrong" if label in marks else "missed", post.id, post.text)


def read(path: Path) -> list[NoisePost]:
    """All posts of a file, in order. Raises NoiseFileError."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # a text may hold other line separators
    except (OSError, UnicodeDecodeError) as error:
        raise NoiseFileError(
            f"{path}: cannot be read ({error}); give a UTF-8 file of labelled posts, one JSON a line"
        ) from None
    posts: list[NoisePost] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        post = _post(f"{path}:{number}", line)
        if post.id in seen:
            raise NoiseFileError(
                f"{path}:{number}: id {post.id!r} stands in line {seen[post.id]} already; give each post its own id"
            )
        seen[post.id] = number
        posts.append(post)
    if not posts:
        raise NoiseFileError(f"{path}: holds no posts; give a file with one JSON object a line")
    return posts


def _post(where: str, line: str) -> NoisePost:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise NoiseFileError(f"{where}: not JSON ({error}); write one JSON object a line") from None
    if not isinstance(row, dict):
        raise NoiseFileError(f'{where}: not an object; write {{"id": ..., "text": ..., "noise": [...], ...}}')
    for key in (*_TEXTS, "noise"):
        if key not in row:
            raise NoiseFileError(f"{where}: `{key}` is missing; add it")
    for key in _TEXTS:
        if not isinstance(row[key], str) or not row[key]:
            raise NoiseFileError(f"{where}: `{key}` is {json.dumps(row[key])[:40]}; write a text that is not empty")
    if row["part"] not in PARTS:
        raise NoiseFileError(f"{where}: `part` is {row['part']!r}; write dev or test")
    return NoisePost(row["id"], row["text"], row["lang"], row["source"], row["part"], _labels(where, row["noise"]))


def _labels(where: str, labels: Any) -> frozenset[str]:
    if not isinstance(labels, list):
        raise NoiseFileError(f"{where}: `noise` is {type(labels).__name__}; write a list of labels, [] for none")
    for label in labels:
        if label not in LABELS:
            raise NoiseFileError(f"{where}: label {label!r} is unknown; write one of {', '.join(LABELS)}")
    if labels != sorted(set(labels)):
        raise NoiseFileError(f"{where}: `noise` is {labels}; write each label once, in the order of the alphabet")
    return frozenset(labels)
