"""Evaluates brand matching on labelled posts: precision, recall and F1 over pairs of post and brand. Prints nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from classifiers.brand_gold import BrandPost, Naming
from classifiers.protocol import Columns
from schemas.mention import Mention

ALL, OTHER = "all", "other languages"
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)  # no verdict depends on it
_TEXT = 100  # characters of a post that an error shows


class Matcher(Protocol):
    """What is evaluated; a `BrandMatch` is one."""

    def classify(self, mentions: Sequence[Mention], seen: Mapping[str, list[Any]]) -> Columns:
        """Columns `brands`, `brand_terms` and `brand_reasons`, a row a mention."""
        ...


@dataclass(frozen=True, slots=True)
class BrandFigures:
    """Figures of one set of posts; None where nothing can be said (nothing expected, or nothing found)."""

    posts: str
    """Which posts: all, or those of a language, kind, part or way of drawing."""
    count: int
    expected: int
    """Pairs of post and brand in the labels; `found` those of the matcher, `right` what both have."""
    found: int
    right: int

    @property
    def precision(self) -> float | None:
        """Share of what was found that is right."""
        return self.right / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        """Share of what was expected that was found."""
        return self.right / self.expected if self.expected else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of both."""
        return 2 * self.right / (self.expected + self.found) if self.expected + self.found else None

    @property
    def row(self) -> tuple[Any, ...]:
        """A row for a table."""
        return (
            self.posts, self.count, self.expected, self.found, self.right, self.precision, self.recall, self.f1
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class BrandError:
    """A post whose brands were not told right, and why: the words that fired, and the reasons beside them."""

    id: str
    part: str
    kind: str
    text: str
    expected: tuple[str, ...]
    found: tuple[str, ...]
    terms: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BrandReport:
    """All figures of a run and its errors."""

    figures: tuple[BrandFigures, ...]
    errors: tuple[BrandError, ...]

    NAMES = ("posts", "count", "expected", "found", "right", "precision", "recall", "F1")
    ERROR_NAMES = ("id", "part", "kind", "text", "expected", "found", "terms", "reasons")

    @property
    def error_rows(self) -> list[tuple[str, ...]]:
        """A row an error; lists as words."""
        return [
            (e.id, e.part, e.kind, e.text, *(", ".join(v) for v in (e.expected, e.found, e.terms, e.reasons)))
            for e in self.errors
        ]

    def find(self, posts: str) -> BrandFigures:
        """The figures of one set. Raises KeyError."""
        for figures in self.figures:
            if figures.posts == posts:
                return figures
        raise KeyError(posts)

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        figures = [dict(zip(self.NAMES, figures.row, strict=True)) for figures in self.figures]
        return {"figures": figures, "errors": [asdict(error) for error in self.errors]}


def evaluate(posts: Sequence[BrandPost], matcher: Matcher) -> BrandReport:
    """Figures in all and by set, and the errors in the order of the posts."""
    mentions = [
        Mention(platform="gold", native_id=str(number), text=post.text, published_at=_EPOCH)
        for number, post in enumerate(posts, 1)
    ]
    columns = matcher.classify(mentions, {})
    found = [frozenset(brands) for brands in columns["brands"]]
    errors = [
        _error(post, brands, columns, row)
        for row, (post, brands) in enumerate(zip(posts, found, strict=True))
        if brands != post.brands
    ]
    figures = [
        _figures(name, [(post, brands) for post, brands in zip(posts, found, strict=True) if belongs(post)])
        for name, belongs in _sets(posts)
    ]
    return BrandReport(tuple(figures), tuple(errors))


def _sets(posts: Sequence[BrandPost]) -> Iterator[tuple[str, Callable[[BrandPost], bool]]]:
    """Named sets that have posts: all, languages, kinds, parts, ways of drawing."""
    yield ALL, lambda post: True
    languages = {post.language for post in posts}
    for language in ("de", "en"):
        if language in languages:
            yield language, lambda post, language=language: post.language == language  # type: ignore[misc]
    if languages - {"de", "en", ""}:
        yield OTHER, lambda post: post.language not in ("de", "en", "")
    for kind in Naming:
        if any(post.kind is kind for post in posts):
            yield f"kind {kind}", lambda post, kind=kind: post.kind is kind  # type: ignore[misc]
    for part in sorted({post.part for post in posts if post.part}):
        yield f"part {part}", lambda post, part=part: post.part == part  # type: ignore[misc]
    for drawn in sorted({post.drawn for post in posts if post.drawn}):
        yield f"drawn {drawn}", lambda post, drawn=drawn: post.drawn == drawn  # type: ignore[misc]


def _figures(name: str, judged: Sequence[tuple[BrandPost, frozenset[str]]]) -> BrandFigures:
    return BrandFigures(
        name,
        len(judged),
        sum(len(post.brands) for post, _ in judged),
        sum(len(found) for _, found in judged),
        sum(len(post.brands & found) for post, found in judged),
    )


def _error(post: BrandPost, found: frozenset[str], columns: Columns, row: int) -> BrandError:
    text = " ".join(post.text.split())
    return BrandError(
        post.id, post.part, post.kind or "", text if len(text) <= _TEXT else f"{text[: _TEXT - 1]}…",
        tuple(sorted(post.brands)), tuple(sorted(found)),
        tuple(columns["brand_terms"][row]), tuple(columns["brand_reasons"][row]),
    )  # fmt: skip
