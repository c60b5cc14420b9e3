"""Public labelled sets, read by their mapping files (samples/formats): is every record of their files a mention?

    python -m benchmarks.real_files --sets DIR --gold DIR

Each set is replayed dry, and what its files hold is counted a second time by other readers: lines, rows by the csv
module, elements by ElementTree, entries by json. Exits with 1 where counts differ or a set is missing. `--sets` has a
folder a set, named as its mapping file, with the files as they are published; `--gold` has labelled posts."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from benchmarks import machine
from configs.dumps import DumpsSource
from configs.settings import JobSettings
from pipeline.replaying import Progress, dry_run

MAPPINGS = Path(__file__).parents[1] / "samples" / "formats"
Counted = tuple[int, int]
"""Records and posts of a file."""


def lines(path: Path, *, above: int = 0) -> Counted:
    """Lines that are not blank, but for those `above`."""
    with path.open("rb") as stream:
        count = sum(1 for line in stream if line.strip()) - above
    return count, count


def rows(path: Path) -> Counted:
    """Rows with commas below the header."""
    with path.open(encoding="utf-8", newline="") as stream:
        count = sum(1 for row in csv.reader(stream) if row) - 1
    return count, count


def elements(path: Path, name: str) -> Counted:
    """Elements of the name."""
    count = sum(1 for _ in ElementTree.parse(path).iter(name))
    return count, count


def entries(path: Path, inner: str) -> Counted:
    """Entries of a JSON list, and those of the list in each."""
    found = json.loads(path.read_bytes())
    return len(found), sum(len(entry[inner]) for entry in found)


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """Files of one kind, how they are counted, and what a replay must be told of them besides the mapping."""

    files: str
    count: Callable[[Path], Counted]
    told: Mapping[str, Any] = field(default_factory=dict)


SETS = {
    "app_reviews": LabelledSet("*.csv", rows),
    "banking77": LabelledSet("*.csv", rows),
    "customer_feedback": LabelledSet("*.tsv", partial(lines, above=1)),
    "germeval2018": LabelledSet("*.txt", lines, {"header": "none", "quotes": False}),
    "gold": LabelledSet("*.jsonl", lines),
    "mobasa": LabelledSet("*.xml", partial(elements, name="Document"), {"record_element": "Document"}),
    "twitter_care": LabelledSet("*.json", partial(entries, inner="dialogContent")),
    "umsab": LabelledSet("*_text.txt", lines, {"lines": True}),
}
"""By the name of the mapping file."""
UNLABELLED = {"meta_download"}  # anybody's own, and no public set


def replayed(name: str, files: list[Path]) -> Progress:
    """The account of a dry replay."""
    source = DumpsSource(paths=tuple(files), format=name, **SETS[name].told)
    return dry_run(JobSettings(source=source, mappings=MAPPINGS), lambda _: None)


def compared(name: str, folder: Path) -> tuple[str, bool]:
    """The set's line of the table, and whether all counts agree."""
    files = sorted(folder.glob(SETS[name].files))
    if not files:
        return f"{name:18} no {SETS[name].files} in {folder}", False
    counted = [SETS[name].count(path) for path in files]
    records, posts = (sum(part) for part in zip(*counted, strict=True))
    t = replayed(name, files).tally
    agree = (t.records, t.mentions, t.dead) == (records, posts, 0)
    numbers = (len(files), records, t.records, posts, t.mentions, t.dead, t.ignored)
    verdict = "" if agree else f"  DIFFER {dict(t.reasons) or ''}"
    return f"{name:18}" + "".join(f"{number:>9}" for number in numbers) + verdict, agree


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=Path, required=True)
    parser.add_argument("--gold", type=Path, required=True)
    options = parser.parse_args(arguments)
    unread = {path.stem for path in MAPPINGS.glob("*.yaml")} - SETS.keys() - UNLABELLED
    if unread:
        print(f"no set for the mapping files {', '.join(sorted(unread))}; add them to SETS of {__file__}")
        return 1
    print(machine.line())
    heads = ("files", "records", "read", "posts", "mentions", "dead", "ignored")
    print(f"{'set':18}" + "".join(f"{head:>9}" for head in heads))
    all_agree = True
    for name in SETS:
        line, agree = compared(name, options.gold if name == "gold" else options.sets / name)
        print(line, flush=True)
        all_agree = all_agree and agree
    print("every record of every file is read, and every post is a mention" if all_agree else "counts differ")
    return 0 if all_agree else 1


if __name__ == "__main__":
    sys.exit(main())
