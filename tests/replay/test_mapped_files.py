"""Somebody else's export, from the command line to the account: XML, threads, and a post a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.test_errors import assert_says, configured, echolot
from tests.jobs import ROOT

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


OWN = "platform: forum\nnative_id: LfdNr\ntext: Wortlaut\npublished_at: Zeitpunkt\nauthor: {name: Wer}\n"
REPORT = "Bericht:,Nordlauf\nZeitraum:,2024\n\nLfdNr,Wortlaut,Zeitpunkt,Wer\n"


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


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_below_junk_a_header_is_known_by_the_columns_of_the_mapping(dry: Any, tmp_path: Path, delimiter: str) -> None:
    content = (REPORT + "1,Hallo,2024-05-01T12:00:00Z,Ann\n").replace(",", delimiter)
    told = dry("posts.csv", content, OWN)
    assert (told["records"], told["mentions"]) == (1, 1)
    assert ["row 4; what stands above it was left out" in note for note in told["notes"]] == [True]
    sniffed = ["sniff", tmp_path / "posts.csv", "--mappings", tmp_path / "mappings"]
    for named in (["--format", "tool"], ["--header", "echolot-format=tool"]):
        said = echolot(*sniffed, *named).stdout
        assert "columns: LfdNr, Wortlaut, Zeitpunkt, Wer" in said and "forum 1, 2024-05-01 12:00 UTC" in said
        assert (
            "; format tool, named\n" in said
            and "; header row 4: known columns LfdNr, Wortlaut, Zeitpunkt, Wer\n" in said
        )
    assert "columns: Bericht:" in echolot(*sniffed, "--format", "brandwatch").stdout


def test_delimiter_and_header_row_may_be_told(dry: Any) -> None:
    content = "id^text\ntext^id\nHi^1\n"
    assert dry("posts.csv", content, MAPPING, "--delimiter", "^")["records"] == 2
    told = dry("posts.csv", content, MAPPING, "--delimiter", "^", "--header-row", "2")
    assert (told["records"], told["mentions"]) == (1, 1)
    tabs = dry("tabs.csv", "id\ttext\n1\ta, b; c\n", MAPPING, "--delimiter", "tab")
    assert (tabs["records"], tabs["mentions"]) == (1, 1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--delimiter", "ab"], "--delimiter: one character is expected"),
        (["--no-names", "--header-row", "2"], "--header-row and --no-names exclude each other"),
        (["--header-row", "0"], "--header-row"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, options: list[str], said: str) -> None:
    assert_says(echolot("sniff", tmp_path, *options), 2, said)


def test_sniff_takes_what_a_configuration_says_and_options_win(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "tool.yaml").write_text(MAPPING)
    (tmp_path / "posts.csv").write_text("id^text|2\n1^Hi|2\n")
    source = {"kind": "dumps", "paths": ["posts.csv"], "format": "tool", "delimiter": "^"}
    config = configured(tmp_path, source, mappings="mappings")
    said = echolot("sniff", "--config", config).stdout
    assert "posts.csv: table, ^, utf-8; format tool, named" in said and "columns: id, text|2" in said
    assert "columns: id^text, 2" in echolot("sniff", "--config", config, "--delimiter", "|").stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("tweet_id,author_id,inbound,text\n", "no format has these fields"),
        ('{"data": [{"id": "1", "text": "a"}], "meta": {}}', "format x_v2, by its fields data, meta"),
        ('{"tweet": {"id_str": "1", "full_text": "a"}}', "format x_archive, by its fields tweet"),
    ],
)
def test_sniff_says_which_fields_decided(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "x").write_text(content)
    assert f"{said}\n" in echolot("sniff", tmp_path / "x").stdout


def test_the_download_of_meta_is_read_by_its_mapping(dry: Any) -> None:
    posts = [
        {
            "timestamp": 1700000000,
            "data": [{"post": "Versp\u00c3\u00a4tung"}],
            "title": "Z\u00c3\u00b6e updated her status.",
        },
        {"timestamp": 1700000060, "data": [{"update_timestamp": 1700000100}, {"post": "Hi"}], "attachments": []},
        {"timestamp": 1700000120, "attachments": [{"data": []}], "title": "Z\u00c3\u00b6e added a photo."},
    ]
    mapping = (ROOT / "samples" / "formats" / "meta_download.yaml").read_text()
    told = dry("your_posts_1.json", json.dumps(posts), mapping)
    assert (told["records"], told["mentions"], told["synthetic"], told["dead"]) == (3, 3, 3, 0)
    assert told["first"] == "2023-11-14T22:13:20+00:00" and told["platforms"] == {"facebook": 3}
