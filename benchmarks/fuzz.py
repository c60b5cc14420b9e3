"""Mutated records over all formats: whatever the bytes, every record is accounted for and nothing crashes.

    python -m benchmarks.fuzz [--records 1000000] [--seed N]

The golden payloads of tests/golden are mutated: bytes cut, flipped, doubled, of other encodings; fields left out,
nulls, numbers as texts, lists for objects, odd dates and ids, deep nesting, large fields. So are rows of two mapping
files. Each is to have a row in the ledger, and a dead letter its place, a reason that is no bug of a format, and the
bytes; and all rows of facts must fit the store's tables. Prints the seed, and what became of them."""

from __future__ import annotations

import argparse
import copy
import csv
import functools
import io
import json
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.decoded import decode_batch
from pipeline.mappings import load_mappings
from pipeline.rows import RowMaker
from schemas.decode import COLUMNS_HEADER
from schemas.formats.registry import FORMATS
from schemas.payload import parse_json
from schemas.record import Batch, Outcome, Reason, Record
from sinks.blocks import check
from sinks.chdb import ChdbStore

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden"
MAPPED: Mapping[str, tuple[bytes, Mapping[str, bytes]]] = {
    "app_reviews": (
        b"App crashes and loses data since the update,1,3,1,0,0,en,Garmin Connect\n",
        {COLUMNS_HEADER: b"data,score,thumbsUpCount,problem_report,feature_request,irrelevant,ori_lang,app"},
    ),
    "gold": (b'{"id": "a1", "text": "Zug kaputt", "lang": "de", "source": "mobasa-dev", "intents": ["defect"]}', {}),
}
"""A row, and its headers, of mapping files of samples/formats."""
ALL_FORMATS = {**FORMATS, **load_mappings([ROOT / "samples" / "formats" / f"{name}.yaml" for name in MAPPED])}
Columns = Mapping[str, Mapping[str, str]]
"""ClickHouse types by table and column."""
MAX_BYTES = 1 << 20
BATCH = 100
_META_OBJECTS = {"'page'", "'instagram'"}  # an item of Meta's gets the kind of its object, even where its page lacks it
_BESIDE = (".expected.json", "headers.json", "contract.json")
_ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 2**63, 2**70, -(2**63), 1e400, float("nan"), "", " ", "0", "nan", "null",
    "[deleted]", "1.2316E+18", "1823034723867713300", "2024-13-01", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
    "1/2/24", "2024-02-30", 1e18, "\ud83d", "\0", "é" * 300, "<p>&amp;amp;</p>", "https://x.com/a/status/1",
    "a" * 70_000, [], {}, [[]], [None], {"": {}}, ["x"] * 500,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seed:
    """One payload to mutate."""

    format: str
    raw: bytes
    headers: Mapping[str, bytes]
    value: Any
    """Decoded JSON, or the cells of a CSV row."""
    is_json: bool


def corpus() -> list[Seed]:
    """All golden payloads."""
    found = []
    for name in FORMATS:
        for path in sorted((GOLDEN / name).iterdir()):
            if path.name.endswith(_BESIDE):
                continue
            headers: dict[str, str] = {}
            for beside in (path.with_name("headers.json"), path.with_suffix(".headers.json")):
                headers |= json.loads(beside.read_bytes()) if beside.exists() else {}
            raw = path.read_bytes()
            told = {key: value.encode() for key, value in headers.items()}
            found.append(Seed(name, raw, told, *_parsed(raw, path.suffix == ".json")))
    for name, (raw, beside) in MAPPED.items():
        found.append(Seed(name, raw, beside, *_parsed(raw, not beside)))
    return found


@functools.cache
def columns() -> Columns:
    """Of the tables as an embedded store has them."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    with tempfile.TemporaryDirectory() as folder, closing(ChdbStore(Path(folder), linger_seconds=0)) as store:
        store.migrate()
        asked = "SELECT table, name, type FROM system.columns WHERE database = currentDatabase()"
        for table, name, kind in store.query(asked).rows:
            found[table][name] = kind
    return found


def _parsed(raw: bytes, is_json: bool) -> tuple[Any, bool]:
    try:
        if is_json:
            return json.loads(raw), True
        return next(csv.reader(io.StringIO(raw.decode(), newline=""))), False
    except (ValueError, StopIteration, csv.Error):
        return None, is_json


def mutated(seed: Seed, draw: random.Random, position: int) -> Record:
    """One record from it, mutated once to four times."""
    value, raw = copy.deepcopy(seed.value), seed.raw
    if value is not None and draw.random() < 0.75:
        for _ in range(draw.randint(1, 3)):
            value = _changed(value, draw)
        raw = _written(value, seed.is_json)
    if draw.random() < 0.35:
        raw = draw.choice(_BYTES)(raw, draw)
    headers = dict(seed.headers)
    if headers and draw.random() < 0.1:
        headers[draw.choice(list(headers))] = draw.choice([b"", b"\xff", b"Mars/Base", b'"', b"a,a", b"x" * 300])
    if draw.random() < 0.02:
        headers[COLUMNS_HEADER] = draw.choice([b"", b"text", b"id,text,date", b'"'])
    named = {"echolot-format": seed.format.encode()} if draw.random() < 0.7 else {}
    return Record("fuzz", 0, position, raw, headers={**headers, **named})


def _changed(value: Any, draw: random.Random) -> Any:
    """Somewhere within: another value, a field less, a field twice, two fields swapped."""
    at, parent, key = value, None, None
    while (type(at) is dict or type(at) is list) and at and (parent is None or draw.random() < 0.8):
        parent = at
        key = draw.choice(list(at)) if type(at) is dict else draw.randrange(len(at))
        at = at[key]
    if parent is None:
        return draw.choice(_ODD)
    what = draw.randrange(6)
    if what == 0 and type(parent) is dict:
        del parent[key]
    elif what == 1:
        parent[key] = _nested(draw)
    elif what == 2:
        parent[key] = [at] if draw.random() < 0.5 else {"value": at}
    elif what == 3:
        parent[key] = str(at) if type(at) is not str else draw.choice([at[: len(at) // 2], at + at, at.upper()])
    else:
        parent[key] = copy.deepcopy(draw.choice(_ODD))
    return value


def _nested(draw: random.Random) -> Any:
    value: Any = 1
    for _ in range(draw.choice([3, 30, 99, 101, 400])):
        value = [value] if draw.random() < 0.5 else {"a": value}
    return value


def _written(value: Any, is_json: bool) -> bytes:
    if is_json:
        return json.dumps(value).encode("utf-8", "surrogatepass")
    cells = value if type(value) is list else [value]
    out = io.StringIO()
    csv.writer(out).writerow(cell if type(cell) is str else json.dumps(cell) for cell in cells)
    return out.getvalue().encode("utf-8", "surrogatepass")


def _flipped(raw: bytes, draw: random.Random) -> bytes:
    changed = bytearray(raw)
    for _ in range(draw.randint(1, 4)):
        if changed:
            changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


_BYTES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flipped,
    lambda raw, draw: raw[: draw.randrange(len(raw) + 1)],
    lambda raw, draw: raw[draw.randrange(len(raw) + 1) :],
    lambda raw, draw: raw + raw,
    lambda raw, draw: raw.decode("utf-8", "replace").encode("utf-16"),
    lambda raw, draw: raw.decode("utf-8", "replace").encode("latin-1", "replace"),
    lambda raw, draw: b"\xef\xbb\xbf" + raw,
    lambda raw, draw: raw.replace(b'"', b"'"),
    lambda raw, draw: raw.replace(b",", b";"),
    lambda raw, draw: b"[" * draw.choice([5, 200, 20_000]) + raw,
    lambda raw, draw: raw + b" " * draw.choice([1, MAX_BYTES]),
    lambda raw, draw: raw.replace(b"\n", b"\r\n").replace(b" ", b"\0"),
)


def accounted(records: list[Record], maker: RowMaker, tables: Columns) -> Counter[str]:
    """What became of them, by the rows that a job would write: each record has its entry in the ledger, at its place,
    and each dead letter its record's place, a reason, and the bytes; and what is not a verdict fits its table. Raises
    AssertionError, and TerminalError as the store does."""
    decoded = decode_batch(Batch(records), {}, MAX_BYTES, formats=ALL_FORMATS, keep_deleted=True)
    unjudged: defaultdict[str, list[int]] = defaultdict(lambda: [0] * len(decoded.mentions))
    blocks = maker.blocks(decoded, unjudged)
    for block in blocks:
        if block.table != "verdicts":  # those are the judge's
            check(block, tables[block.table])
    rows = {block.table: block.columns for block in blocks}
    ledger, dead = rows["ledger"], rows["dead_letters"]
    assert ledger["position"] == [record.position for record in records], "one entry a record"
    letters: dict[int, list[tuple[int, str, str, bytes]]] = defaultdict(list)
    for position, *letter in zip(*(dead[n] for n in ("position", "item", "reason", "detail", "raw")), strict=True):
        letters[position].append(tuple(letter))
    found = Counter[str]()
    for record, end, count in zip(records, ledger["outcome"], ledger["dead"], strict=True):
        theirs = letters.pop(record.position, [])
        assert [item for item, *_ in theirs] == list(range(count)), "as many letters as the ledger says"
        assert (end == Outcome.DEAD) == (count > 0)
        for _, reason, detail, raw in theirs:
            assert detail and Reason(reason) is not Reason.FORMAT_BUG, detail
            assert raw == record.value or _holds(record.value, raw), "the record's bytes, or those of its bad item"
        found[Outcome(end).value] += 1
        found.update(f"dead: {reason}" for _, reason, *_ in theirs[:1])
    assert not letters, "a dead letter of no record"
    return found


def _holds(value: bytes | None, item: bytes) -> bool:
    """Whether all that the item's bytes say, some of which its page may tell for all, is of the payload."""
    return _scalars(json.loads(item)) <= _scalars(parse_json(value or b"")) | _META_OBJECTS


def _scalars(value: Any) -> set[str]:
    found, rest = set(), [value]
    while rest:
        at = rest.pop()
        if type(at) is dict or type(at) is list:
            rest += at.values() if type(at) is dict else at
        else:
            found.add(repr(at))
    return found


def run(records: int, seed: int, seeds: list[Seed]) -> Counter[str]:
    """Decode so many mutated records; what became of them. Raises AssertionError, with the record, at a bug."""
    draw, found, tables = random.Random(seed), Counter[str](), columns()
    maker = RowMaker(generation="fuzz", pseudonym_key="fuzz", keep_handles=True)
    for first in range(1, records + 1, BATCH):
        positions = range(first, min(first + BATCH, records + 1))
        batch = [mutated(draw.choice(seeds), draw, position) for position in positions]
        try:
            found += accounted(batch, maker, tables)
        except Exception as error:
            which = next((record for record in batch if _fails(record, maker, tables)), batch[0])
            raise AssertionError(f"seed {seed}: {error!r} from {which!r}"[:4000]) from error
    return found


def _fails(record: Record, maker: RowMaker, tables: Columns) -> bool:
    try:
        accounted([record], maker, tables)
    except Exception:
        return True
    return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    seeds, began = corpus(), time.monotonic()
    print(f"seed {options.seed}: {options.records} mutations of {len(seeds)} payloads of {len(ALL_FORMATS)} formats")
    found = run(options.records, options.seed, seeds)
    accounted = found["good"] + found["dead"] + found["ignored"]
    print(f"{accounted} accounted for in {time.monotonic() - began:.0f} s, 0 crashes")
    for name, count in found.most_common():
        print(f"  {name}: {count}")


if __name__ == "__main__":
    main()
