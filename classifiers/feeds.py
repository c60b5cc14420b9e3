"""Posts of a general feed, unlabelled, for training: hardly any of them needs anybody.

Labelled sets are full of posts that do, so a model learns too little of what everybody writes all day. 11,668 such
posts, counted a quarter, lifted needs-intervention on German posts of collections unseen (average precision .530 to
.550, F1 .500 to .525)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifiers.labelled import collection
from schemas.errors import TerminalError

WEIGHT = 0.25  # of a labelled post's; half: the same
_MASKED = re.compile(r"<?\S+@\S+\.\w+>?|@\w+|https?\S*|\|lbr\||<email>|\b(?:link|url)\b", re.IGNORECASE)
_NO_LETTER = re.compile(r"[\W_\d]+")


@dataclass(frozen=True, slots=True)
class FeedPost:
    """One post; `origin` is the collection that it came from."""

    text: str
    origin: str


def read(paths: Sequence[Path], labelled: Iterable[str]) -> list[FeedPost]:
    """A post a line, up to its first tab, once each, and none that is among the texts `labelled`.

    The name of a file's folder is taken for its source, whose collection is told as that of labelled posts is.
    Raises TerminalError for a file that cannot be read or is empty."""
    seen = {key(text) for text in labelled} | {""}
    found: list[FeedPost] = []
    for path in paths:
        before = len(found)
        for line in _lines(path):
            text = line.partition("\t")[0].replace("|LBR|", " ").strip()
            if key(text) not in seen:
                seen.add(key(text))
                found.append(FeedPost(text, collection(path.resolve().parent.name)))
        if len(found) == before:
            raise TerminalError(f"{path}: holds no post that is not labelled already; give UTF-8 text, a post a line")
    return found


def without(texts: Sequence[str], labelled: Collection[str]) -> list[int]:
    """Places of the texts that are none of `labelled`."""
    known = {key(text) for text in labelled}
    return [place for place, text in enumerate(texts) if key(text) not in known]


def key(text: str) -> str:
    """What stays the same of a post however a set masks handles, addresses and numbers: its letters."""
    return _NO_LETTER.sub("", _MASKED.sub(" ", text.casefold()))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise TerminalError(f"{path}: cannot be read ({error}); give UTF-8 text, a post a line") from None
