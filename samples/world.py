"""The invented half of the samples: who posted a text, when, in answer to what, and how it was received.

Authors, ids, times, counters and threads are made up; only the texts are real. No brand's account ever speaks here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from samples.dice import Dice

FIRST_DAY = datetime(2026, 11, 18, tzinfo=UTC)
DAYS = 4
SEEN_AT = datetime(2026, 11, 22, 6, tzinfo=UTC)
"""When the invented collector read the counters, unless an envelope says otherwise."""
_HOURS = (5, 6, 6, 7, 7, 7, 8, 8, 9, 10, 10, 11, 11, 12, 12, 13, 14, 15, 15, 16, 16, 17, 17, 18, 18, 19, 19, 20, 21, 22)
"""UTC hours as often as Central Europe posts in them: peaks on the way to work and in the evening."""
_WORDS = """
    ahorn amsel anis birke buche dachs distel dohle eibe elster erle esche espe falter farn fichte fink flieder gams
    ginster hafer hasel heide holder igel iltis kiebitz kiefer klee krokus lachs lerche linde luchs malve meise minze
    mohn moos nelke otter pappel quitte reiher robbe salbei schilf star tanne thymian ulme unke veilchen weide zeder
""".split()  # noqa: SIM905 (a literal would take 54 lines)
_PUBLIC = ("@user", "RT @")


@dataclass(frozen=True, slots=True)
class Author:
    """An invented account; the handle ends in `_demo`."""

    number: int
    handle: str
    name: str
    followers: int
    following: int
    posts: int


@dataclass(slots=True)
class Post:
    """A real text in an invented setting."""

    row: Mapping[str, Any]
    author: Author
    at: datetime
    likes: int
    replies: int
    reposts: int
    quotes: int
    views: int
    parent: Post | None = None
    parent_unseen: bool = False
    """Answers something that is not in the samples."""
    quoted: Post | None = None
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The real text."""
        return str(self.row["text"])

    @property
    def root(self) -> Post:
        """The first post of its thread, as far as the samples go."""
        return self.parent.root if self.parent else self


def authors(dice: Dice, place: str, count: int) -> list[Author]:
    """Accounts of one platform; followers run from some dozens to millions, most have few."""
    made = []
    for n in range(count):
        word = dice.one_of(_WORDS, place, "word", n)
        followers = dice.heavy_tailed(40, 15, place, "followers", n)
        made.append(
            Author(
                number=dice.below(10**9, place, "account", n) + 10**9,
                handle=f"{word}{dice.below(900, place, 'digits', n) + 100}_demo",
                name=word.capitalize(),
                followers=followers,
                following=dice.heavy_tailed(30, 6, place, "following", n),
                posts=dice.heavy_tailed(100, 9, place, "posts", n),
            )
        )
    return made


def posts(dice: Dice, place: str, rows: Sequence[Mapping[str, Any]], people: Sequence[Author]) -> list[Post]:
    """One post a row, in order of time; texts that begin with a mention answer somebody, some of the others quote."""
    made = [_post(dice, place, row, people) for row in rows]
    made.sort(key=lambda post: (post.at, post.row["id"]))
    for n, post in enumerate(made):
        _relate(dice, place, post, made[max(0, n - 40) : n])
    return made


def _post(dice: Dice, place: str, row: Mapping[str, Any], people: Sequence[Author]) -> Post:
    key = (place, row["id"])
    # The lower half of the list posts three times as often as the upper.
    reach = len(people) if dice.percent(50, *key, "reach") else len(people) // 2 + 1
    author = people[dice.below(reach, *key, "author")]
    moment = FIRST_DAY + timedelta(
        days=dice.below(DAYS, *key, "day"),
        hours=dice.one_of(_HOURS, *key, "hour"),
        milliseconds=dice.below(3_600_000, *key, "millisecond"),
    )
    warmth = 1 + author.followers // 400
    likes = dice.heavy_tailed(warmth, 9, *key, "likes") - warmth
    return Post(
        row=row,
        author=author,
        at=moment,
        likes=likes,
        replies=likes // (3 + dice.below(9, *key, "replies")),
        reposts=likes // (4 + dice.below(9, *key, "reposts")),
        quotes=likes // (20 + dice.below(20, *key, "quotes")),
        views=likes * (20 + dice.below(60, *key, "views")) + dice.below(300, *key, "more views"),
    )


def _relate(dice: Dice, place: str, post: Post, earlier: Sequence[Post]) -> None:
    key = (place, post.row["id"])
    candidates = [e for e in earlier if e.row["lang"] == post.row["lang"] and e.author is not post.author]
    if post.text.startswith("RT @"):
        return
    if post.text.startswith(_PUBLIC):
        post.parent_unseen = not candidates or dice.percent(50, *key, "unseen parent")
        if not post.parent_unseen:
            post.parent = candidates[dice.below(len(candidates), *key, "parent")]
    elif candidates and dice.percent(6, *key, "quotes"):
        post.quoted = candidates[dice.below(len(candidates), *key, "quoted")]
