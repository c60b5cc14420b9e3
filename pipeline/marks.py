"""Marks of written batches: the rows of `replays`, one a batch of a replay that the store has whole.

They say where a replay goes on, whoever died meanwhile, how far it is, and at its end whether all is there. One more
row a file, at position 0, where no batch begins, says by which options the file was read: a resume under others, as
the right zone after a wrong one, leaves nothing of it out."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from hashlib import blake2b
from typing import Any

from configs.dumps import DumpsSource
from configs.settings import JobSettings
from pipeline.dumps.members import members
from pipeline.mappings import mapping_files
from pipeline.sources.dumps import source_name
from sinks.store import Block, Store

log = logging.getLogger("echolot.replay")
Marks = set[tuple[str, int]]
"""Source and first position of batches."""
Files = dict[str, Any]
"""Query parameters: `generation`, and `sources`, the files' names in the tables."""

_WHOLE = "SELECT source, first FROM replays FINAL WHERE generation = {generation:String} AND records = {whole:UInt32}"
_THEIRS = "FROM replays FINAL WHERE generation = {generation:String} AND has({sources:Array(String)}, source)"
_READ_ALIKE = f"SELECT source {_THEIRS} AND first = 0 AND has(mentions, {{reading:UInt64}})"
_NO_READING = {"kind", "paths", "include", "max_rate", "poll_records", "resume", "worker", "workers"}
"""Options that do not change what a record becomes; batches of another size are no whole ones."""


def whole(store: Store, settings: JobSettings) -> Marks:
    """The full batches that this generation has, of all files."""
    source = _dumps(settings)
    return set(store.query(_WHOLE, {"generation": settings.judge.generation, "whole": source.poll_records}).rows)


def begin(store: Store, settings: JobSettings, files: Files) -> Marks:
    """The batches that the replay leaves out: where it resumes, those that are whole and were read by the same options.
    All other marks of its files are taken back, so that every mark from now on is this replay's. Raises as Store.write
    does."""
    there: Marks = set(store.query(f"SELECT source, first {_THEIRS} AND records > 0", files).rows)
    reading = _reading(settings)
    left: Marks = set()
    if _dumps(settings).resume:
        full = there & whole(store, settings)
        same = {row[0] for row in store.query(_READ_ALIKE, {**files, "reading": reading}).rows}
        left = {mark for mark in full if mark[0] in same}
        if left != full:
            log.warning("%d batches were read by other options before, and are read again", len(full - left))
    generation = settings.judge.generation
    void = sorted(there - left)
    if void:
        store.write([_rows(void, generation)])
    told = [(source, 0) for source in files["sources"]]
    store.write([_rows(told, generation, [reading])])  # once the others are gone
    return left


def records(store: Store, files: Files) -> int:
    """Records of the files whose batches are marked."""
    return int(store.query(f"SELECT sum(records) {_THEIRS}", files).rows[0][0])


def of_files(settings: JobSettings) -> Files:
    """The replay's generation and files. Reads both ends of every file."""
    source = _dumps(settings)
    names = [source_name(member) for member in members(source.paths, source.include)]
    return {"generation": settings.judge.generation, "sources": names}


def _reading(settings: JobSettings) -> int:
    """64 bits of all that decides what a record becomes, besides the file's bytes."""
    digest = blake2b(_dumps(settings).model_dump_json(exclude=_NO_READING).encode(), digest_size=8)
    digest.update(b"%d" % settings.max_record_bytes)
    privacy = settings.privacy
    digest.update(f"{privacy.keep_handles} {privacy.keep_deleted} {privacy.pseudonym_key.get_secret_value()}".encode())
    for path in mapping_files(settings.mappings) if settings.mappings else ():
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return int.from_bytes(digest.digest(), "big")


def _rows(marks: Collection[tuple[str, int]], generation: str, mentions: Sequence[int] = ()) -> Block:
    """Rows of no records."""
    return Block(
        "replays",
        {
            "generation": [generation] * len(marks),
            "source": [source for source, _ in marks],
            "first": [first for _, first in marks],
            "records": [0] * len(marks),
            "mentions": [list(mentions) for _ in marks],
        },
    )


def _dumps(settings: JobSettings) -> DumpsSource:
    assert isinstance(settings.source, DumpsSource)
    return settings.source
