"""The samples are what expected.json says, hold nothing private, and are built alike everywhere."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from configs.settings import FilesSource
from pipeline.sources.files import FileRecords
from samples.broken import BREAKERS, CELLS, STRANGERS
from samples.build import FORMATS, HERE, main, write
from samples.draw import QUOTAS, SOURCES, draw, is_private, read_rows, read_withheld
from schemas.decode import decode
from schemas.mention import Mention, Relation
from schemas.record import Dead, Deletion, Ignored, Record
from schemas.text import unescape

POSTS = HERE / "posts"
EXPECTED = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))
DRAWN = json.loads((HERE / "drawn.json").read_text(encoding="utf-8"))
TEXTS = read_rows(HERE / "texts.jsonl")
NAMES = sorted(FORMATS)


@pytest.fixture(scope="module")
def records() -> dict[str, list[Record]]:
    """All records by file, as the job's own reader cuts them."""
    source = FileRecords(FilesSource(path=POSTS, follow=False), {}, 1 << 20)
    found: dict[str, list[Record]] = {name: [] for name in NAMES}
    while not source.exhausted:
        batch = source.poll(0)
        for record in batch.records if batch else ():
            found[record.source.rsplit("/", 1)[-1]].append(record)
    return found


def items_of(records: Sequence[Record], format_name: str | None) -> list[tuple[int, Any]]:
    """Position and item of everything decoded."""
    return [
        (record.position, item)
        for record in records
        for item in decode(record, format_name=format_name, max_bytes=1 << 20)
    ]


def test_building_again_changes_no_byte(tmp_path: Path) -> None:
    (tmp_path / "texts.jsonl").write_bytes((HERE / "texts.jsonl").read_bytes())
    write(tmp_path)
    made = {path.name: path.read_bytes() for path in (tmp_path / "posts").iterdir()}
    assert sorted(made) == NAMES == sorted(path.name for path in POSTS.iterdir())
    for name, content in made.items():
        assert content == (POSTS / name).read_bytes(), f"{name} differs; run python -m samples.build"
    assert (tmp_path / "expected.json").read_bytes() == (HERE / "expected.json").read_bytes()


@pytest.mark.parametrize("named", [True, False], ids=["format named", "told by shape"])
@pytest.mark.parametrize("name", NAMES)
def test_every_file_decodes_to_what_it_was_made_from(records: dict[str, list[Record]], name: str, named: bool) -> None:
    """Counts, and each fault at its place with its reason."""
    expected = EXPECTED["files"][name]
    assert len(records[name]) == expected["records"]
    items = items_of(records[name], expected["format"] if named else None)
    counts = Counter(type(item) for _, item in items)
    assert counts[Mention] == expected["mentions"]
    assert counts[Deletion] == expected["deletions"]
    assert counts[Ignored] == expected["ignored"]
    dead = [(position, item.reason) for position, item in items if isinstance(item, Dead)]
    assert dead == [(fault["position"], fault["reason"]) for fault in expected["dead"]]
    identities = {(i.platform, i.native_id) for _, i in items if isinstance(i, Mention)}
    assert len(identities) == expected["distinct_mentions"]
    reposts = sum(isinstance(i, Mention) and i.relation is Relation.REPOST for _, i in items)
    assert reposts >= expected["reposts"]  # a repost may stand twice among the duplicates
    assert len(records[name]) - len({r.value for r in records[name]}) == expected["duplicates"]


def test_totals_count_every_mention_once(records: dict[str, list[Record]]) -> None:
    items = [item for name in NAMES for _, item in items_of(records[name], FORMATS[name])]
    mentions = {(i.platform, i.native_id) for i in items if isinstance(i, Mention)}
    deleted = {(i.platform, i.native_id) for i in items if isinstance(i, Deletion)}
    total = EXPECTED["total"]
    assert len(mentions) == total["distinct_mentions"]
    assert Counter(platform for platform, _ in mentions) == total["distinct_mentions_by_platform"]
    assert deleted <= mentions and len(deleted) == total["distinct_deleted"]
    assert len(mentions - deleted) == total["distinct_mentions_not_deleted"]
    assert Counter(i.reason for i in items if isinstance(i, Dead)) == total["dead_by_reason"]


def test_no_envelope_alters_a_real_text(records: dict[str, list[Record]]) -> None:
    """What the decoder gives back is the text drawn (white space apart, which HTML does not keep), and none is lost."""
    squeezed = {_squeezed(unescape(row["text"])): row["id"] for row in TEXTS}
    seen = set()
    for name in NAMES:
        for _, item in items_of(records[name], FORMATS[name]):
            if isinstance(item, Mention) and not (item.relation is Relation.REPOST and not item.text):
                assert _squeezed(item.text) in squeezed, f"{name}: {item.native_id}"
                seen.add(squeezed[_squeezed(item.text)])
    assert len(seen) == len(squeezed)


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def test_later_revisions_keep_the_words_and_win(records: dict[str, list[Record]]) -> None:
    for name in ("mastodon.jsonl", "reddit.ndjson", "canonical.jsonl"):
        mentions = [i for _, i in items_of(records[name], FORMATS[name]) if isinstance(i, Mention)]
        edited = {i.native_id: i for i in mentions if i.edited_at}
        assert len(edited) == EXPECTED["files"][name]["revisions"] > 0
        for before in (i for i in mentions if i.native_id in edited and not i.edited_at):
            after = edited[before.native_id]
            assert after.text == before.text and after.revision > before.revision


def test_a_feed_shows_heavy_tails_threads_and_a_cascade(records: dict[str, list[Record]]) -> None:
    items = [item for name in NAMES for _, item in items_of(records[name], FORMATS[name])]
    mentions = {i.mention_id: i for i in items if isinstance(i, Mention)}
    followers = sorted(i.author.followers for i in mentions.values() if i.author.followers is not None)
    assert followers[len(followers) // 2] < 500 and followers[-1] > 20_000
    by_id = {i.native_id for i in mentions.values()}
    replies = [i for i in mentions.values() if i.relation is Relation.REPLY]
    assert sum(i.parent_id in by_id for i in replies) > 50 and sum(i.parent_id not in by_id for i in replies) > 50
    roots = Counter(i.root_id for i in mentions.values() if i.relation is Relation.REPOST)
    assert roots.most_common(1)[0][1] >= 9
    days = {i.published_at.date() for i in mentions.values()}
    assert 4 <= len(days) <= 5


def test_only_sources_that_may_be_passed_on() -> None:
    assert {row["source"] for row in TEXTS} <= set(SOURCES)
    assert not {row["id"] for row in TEXTS} & read_withheld()
    assert all(row.keys() == {"id", "text", "lang", "source"} for row in TEXTS)


def test_the_share_that_needs_intervention_is_that_of_a_feed() -> None:
    assert DRAWN["texts"] == len(TEXTS) and 600 <= len(TEXTS) <= 900
    assert 0.08 <= DRAWN["needs_intervention"] / len(TEXTS) <= 0.12
    intents = {"complaint", "defect", "delivery", "praise", "product_question", "technical_support"}
    assert DRAWN["intents"].keys() == intents and min(DRAWN["intents"].values()) >= 9
    assert {quota.lang for quota in QUOTAS} == DRAWN["languages"].keys() == {"de", "en", "es", "fr", "it"}


@pytest.mark.parametrize(
    "text",
    [
        "write to a.b@example.org",
        "call +49 30 1234567",
        "Tel. 030 1234567",
        "030/1234567",
        "555-123-4567",
        "DE12 3456 7890 1234",
    ],
)
def test_private_patterns_are_seen(text: str) -> None:
    assert is_private(text)


def test_no_text_holds_an_address_or_a_number_of_a_person() -> None:
    assert [row["id"] for row in TEXTS if is_private(row["text"])] == []
    addresses = re.compile(rb"[\w.+-]+@[\w-]+\.(?!example)[a-z]{2,}")
    for name in NAMES:  # in the envelopes only accounts of *.example
        assert addresses.findall((POSTS / name).read_bytes()) == [], name


def test_every_planted_fault_is_in_the_files() -> None:
    planted = [what for name in BREAKERS for _, what, _ in BREAKERS[name]]
    planted += [what for _, what, _ in CELLS] + [what for _, what, _ in STRANGERS]
    found = [fault["what"] for name in NAMES for fault in EXPECTED["files"][name]["dead"]]
    assert Counter(found) - Counter(planted) == Counter(["one entry of a page has no id", "data is a word, not a list"])
    assert not Counter(planted) - Counter(found) and 12 <= len(found) <= 20


def test_a_withheld_row_gives_its_place_to_the_next_of_its_kind() -> None:
    """Drawing depends on nothing but rows, seed and withheld ids; the order of the rows does not matter."""
    rows = [
        {"id": f"r{n}", "text": f"A harmless text, number {n}.", "lang": quota.lang, "source": quota.source,
         "needs_intervention": n % 3 == 0, "intents": ["product_question", "delivery"] if n % 3 == 0 else []}
        for n, quota in enumerate(quota for quota in QUOTAS for _ in range(quota.calm * 2 + quota.open_ * 4 + 40))
    ]  # fmt: skip
    first = draw(rows, frozenset())
    assert draw(rows[::-1], frozenset()) == first
    gone = first[5]["id"]
    second = draw(rows, frozenset({gone}))
    assert len(second) == len(first) and len({r["id"] for r in first} - {r["id"] for r in second}) == 1


def test_a_missing_file_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["--gold", str(tmp_path / "nowhere.jsonl")]) == 1
    assert "nowhere.jsonl" in capsys.readouterr().err
