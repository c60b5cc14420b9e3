"""Which long post of an X archive is which tweet: note-tweet.js has whole texts under ids of their own, tweets.js the
tweets, with texts that are cut.

Both are made in the same instant, and begin alike. Odd: the tweet's text begins with the handles that it replies to,
which the long one leaves out; an address is another t.co in each; the cut one ends in "…" and an address of itself.
Used by x_archive.py and by what reads the archive (pipeline/dumps/long_posts.py)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from schemas.formats.x_tweet import read_time
from schemas.text import unescape

APART_SECONDS = 2
"""A tweet has whole seconds, and is made some milliseconds after its long text."""
_SURE = 24  # characters; fewer may begin any text, so they must be all of it
_HANDLES = re.compile(r"(?:@\w{1,20}\s+)+", re.ASCII)
_ADDRESS = re.compile(r"https?://\S+")

Place = TypeVar("Place", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Beginning(Generic[Place]):
    """Of a text: where it stands, when it was made, and what of it can be compared."""

    place: Place
    made_at: datetime
    text: str


def beginning(place: Place, made_at: object, text: object) -> Beginning[Place] | None:
    """None where that is no text with a time."""
    if type(text) is not str:
        return None
    try:
        return Beginning(place, read_time(made_at), _comparable(text))
    except ValueError:
        return None


def pairs(tweets: Iterable[Beginning[Place]], notes: Iterable[Beginning[Place]]) -> dict[Place, Place]:
    """By tweet, its long text. Left out where it is not sure: two that fit one."""
    by_second: Mapping[int, list[Beginning[Place]]] = defaultdict(list)
    for note in notes:
        by_second[_second(note)].append(note)
    found: list[tuple[Place, Place]] = []
    for tweet in tweets:
        near = range(_second(tweet) - APART_SECONDS, _second(tweet) + APART_SECONDS + 1)
        candidates = (note for second in near if second in by_second for note in by_second[second])
        found += [(tweet.place, note.place) for note in candidates if _begin_alike(tweet.text, note.text)]
    of_tweets, of_notes = Counter(tweet for tweet, _ in found), Counter(note for _, note in found)
    return {tweet: note for tweet, note in found if of_tweets[tweet] == of_notes[note] == 1}


def whole_text(tweet: Any, note: str) -> str:
    """The long text of a tweet, behind the handles that it replies to."""
    cut = tweet.get("full_text", tweet.get("text")) if type(tweet) is dict else None
    handles = _HANDLES.match(cut) if type(cut) is str else None
    return note if handles is None or note.startswith(handles[0].rstrip()) else handles[0] + note


def _comparable(text: str) -> str:
    """Without handles at the beginning, addresses, and what marks the cut."""
    text = _ADDRESS.sub("", unescape(text)).strip()
    handles = _HANDLES.match(text)
    return " ".join(text[handles.end() if handles else 0 :].removesuffix("…").split())


def _begin_alike(cut: str, whole: str) -> bool:
    return cut == whole or (len(cut) >= _SURE and whole.startswith(cut))


def _second(text: Beginning[Place]) -> int:
    return int(text.made_at.timestamp())
