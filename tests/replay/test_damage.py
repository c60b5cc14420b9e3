"""Damaged files of all kinds through a whole replay: the account names byte and record of the damage, and what decodes
is in the store."""

from __future__ import annotations

import gzip
import io
import json
import random
import re
import zipfile
import zlib

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from backports import zstd

from tests.jobs import canonical
from tests.replay.test_replay import asked, configured, replayed

COUNT = 300
BROKEN = b"\xff" * 1000  # no block of deflate or zstd begins so
NOTE = re.compile(r"(?P<file>[^:]+): (?P<kind>damaged|unfinished), byte (?P<byte>\d+), record (?P<record>\d+): .+")


def posts(name):
    """So long that a file is several blocks of zstd."""
    draw = random.Random(name)
    return [
        canonical(f"{name}-{n}", "Aufzug kaputt", filling=f"{draw.getrandbits(8000):x}") for n in range(1, COUNT + 1)
    ]


def lines(name):
    return b"\n".join(posts(name)) + b"\n"


def half(content):
    return content[: len(content) // 2]


def corrupt_gzip(content):
    packer = zlib.compressobj(wbits=31)
    return packer.compress(half(content)) + packer.flush(zlib.Z_FULL_FLUSH) + BROKEN


def corrupt_zstd(content):
    packer = zstd.ZstdCompressor()
    return packer.compress(half(content), packer.FLUSH_BLOCK) + BROKEN


def zipped(*names):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, lines(name))
    return target.getvalue()


def parquet(name):
    """Three row groups, of which the second is damaged."""
    target = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([json.loads(post) for post in posts(name)]), target, row_group_size=100)
    content, facts = bytearray(target.getvalue()), pq.ParquetFile(target).metadata
    place = facts.row_group(1).column(0).dictionary_page_offset
    content[place : place + 40] = b"\xff" * 40
    return bytes(content), place


@pytest.fixture(scope="module")
def replay(tmp_path_factory):
    """Of all files: what was told by name, the ids in the store, and where the dead letters come from."""
    folder = tmp_path_factory.mktemp("damage")
    dumps, config = folder / "dumps", configured(folder / "job")
    dumps.mkdir()
    bad, place = parquet("rows.parquet")
    files = {
        "lines.jsonl": half(lines("lines.jsonl")),
        "list.json": half(b"[" + b",\n".join(posts("list.json")) + b"]"),
        "lines.gz": half(gzip.compress(lines("lines.gz"))),
        "lines.zst": half(zstd.compress(lines("lines.zst"))),
        "corrupt.gz": corrupt_gzip(lines("corrupt.gz")),
        "corrupt.zst": corrupt_zstd(lines("corrupt.zst")),
        "half.zip": zipped("one.jsonl", "two.jsonl")[:-100_000],
        "rows.parquet": bad,
    }
    for name, content in files.items():
        (dumps / name).write_bytes(content)
    told = replayed(config, paths=[dumps])
    notes = {}
    for note in map(NOTE.fullmatch, told["notes"]):
        notes.setdefault(note["file"].removeprefix("dumps/").partition("#")[0], note)
    ids = {native_id for (native_id,) in asked(config, "SELECT native_id FROM posts FINAL")}
    dead = asked(config, "SELECT source, position, raw FROM dead_letters FINAL")
    return told, notes, ids, dead, {name: len(content) for name, content in files.items()}, place


def given(ids, name):
    return sorted(int(found.rpartition("-")[2]) for found in ids if found.rpartition("-")[0] == name)


@pytest.mark.parametrize("name", ["lines.gz", "lines.zst", "corrupt.gz", "corrupt.zst", "half.zip!two.jsonl"])
def test_all_records_before_the_damage_are_in_the_store_and_it_names_the_next_one(replay, name):
    _, notes, ids, *_ = replay
    inner = name.rpartition("!")[2]
    note, found = notes[name], given(ids, inner)
    assert note["kind"] == "damaged" and found == list(range(1, int(note["record"])))
    assert len(found) > COUNT // 4
    before = sum(len(post) + 1 for post in posts(inner)[: len(found)])
    assert before <= int(note["byte"]) <= len(lines(inner))


@pytest.mark.parametrize("name", ["lines.jsonl", "list.json"])
def test_of_half_a_text_the_record_that_is_cut_is_a_dead_letter_too(replay, name):
    _, notes, ids, dead, sizes, _ = replay
    note, found = notes[name], given(ids, name)
    assert note["kind"] == "unfinished" and int(note["byte"]) == sizes[name]
    assert found == list(range(1, int(note["record"]))) and len(found) > COUNT // 3
    ((position, raw),) = [(at, raw) for source, at, raw in dead if source.startswith(f"dumps/{name}#")]
    assert position == int(note["record"]) and posts(name)[position - 1].decode().startswith(raw)


def test_half_an_archive_gives_its_whole_members_and_says_where_it_ends(replay):
    _, notes, ids, _, sizes, _ = replay
    assert given(ids, "one.jsonl") == list(range(1, COUNT + 1))
    assert notes["half.zip"]["kind"] == "damaged" and int(notes["half.zip"]["byte"]) == sizes["half.zip"]


def test_a_row_group_that_is_damaged_costs_no_other(replay):
    _, notes, ids, *_, place = replay
    assert given(ids, "rows.parquet") == [*range(1, 101), *range(201, 301)]
    note = notes["rows.parquet"]
    assert (note["kind"], int(note["byte"]), int(note["record"])) == ("damaged", place, 101)


def test_the_account_adds_up(replay):
    told, _, ids, dead, *_ = replay
    assert (
        told["records"] == told["good"] + told["dead"] and told["good"] == len(ids) and told["dead"] == len(dead) == 2
    )
