"""Texts of a record a line: whatever stands in a line, it is the column c1."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from configs.dumps import DumpsSource
from pipeline.dumps.layout import Kind
from pipeline.dumps.reader import DumpReader
from pipeline.sources.dumps import read_options
from tests.dumps.helpers import lines, rows, the_member


def reading(folder: Path, content: bytes, name: str = "x.txt") -> DumpReader:
    path = folder / name
    path.write_bytes(content)
    return DumpReader(the_member(path), read_options(DumpsSource(paths=(path,), lines=True)), 10_000)


@pytest.mark.parametrize(
    "first",
    ["plain", "text,id,date", "[now] a", '{"id": 1}', "<p>Hi</p>", '"never closed', "a\tb;c|d", "sep=,", "  x "],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_line_is_a_record_whatever_it_looks_like(tmp_path: Path, first: str, encoding: str) -> None:
    reader = reading(tmp_path, f'{first}\r\n\n"one, two\nthree'.encode(encoding))
    records = list(reader)
    assert rows(records) == [{"c1": first}, {"c1": '"one, two'}, {"c1": "three"}]
    assert lines(records) == [1, 3, 4]
    assert reader.layout is not None
    assert (reader.layout.kind, reader.notes) == (Kind.TABLE, [])


def test_what_is_no_text_is_still_told(tmp_path: Path) -> None:
    reader = reading(tmp_path, b"\x89PNG\r\n\x1a\n")
    assert list(reader) == []
    assert reader.layout is not None
    assert reader.layout.kind is Kind.FOREIGN


PIECES = st.sampled_from([*"ab ,;\t|\"'{}[]<>=\\ü\u2028\x85", "\n", "\r\n", "\r"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_as_many_records_as_lines_that_are_not_blank(tmp_path: Path, text: str) -> None:
    records = list(reading(tmp_path, f"a\n{text}".encode()))
    written = [line for line in re.split("\r\n|\n|\r", f"a\n{text}") if line.strip()]
    assert [row["c1"] for row in rows(records)] == written
