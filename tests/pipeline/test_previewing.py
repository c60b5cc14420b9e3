"""What the replay asks before it reads: the zone and the order of day and month, of files whose rows need them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from configs.base import ConfigError
from configs.dumps import DumpsSource
from pipeline.previewing import previews, require_time_settings
from schemas.formats.mapped_values import TimeLayout
from schemas.formats.registry import FORMATS
from tests.schemas.golden import ROOT
from tests.schemas.mapped import ROW, mapped

ZONE, ORDER = "--zone Europe/Berlin", "--day-first or --month-first"
BERLIN = {"zone": "Europe/Berlin"}


def asked(folder: Path, *payloads: Any, **settings: Any) -> set[str]:
    """Which of the two are asked for."""
    path = folder / "x.jsonl"
    path.write_bytes(b"".join(json.dumps(payload).encode() + b"\n" for payload in payloads))
    known = {**FORMATS, "tool": mapped(times=TimeLayout("local"))}
    (preview,) = previews(DumpsSource(paths=(path,), **settings), known, 100_000)
    try:
        require_time_settings(preview)
    except ConfigError as error:
        assert "x.jsonl is read as " in str(error)
        return {question for question in (ZONE, ORDER) if question in str(error)}
    return set()


def golden(name: str, stem: str, **changed: Any) -> Any:
    return json.loads((ROOT / name / f"{stem}.json").read_bytes()) | changed


@pytest.mark.parametrize(
    ("name", "stem", "changed"),
    [
        ("brandwatch", "good_tweet", {}),
        ("meltwater", "good_post", {}),
        ("sprinklr", "good_mention", {}),
        ("google_play", "good_python", {}),
        ("trustpilot", "odd_times_without_offset", {}),
        ("x_v2", "odd_quote", {"created_at": "2024-08-12 15:00:00"}),
        ("youtube", "bad_time_without_offset", {}),
    ],
)
def test_the_zone_is_asked_for_where_times_have_no_offset_and_may_be_told_by_a_header(
    tmp_path: Path, name: str, stem: str, changed: dict[str, Any]
) -> None:
    payload = golden(name, stem, **changed)
    assert asked(tmp_path, payload) == {ZONE}
    assert asked(tmp_path, payload, **BERLIN) == asked(tmp_path, payload, headers={"echolot-zone": "UTC"}) == set()


@pytest.mark.parametrize(
    ("name", "stem"),
    [("talkwalker", "good_document"), ("talkwalker", "good_page"), ("sprinklr", "odd_epoch_milliseconds"),
     ("google_play", "good_node"), ("google_play", "good_row_as_object"),
     ("google_play", "odd_python_epoch_milliseconds"), ("trustpilot", "good_api"), ("x_v2", "good_page"),
     ("x_archive", "good_tweet")],
)  # fmt: skip
def test_nothing_is_asked_where_the_times_are_instants(tmp_path: Path, name: str, stem: str) -> None:
    assert asked(tmp_path, golden(name, stem)) == set()


def test_both_are_asked_for_at_once_and_of_days_above_the_twelfth_too(tmp_path: Path) -> None:
    for day in ("02/10/2023 18:46:11", "25/10/2023 18:46:11"):
        row = golden("talkwalker", "good_document", published=day)
        assert asked(tmp_path, row) == {ZONE, ORDER}
        assert asked(tmp_path, row, **BERLIN) == {ORDER}
        assert asked(tmp_path, row, day_first=True) == {ZONE}
        assert asked(tmp_path, row, day_first=True, **BERLIN) == set()


def test_a_mapping_that_does_not_say_them_is_asked_for_too(tmp_path: Path) -> None:
    assert asked(tmp_path, ROW | {"Date": "1 May 2024 12:00"}, format="tool") == {ZONE}
    assert asked(tmp_path, ROW | {"Date": "01/05/2024"}, format="tool", **BERLIN) == {ORDER}
    assert asked(tmp_path, ROW, format="tool") == set()


def test_one_such_record_among_others_is_a_dead_letter_and_no_question(tmp_path: Path) -> None:
    whole, without = (golden("bluesky", stem) for stem in ("good_post", "bad_time_without_offset"))
    assert asked(tmp_path, whole, whole, without) == set()
    assert asked(tmp_path, whole, without) == {ZONE}
