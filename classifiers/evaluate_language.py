"""Is the language of labelled posts told right, by number of words? Pure: posts and verdicts in, figures out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from classifiers.labelled import PARTS
from classifiers.language import UNDETERMINED, Language
from classifiers.language_gold import LanguagePost
from classifiers.normalise import normalise, plain_words
from schemas.mention import Mention

ALL = "all"
LENGTHS = ("1-3", "4-10", "11+", ALL)
"""Classes of posts by words, in the order of the report; posts without any count with the shortest."""
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)  # no verdict depends on it


@dataclass(frozen=True, slots=True)
class Figure:
    """Counts on one set of posts."""

    part: str
    """dev: its mistakes may be read while the classifier is mended; test: counted only."""
    language: str
    """The label, or `all`."""
    words: str
    """One of LENGTHS."""
    posts: int
    right: int
    """The verdict is the label, `und` included."""
    wrong: int
    """The verdict is another language than the label."""
    undetermined: int
    """The verdict is `und`, right or not."""

    def to_row(self) -> dict[str, Any]:
        """Names and values in the order of the report; shares are 0 to 1."""
        shares = {"accuracy": self.right, "wrong": self.wrong, "und": self.undetermined}
        rounded = {name: round(count / self.posts, 3) for name, count in shares.items()}
        return {"part": self.part, "language": self.language, "words": self.words, "posts": self.posts, **rounded}


@dataclass(frozen=True, slots=True)
class Mistake:
    """A post whose verdict is not its label."""

    part: str
    words: str
    label: str
    verdict: str
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class LanguageReport:
    """Figures by part, language and number of words, empty sets left out; every mistake, in the order of the file."""

    figures: tuple[Figure, ...]
    mistakes: tuple[Mistake, ...]

    def to_json(self, *, with_mistakes: bool) -> dict[str, Any]:
        """Figures as objects, and the mistakes where they are wanted."""
        shown: dict[str, Any] = {"figures": [figure.to_row() for figure in self.figures]}
        return shown | ({"mistakes": [asdict(mistake) for mistake in self.mistakes]} if with_mistakes else {})


def verdicts(posts: Sequence[LanguagePost]) -> list[str]:
    """What the classifier says, no language being declared."""
    mentions = [Mention(platform="labelled", native_id=post.id, text=post.text, published_at=_EPOCH) for post in posts]
    return Language().classify(mentions, {})["language"]


def evaluate(posts: Sequence[LanguagePost], told: Sequence[str]) -> LanguageReport:
    """Figures of `told`, a verdict a post."""
    rows = [(post, length_of(post.text), verdict) for post, verdict in zip(posts, told, strict=True)]
    figures = []
    for part in PARTS:
        for language in (ALL, *sorted({post.language for post in posts})):
            for words in LENGTHS:
                chosen = [
                    (post.language, verdict)
                    for post, length, verdict in rows
                    if post.part == part and language in (ALL, post.language) and words in (ALL, length)
                ]
                if chosen:
                    figures.append(_figure(part, language, words, chosen))
    mistakes = [
        Mistake(post.part, length, post.language, verdict, post.id, post.text)
        for post, length, verdict in rows
        if verdict != post.language
    ]
    return LanguageReport(tuple(figures), tuple(mistakes))


def length_of(text: str) -> str:
    """The class of a post: what stands between blanks and holds a letter is a word, handles and addresses left out."""
    words = sum(any(map(str.isalpha, token)) for token in plain_words(normalise(text)).split())
    return LENGTHS[0] if words <= 3 else LENGTHS[1] if words <= 10 else LENGTHS[2]


def _figure(part: str, language: str, words: str, pairs: Sequence[tuple[str, str]]) -> Figure:
    right = sum(label == verdict for label, verdict in pairs)
    undetermined = sum(verdict == UNDETERMINED for _, verdict in pairs)
    wrong = sum(verdict not in (label, UNDETERMINED) for label, verdict in pairs)
    return Figure(part, language, words, len(pairs), right, wrong, undetermined)
