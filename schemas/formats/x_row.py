"""Tables of posts of the X API v2: a row as the flattened tweet that x_v2.py reads.

Columns of twarc-csv are paths ("public_metrics.like_count"). Odd: a blank cell is no field; a reference is a column of
its kind ("referenced_tweets.quoted.id") with the author beside it ("quoted_username"), or, in its first versions and in
data frames, a list written as text; line breaks are "\\n"; a repost has the text and counters of the post it repeats;
with --json-encode-text quotes stand around every text, and around ids. Rows as JSON objects of the same names are taken
too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from schemas.errors import Rejected
from schemas.formats.cells import Cells, filled, with_true_ids
from schemas.payload import parse_json

_REFERENCES, _HISTORY = "referenced_tweets", "edit_history_tweet_ids"
_KINDS = {"replied_to": "in_reply_to", "retweeted": "retweeted", "quoted": "quoted"}
"""Kinds of references, and how the columns about the author of that post begin."""
_COLUMN_OF = {kind: f"{_REFERENCES}.{kind}.id" for kind in _KINDS}
_MARKS = frozenset(_COLUMN_OF.values()) | {"public_metrics.like_count", "public_metrics.retweet_count"}
_OF_TWARC_CSV = (f"{_REFERENCES}.", "__twarc.")
_OF_POSTS = frozenset({"public_metrics", "edit_controls", "entities", "attachments", "geo", "withheld", "__twarc"})
_GROUPS = _OF_POSTS | {"author", "in_reply_to_user"}
_OTHER_IDS = ("author_id", "author.id", "conversation_id", "in_reply_to_user_id", "retweeted_user_id", "quoted_user_id")
_ADDRESSES = ("url", "tweet_url", "permalink", _HISTORY)
_PAIR = r"'(type|id)': '(\w{1,20})'"
_REFERENCE = re.compile(rf"\{{{_PAIR}, {_PAIR}\}}", re.ASCII)
_AS_PYTHON_WRITES = re.compile(rf"\[{_REFERENCE.pattern}(?:, {_REFERENCE.pattern})*\]", re.ASCII)
_TRUE = ("true", "1", "1.0", "wahr")  # a spreadsheet writes the word of its language
_NOTHING = ("None", "nan", "NaN")  # of a data frame
_ID = re.compile(r"\d{1,20}", re.ASCII)


def has_columns(payload: Mapping[str, Any]) -> bool:
    """Some columns are twarc-csv's."""
    return not _MARKS.isdisjoint(payload)


def flattened(row: Mapping[str, Any], *, of_cells: bool) -> Cells:
    """The tweet, and what was lost or mended. `of_cells`: ids may have gone through a spreadsheet.

    Raises Rejected where the post's own did, and stands nowhere else."""
    cells = Cells(_as_meant(filled(row), row))
    if of_cells:
        others = (*_OTHER_IDS, *_COLUMN_OF.values())
        cells = with_true_ids(cells.values, own="id", others=others, addresses=_ADDRESSES)
    tweet = _grouped(cells.values, _GROUPS)
    if "author" in tweet.keys() - cells.values.keys():
        tweet["author"] = {"id": tweet.get("author_id"), **_author(tweet["author"])}
    history = tweet.get(_HISTORY)
    if type(history) is str:
        tweet[_HISTORY] = _ID.findall(history)
    references = _references(tweet, cells.lost)
    return replace(cells, values=tweet | references)


def _as_meant(cells: dict[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """The cells without what twarc-csv adds to texts; a "\\n" that the author has typed is a line break, too."""
    unquoted = {name: _unquoted(value) for name, value in cells.items()}
    if all(unquoted.get(name) != cells.get(name) for name in ("id", "text")):
        return unquoted
    text = cells.get("text")
    if type(text) is str and "\n" not in text and any(name.startswith(_OF_TWARC_CSV) for name in row):
        return {**cells, "text": text.replace("\\n", "\n")}
    return cells


def _unquoted(value: Any) -> Any:
    if type(value) is not str or not (value.startswith('"') and value.endswith('"')):
        return value
    try:
        return parse_json(value.encode())
    except Rejected:
        return value


def _grouped(values: Mapping[str, Any], groups: Iterable[str]) -> dict[str, Any]:
    """Columns "group.name" as the group's `name`, but for groups that are a column themselves."""
    tree: dict[str, Any] = {}
    opened = {group for group in groups if group not in values}
    for column, value in values.items():
        group, dot, name = column.partition(".")
        if dot and group in opened:
            tree.setdefault(group, {})[name] = value
        else:
            tree[column] = value
    return tree


def _author(columns: Mapping[str, Any]) -> dict[str, Any]:
    author = _grouped(columns, {"public_metrics"})
    verified = author.get("verified")
    return author | ({"verified": verified.strip().casefold() in _TRUE} if type(verified) is str else {})


def _references(tweet: dict[str, Any], lost: Mapping[str, Any]) -> dict[str, Any]:
    """What the post refers to, taken from its columns. Where its id is lost it stays without: a reply is a reply."""
    given = tweet.get(_REFERENCES)
    found = _listed(given) if type(given) is str else given
    if found is not None and type(found) is not list:
        return {}
    references = list(found or ())
    for kind, who in _KINDS.items():
        handle, user = tweet.pop(f"{who}_username", None), tweet.pop(f"{who}_user_id", None)
        if kind == "replied_to":
            tweet |= {"in_reply_to_user_id": user}
            tweet |= {"in_reply_to_user": {"username": handle}} if handle and "in_reply_to_user" not in tweet else {}
        post = tweet.pop(_COLUMN_OF[kind], None)
        if post is not None or _COLUMN_OF[kind] in lost:
            references.append({"type": kind, "id": post, "author_id": user, "author": {"username": handle}})
    if not references and "in_reply_to_user_id" in lost:
        references.append({"type": "replied_to", "id": None})
    return {_REFERENCES: references or None}


def _listed(text: str) -> Any:
    """A list written as text, in JSON or as Python prints it; the text itself where it is another thing."""
    if text.strip() in _NOTHING:
        return None
    try:
        return parse_json(text.encode())
    except Rejected:
        if not _AS_PYTHON_WRITES.fullmatch(text):
            return text
    return [{a: b, c: d} for a, b, c, d in _REFERENCE.findall(text)]
