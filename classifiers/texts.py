"""Unlabelled texts on which a student sees what its teacher makes of more than labelled posts. Training only."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from classifiers import feeds
from classifiers.feeds import FeedPost
from classifiers.labelled import collection
from schemas.errors import TerminalError

_COLUMNS = ("text", "data")
_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_LEAST_LETTERS = 3


def read(paths: Sequence[Path], labelled: Mapping[str, str], others: Sequence[str] = ()) -> list[FeedPost]:
    """Each text once, none of `labelled` (a text's collection by its feeds.key) and of the `others` known already.

    A .csv or .tsv file has a header; its texts are in the column `text` or `data`, else in the last. Other files hold a
    text a line. A file in which labelled posts stand is of their collection, and is held out with it; any other has its
    folder's name. Raises TerminalError for a file that cannot be read or gives nothing new."""
    seen = {feeds.key(text) for text in others}
    found: list[FeedPost] = []
    for path in paths:
        texts = _texts(path)
        keys = [feeds.key(text) for text in texts]
        known = Counter(labelled[each] for each in keys if each in labelled)
        origin = min(known, key=lambda name: (-known[name], name)) if known else collection(path.resolve().parent.name)
        before = len(found)
        for text, each in zip(texts, keys, strict=True):
            if len(each) >= _LEAST_LETTERS and each not in labelled and each not in seen:
                seen.add(each)
                found.append(FeedPost(text, origin))
        if len(found) == before:
            raise TerminalError(
                f"{path}: holds no text that is not known already; give UTF-8 text, one a line, or .csv"
            )
    return found


def _texts(path: Path) -> list[str]:
    delimiter = _DELIMITERS.get(path.suffix)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            if delimiter is None:
                return [line.strip() for line in file.read().split("\n")]
            rows = csv.DictReader(
                file, delimiter=delimiter, quoting=csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
            )
            names = rows.fieldnames or [""]
            column = next((name for name in _COLUMNS if name in names), names[-1])
            return [(row[column] or "").strip() for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TerminalError(f"{path}: cannot be read ({error}); give UTF-8 text, one a line, or .csv") from None
