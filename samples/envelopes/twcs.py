"""The CSV of "Customer Support on Twitter" (TWCS): short ids of its own, customers as numbers, replies as lists.

Only customers speak here (inbound is True), since answers of brands would have to be invented."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from samples.envelopes.text import escaped
from samples.world import Post

COLUMNS = ("tweet_id", "author_id", "inbound", "created_at", "text", "response_tweet_id", "in_response_to_tweet_id")
_FIRST_ID = 4_100_001


def number(posts: Sequence[Post]) -> None:
    """Give the posts the data set's consecutive ids, in order of time."""
    for n, post in enumerate(posts):
        post.ids["twcs"] = str(_FIRST_ID + 3 * n)


def row(post: Post, posts: Sequence[Post]) -> list[str]:
    """The cells of one post; some ids of parents went through a data frame and came out with ".0"."""
    answers = [other.ids["twcs"] for other in posts if other.parent is post]
    parent = post.parent.ids["twcs"] if post.parent else ""
    if post.parent_unseen:
        parent = str(int(post.ids["twcs"]) - 1)
    if parent and int(parent) % 4 == 0:
        parent += ".0"
    at = post.at.strftime("%a %b %d %H:%M:%S +0000 %Y")
    author = str(post.author.number % 900_000 + 100_000)
    return [post.ids["twcs"], author, "True", at, escaped(post.text), ",".join(answers), parent]


def line(cells: Sequence[str]) -> bytes:
    """One CSV record (RFC 4180) without its line end: quoted where needed, line breaks inside quotes."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)  # before 3.13 only characters of the terminator are quoted
    return out.getvalue().removesuffix("\r\n").encode()
