"""Marks of written batches: the rows of `replays`, one a batch of a replay that the store has whole.

They say where a replay goes on, whoever died meanwhile, how far it is, and at its end whether all is there."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from configs.dumps import DumpsSource
from configs.settings import JobSettings
from pipeline.dumps.members import members
from pipeline.sources.dumps import source_name
from sinks.store import Block, Store

Marks = set[tuple[str, int]]
"""Source and first position of batches."""
Files = dict[str, Any]
"""Query parameters: `generation`, and `sources`, the files' names in the tables."""

_WHOLE = "SELECT source, first FROM replays FINAL WHERE generation = {generation:String} AND records = {whole:UInt32}"
_THEIRS = "FROM replays FINAL WHERE generation = {generation:String} AND has({sources:Array(String)}, source)"


def whole(store: Store, settings: JobSettings) -> Marks:
    """The full batches that this generation has, of all files."""
    source = _dumps(settings)
    return set(store.query(_WHOLE, {"generation": settings.judge.generation, "whole": source.poll_records}).rows)


def begin(store: Store, settings: JobSettings, files: Files) -> Marks:
    """The batches that the replay leaves out: where it resumes, those that are whole. All other marks of its files are
    taken back, so that every mark from now on is this replay's. Raises as Store.write does."""
    left = whole(store, settings) if _dumps(settings).resume else set()
    there = store.query(f"SELECT source, first {_THEIRS} AND records > 0", files).rows
    void = [mark for mark in there if mark not in left]
    if void:
        store.write([_nothing(void, settings.judge.generation)])
    return left.intersection(there)


def records(store: Store, files: Files) -> int:
    """Records of the files whose batches are marked."""
    return int(store.query(f"SELECT sum(records) {_THEIRS}", files).rows[0][0])


def of_files(settings: JobSettings) -> Files:
    """The replay's generation and files. Reads both ends of every file."""
    source = _dumps(settings)
    names = [source_name(member) for member in members(source.paths, source.include)]
    return {"generation": settings.judge.generation, "sources": names}


def _nothing(marks: Collection[tuple[str, int]], generation: str) -> Block:
    return Block(
        "replays",
        {
            "generation": [generation] * len(marks),
            "source": [source for source, _ in marks],
            "first": [first for _, first in marks],
            "records": [0] * len(marks),
            "mentions": [[] for _ in marks],
        },
    )


def _dumps(settings: JobSettings) -> DumpsSource:
    assert isinstance(settings.source, DumpsSource)
    return settings.source
