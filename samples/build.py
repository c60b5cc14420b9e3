"""Makes the sample files.

    python -m samples.build                 writes posts/ and expected.json from texts.jsonl
    python -m samples.build --gold PATH     draws texts.jsonl (and drawn.json) anew first, from a file of labelled posts

The same texts give the same bytes, on any machine and on any day."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from samples import files
from samples.allot import allotted
from samples.dice import Dice
from samples.draw import SEED, Row, draw, read_rows, read_withheld
from samples.envelopes import twcs
from samples.lines import Line, tally, totals
from samples.world import authors, posts

HERE = Path(__file__).resolve().parent
FORMATS: Mapping[str, str | None] = {
    "bluesky.jsonl": "bluesky",
    "canonical.jsonl": "canonical",
    "mastodon.jsonl": "mastodon",
    "mixed.jsonl": None,
    "reddit.ndjson": "reddit",
    "twcs.csv": "twcs",
    "x-flat.jsonl": "x_v2",
    "x-pages.jsonl": "x_v2",
}
"""Payload format by file; None: several, to be told by each record's shape."""
_KEPT = ("id", "text", "lang", "source")


def write_texts(gold: Path, folder: Path) -> None:
    """Draw the texts and write them, with the counts of what was drawn beside them."""
    rows = draw(read_rows(gold), read_withheld())
    lines = (json.dumps({key: row[key] for key in _KEPT}, ensure_ascii=False) for row in rows)
    (folder / "texts.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    _write_json(folder / "drawn.json", _drawn(rows))


def build(texts: Sequence[Row]) -> dict[str, list[Line]]:
    """The lines of every file."""
    dice = Dice(SEED)
    rows = allotted(dice, texts)
    on_x, on_mastodon = authors(dice, "x", 240), authors(dice, "mastodon", 70)
    on_bluesky, elsewhere = authors(dice, "bluesky", 70), authors(dice, "elsewhere", 120)
    flat = posts(dice, "x-flat", rows["x-flat.jsonl"], on_x)
    return {
        "bluesky.jsonl": files.bluesky_jsonl(
            dice, posts(dice, "bluesky", rows["bluesky.jsonl"], on_bluesky), on_bluesky
        ),
        "canonical.jsonl": files.canonical_jsonl(dice, posts(dice, "canonical", rows["canonical.jsonl"], elsewhere)),
        "mastodon.jsonl": files.mastodon_jsonl(
            dice, posts(dice, "mastodon", rows["mastodon.jsonl"], on_mastodon), on_mastodon
        ),
        "mixed.jsonl": files.mixed(
            dice, {key.split(" ", 1)[1]: value for key, value in rows.items() if key.startswith("mixed.jsonl ")}
        ),
        "reddit.ndjson": files.reddit_ndjson(dice, posts(dice, "reddit", rows["reddit.ndjson"], elsewhere)),
        "twcs.csv": files.twcs_csv(dice, posts(dice, "twcs", rows["twcs.csv"], on_x)),
        "x-flat.jsonl": files.x_flat(dice, flat, on_x),
        "x-pages.jsonl": files.x_pages(dice, posts(dice, "x-pages", rows["x-pages.jsonl"], on_x), flat),
    }


def write(folder: Path) -> dict[str, Any]:
    """Write posts/ and expected.json from texts.jsonl of `folder`; gives back what expected.json says."""
    made = build(read_rows(folder / "texts.jsonl"))
    (folder / "posts").mkdir(exist_ok=True)
    for name, lines in made.items():
        header = [twcs.line(twcs.COLUMNS)] if name.endswith(".csv") else []
        content = b"".join(line + b"\n" for line in [*header, *(line.data for line in lines)])
        (folder / "posts" / name).write_bytes(content)
    expected = {
        "seed": SEED,
        "files": {name: tally(lines, FORMATS[name]) for name, lines in made.items()},
        "total": totals(made),
    }
    _write_json(folder / "expected.json", expected)
    return expected


def main(arguments: Sequence[str] | None = None) -> int:
    """Build; exit code 0, or 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="python -m samples.build", description="Make the sample files.")
    parser.add_argument("--gold", type=Path, help="draw the texts anew from this file of labelled posts")
    options = parser.parse_args(arguments)
    try:
        if options.gold:
            write_texts(options.gold, HERE)
        expected = write(HERE)
    except (OSError, ValueError, KeyError) as error:
        print(f"samples.build: {error}", file=sys.stderr)
        return 1
    print(json.dumps(expected["total"], indent=2))
    return 0


def _drawn(rows: Sequence[Row]) -> dict[str, Any]:
    """What the labels say about the texts drawn."""
    return {
        "texts": len(rows),
        "needs_intervention": sum(row["needs_intervention"] for row in rows),
        "intents": dict(sorted(Counter(intent for row in rows for intent in row["intents"]).items())),
        "languages": dict(sorted(Counter(row["lang"] for row in rows).items())),
        "sources": dict(sorted(Counter(row["source"] for row in rows).items())),
    }


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
