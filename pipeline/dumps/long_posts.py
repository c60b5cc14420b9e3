"""Long posts of X archives, beside their posts: a record of tweets.js whose whole text stands in a note-tweet.js of the
same folder is given as {"tweet", "noteTweet"}, and the record of note-tweet.js is marked, so that it makes no mention.

Where an archive has long posts, its tweets are read once before: only then shows which is which (x_long_form.py)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from pipeline.dumps.members import Member, folder
from pipeline.dumps.options import ReadOptions
from pipeline.dumps.reader import DumpReader
from schemas.formats.x_archive import NOTE_HEADER
from schemas.formats.x_long_form import Beginning, beginning, pairs
from schemas.record import Record

MOST_BYTES = 64 * 2**20
"""Of the long posts of one folder, which are held in memory; of more none is paired."""
_NOTES = re.compile(r"note-tweet(-part\d+)?\.js")
_TWEETS = re.compile(r"(tweets?|community-tweet)(-part\d+)?\.js")
_PAIRED = b"paired"

Place = tuple[str, int]
"""Name of a member and position of a record."""


@dataclass(frozen=True, slots=True)
class _Paired:
    """What is known of a folder's records."""

    values: Mapping[Place, bytes] = field(default_factory=dict)
    """By tweet, its long post."""
    notes: frozenset[Place] = frozenset()


class LongPosts:
    """The pairs of all archives among the members. Used by one thread."""

    def __init__(self, members: Sequence[Member], options: ReadOptions, max_bytes: int) -> None:
        self._members = members
        self._options = options
        self._max_bytes = max_bytes
        self._latest: tuple[str, _Paired] = ("", _Paired())

    def joined(self, member: Member, records: Iterator[Record]) -> Iterator[Record]:
        """The member's records, each at its place, paired where they are. No other one is changed."""
        file = member.name.removeprefix(folder(member.name))
        if _NOTES.fullmatch(file):
            paired = self._of(folder(member.name))
            return (_marked(record) if (member.name, record.position) in paired.notes else record for record in records)
        if _TWEETS.fullmatch(file):
            paired = self._of(folder(member.name))
            return (self._beside(record, paired.values.get((member.name, record.position))) for record in records)
        return records

    def _beside(self, record: Record, note: bytes | None) -> Record:
        return record if note is None else replace(record, value=_together(record.value or b"", note))

    def _of(self, place: str) -> _Paired:
        if self._latest[0] != place:
            self._latest = (place, self._paired(place))
        return self._latest[1]

    def _paired(self, place: str) -> _Paired:
        notes: dict[Place, bytes] = {}
        size = 0
        for at, value in self._values(place, _NOTES):
            notes[at] = value
            size += len(value)
            if size > MOST_BYTES:
                return _Paired()
        whole = [found for at, value in notes.items() if (found := _of_note(at, value))]
        if not whole:
            return _Paired()
        cut = (found for at, value in self._values(place, _TWEETS) if (found := _of_tweet(at, value)))
        which = pairs(cut, whole)
        return _Paired({tweet: notes[note] for tweet, note in which.items()}, frozenset(which.values()))

    def _values(self, place: str, names: re.Pattern[str]) -> Iterator[tuple[Place, bytes]]:
        for member in self._members:
            if folder(member.name) != place or not names.fullmatch(member.name.removeprefix(place)):
                continue
            for record in DumpReader(member, self._options, self._max_bytes):
                if (
                    record.value is not None and len(record.value) <= self._max_bytes // 2
                ):  # so that two are not too much
                    yield (member.name, record.position), record.value


def _of_note(place: Place, value: bytes) -> Beginning[Place] | None:
    note = _part(value, "noteTweet")
    core = note.get("core")
    return beginning(place, note.get("createdAt"), core.get("text") if type(core) is dict else None)


def _of_tweet(place: Place, value: bytes) -> Beginning[Place] | None:
    tweet = _part(value, "tweet")
    return beginning(place, tweet.get("created_at"), tweet.get("full_text"))


def _part(value: bytes, name: str) -> dict[str, Any]:
    try:
        payload = orjson.loads(value)
    except orjson.JSONDecodeError:
        return {}
    part = payload.get(name) if type(payload) is dict and len(payload) == 1 else None
    return part if type(part) is dict else {}


def _marked(record: Record) -> Record:
    return replace(record, headers={**record.headers, NOTE_HEADER: _PAIRED})


def _together(tweet: bytes, note: bytes) -> bytes:
    """Both objects as one, each with its own bytes."""
    return tweet.rstrip().removesuffix(b"}") + b", " + note.lstrip().removeprefix(b"{")
