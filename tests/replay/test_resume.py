"""A resume leaves out what was read alike: by the same options, mapping files and largest size of a record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.replay.test_replay import SMALL, asked, configured, replayed

NAMES = "Query Id,Query Name,Date,Full Text,Url,Page Type\n"
MAPPING = "platform: forum\nnative_id: id\ntext: {text}\npublished_at: {{value: 2024-05-01T00:00:00Z}}\n"
pytestmark = pytest.mark.slow
COUNT = 1100
"""Two whole batches and one of 100."""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    rows = (f"1,q,2026-11-18 05:00:00.0,Post {n},https://example.com/{n},blog\n" for n in range(COUNT))
    path.write_text(NAMES + "".join(rows))
    return path


@pytest.fixture
def resumed(tmp_path: Path) -> Any:
    """Records left out, and read, by a resume."""

    def run(path: Path, *options: object, **settings: Any) -> tuple[int, int]:
        told = replayed(configured(tmp_path, source=SMALL, **settings), "--resume", *options, paths=[path])
        return told["left_out"], told["records"]

    return run


def test_a_zone_that_was_wrong_is_mended_from_the_first_record_on(export: Path, resumed: Any, tmp_path: Path) -> None:
    config = configured(tmp_path, source=SMALL)
    assert resumed(export, "--zone", "Asia/Tokyo") == (0, COUNT)
    assert resumed(export, "--zone", "Asia/Tokyo", "--max-rate", 10**6) == (1000, 100), "read alike, at another rate"
    assert resumed(export, "--zone", "Europe/Berlin") == (0, COUNT)
    assert asked(config, "SELECT DISTINCT toHour(published_at) FROM mentions") == [(4,)]
    assert resumed(export, "--zone", "Asia/Tokyo") == (0, COUNT), "the marks of the first run are no longer true"
    assert replayed(config, "--zone", "Asia/Tokyo", paths=[export])["repeats"] == 0


def test_other_spans_headers_and_sizes_read_again(export: Path, resumed: Any) -> None:
    options: list[object] = ["--zone", "UTC"]
    assert resumed(export, *options) == (0, COUNT)
    for more in (["--from", "2026-01-01"], ["--header", "echolot-app=com.foo"], ["--day-first"]):
        options += more
        assert resumed(export, *options) == (0, COUNT), more
        assert resumed(export, *options) == (1000, 100), more
    assert resumed(export, *options, max_record_bytes=2048) == (0, COUNT)


def test_other_rules_for_personal_data_read_again(export: Path, resumed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECHOLOT_TEST_KEY", "a key of its own")
    zone = ("--zone", "UTC")
    assert resumed(export, *zone) == (0, COUNT)
    for privacy in ({"keep_deleted": True}, {"keep_handles": True}, {"pseudonym_key": "${ECHOLOT_TEST_KEY}"}):
        assert resumed(export, *zone, privacy=privacy) == (0, COUNT), privacy
    assert resumed(export, *zone, privacy=privacy) == (1000, 100)


def test_a_changed_mapping_file_reads_again(resumed: Any, tmp_path: Path) -> None:
    dump, mapping = tmp_path / "dump.jsonl", tmp_path / "mappings" / "mine.yaml"
    dump.write_text("".join(f'{{"id": "{n}", "text": "a", "body": "b"}}\n' for n in range(COUNT)))
    mapping.parent.mkdir()
    options = ("--format", "mine", "--mappings", mapping.parent)
    mapping.write_text(MAPPING.format(text="texxt"))
    assert (
        replayed(configured(tmp_path, source=SMALL, breaker={"run": 2000, "window": 2000}), *options, paths=[dump])[
            "dead"
        ]
        == COUNT
    )
    mapping.write_text(MAPPING.format(text="text"))
    assert resumed(dump, *options) == (0, COUNT)
    assert resumed(dump, *options) == (1000, 100)
    assert asked(tmp_path / "echolot.yaml", "SELECT count() FROM mentions") == [(COUNT,)]
