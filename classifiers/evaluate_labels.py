"""How right are a classifier's labels on labelled posts? Pure: posts in, figures out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from classifiers.label_gold import LabelledPost
from classifiers.labelled import PARTS
from classifiers.protocol import Classifier
from schemas.mention import Mention

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)  # no label depends on it
_Pairs = Sequence[tuple[LabelledPost, frozenset[str]]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One label on one set of posts. Shares are 0 to 1, None where there is nothing to divide by."""

    part: str
    """dev: its mistakes may be read while rules are mended; test: counted only, though its texts were known."""
    language: str
    label: str
    posts: int
    """Posts of the set that a person gave this label."""
    marked: int
    """Posts of the set that the classifier gave it."""
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
class LabelReport:
    """Figures by part, language and label, and every mistake, in the order of the file."""

    figures: tuple[Figure, ...]
    mistakes: tuple[Mistake, ...]

    def to_json(self, *, with_mistakes: bool) -> dict[str, Any]:
        """Figures as objects, and the mistakes where they are wanted."""
        shown: dict[str, Any] = {"figures": [figure.to_row() for figure in self.figures]}
        return shown | ({"mistakes": [asdict(mistake) for mistake in self.mistakes]} if with_mistakes else {})


def evaluate(posts: Sequence[LabelledPost], classifier: Classifier, column: str, labels: Sequence[str]) -> LabelReport:
    """Figures of each part that has posts, over all languages and in German; `column` is where the classifier puts its
    labels."""
    mentions = [Mention(platform="labelled", native_id=post.id, text=post.text, published_at=_EPOCH) for post in posts]
    marks = [frozenset(row) for row in classifier.classify(mentions, {})[column]]
    pairs = list(zip(posts, marks, strict=True))
    figures = [
        _figure(part, language, label, chosen)
        for part in PARTS
        for language in ("all", "de")
        if (chosen := [p for p in pairs if p[0].part == part and language in ("all", p[0].language)])
        for label in labels
    ]
    return LabelReport(tuple(figures), tuple(_mistakes(pairs, labels)))


def _figure(part: str, language: str, label: str, pairs: _Pairs) -> Figure:
    posts = sum(label in post.labels for post, _ in pairs)
    marked = sum(label in marks for _, marks in pairs)
    return Figure(part, language, label, posts, marked, sum(label in post.labels & marks for post, marks in pairs))


def _mistakes(pairs: _Pairs, labels: Sequence[str]) -> Iterator[Mistake]:
    for post, marks in pairs:
        for label in labels:
            if (label in marks) != (label in post.labels):
                yield Mistake(post.part, label, "wrong" if label in marks else "missed", post.id, post.text)
