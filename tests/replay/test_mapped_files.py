"""Somebody else's export, from the command line to the account: XML, threads, and a post a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.test_errors import configured, echolot

MAPPING = "platform: forum\nnative_id: id\ntext: text\npublished_at: {value: 2024-05-01T00:00:00Z}\n"
XML = "<all><post id='1'><text>Hi</text></post><post id='2'/><post id='3'><text>Hi again</text></post>"


@pytest.fixture
def dry(tmp_path: Path) -> Any:
    """The account of a dry replay of one file under the mapping `tool`."""
    (tmp_path / "mappings").mkdir()

    def run(name: str, content: str, mapping: str, *options: str) -> Any:
        (tmp_path / name).write_text(content, encoding="utf-8")
        (tmp_path / "mappings" / "tool.yaml").write_text(mapping)
        told = ["--config", configured(tmp_path), "--format", "tool", "--mappings", tmp_path / "mappings"]
        done = echolot("replay", tmp_path / name, *told, "--dry-run", "--json", *options)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_xml_is_read_by_the_name_of_its_records_up_to_the_damage(dry: Any, tmp_path: Path) -> None:
    broken = f"{XML}<post id='4'></all>"
    told = dry("posts.xml", broken, MAPPING, "--record-element", "post")
    assert (told["records"], told["mentions"], told["reasons"]) == (3, 2, {"dead: missing_field": 1})
    (note,) = told["notes"]
    assert f"damaged, byte {len(broken) - len('all>')}, record 4: its XML is broken" in note
    sniffed = ["sniff", tmp_path / "posts.xml", "--format", "tool", "--mappings", tmp_path / "mappings"]
    assert "posts.xml: xml; format tool, named" in echolot(*sniffed, "--record-element", "post").stdout
    assert "name an XML file's element that is a post by --record-element" in echolot(*sniffed).stdout


def test_a_thread_is_a_record_of_many_mentions(dry: Any) -> None:
    thread = {"posts": [{"id": "1", "text": "Hi"}, {"text": "no id"}, {"id": "2", "text": ""}]}
    told = dry("threads.json", json.dumps([thread, {"posts": []}]), MAPPING + "rows: posts\n")
    assert (told["records"], told["dead"], told["ignored"], told["mentions"]) == (2, 1, 1, 2)


def test_a_post_a_line(dry: Any) -> None:
    mapping = MAPPING.replace("native_id: id\ntext: text", "native_id: {made_of: c1}\ntext: c1")
    told = dry("posts.txt", '[one, "two\n\n{three}\tfour\n', mapping, "--lines")
    assert (told["records"], told["mentions"], told["notes"]) == (2, 2, [])
