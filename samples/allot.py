"""Which text goes into which file: reviews and feedback to Reddit and the canonical file, short posts to the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from samples.dice import Dice
from samples.envelopes.reddit import APPS
from samples.envelopes.text import ENTITY

CASCADE = "n1119"
"""The row that many pass on: a complaint with an open question to a railway."""
_SHARES = (("x-flat.jsonl", 38), ("x-pages.jsonl", 16), ("twcs.csv", 16), ("mastodon.jsonl", 15), ("bluesky.jsonl", 15))
_MIXED = ("x-flat.jsonl", "mastodon.jsonl", "bluesky.jsonl", "reddit.ndjson", "canonical.jsonl")
_BLUESKY_LENGTH = 300  # the network's limit on a post

Row = Mapping[str, Any]


def allotted(dice: Dice, rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Rows by file name; those of mixed.jsonl under "mixed.jsonl <file whose format they have>"."""
    files: dict[str, list[Row]] = {}
    for row in rows:
        files.setdefault(_file(dice, row), []).append(row)
    for name in _MIXED:
        spare = [row for row in files[name] if row["id"] != CASCADE][:2]
        files[f"mixed.jsonl {name}"] = spare
        files[name] = [row for row in files[name] if row not in spare]
    return files


def _file(dice: Dice, row: Row) -> str:
    number = dice.below(100, "file", row["id"])
    if row["source"] in APPS:
        return "canonical.jsonl" if number < 70 else "reddit.ndjson"
    if row["source"] == "ijcnlp-train":
        return "canonical.jsonl" if number < 35 else "reddit.ndjson"
    if row["id"] == CASCADE or ENTITY.search(row["text"]):
        return "x-flat.jsonl"  # these texts still have the entities that X escapes with
    if "\n" in row["text"]:
        return "twcs.csv"
    for name, share in _SHARES:
        number -= share
        if number < 0 and not (name == "bluesky.jsonl" and len(row["text"]) > _BLUESKY_LENGTH):
            return name
    return "x-flat.jsonl"
