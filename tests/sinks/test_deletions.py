"""What becomes of the words of deleted posts, from records to the views, with and without privacy.keep_deleted."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta

import pytest
from pydantic import SecretStr

from pipeline.decoded import decode_batch
from pipeline.rows import RowMaker
from schemas.record import Batch, Record
from sinks import schema
from sinks.chdb import ChdbStore
from sinks.clickhouse import ClickHouseStore
from tests.schemas.golden import ROOT, cases
from tests.sinks.conftest import KINDS
from tests.sinks.rows import NOON, alias, block, deletion, generation, mention, post, verdict

TEXT = "Wo bleibt mein Paket?"
COMMENT = {"id": "a", "link_id": "t3_b", "created_utc": 1709294400, "author": "mara", "subreddit": "de"}
CANONICAL = {"platform": "reddit", "native_id": "t1_a", "published_at": "2024-03-01T12:00:00Z"}
SAID = [COMMENT | {"body": TEXT}, CANONICAL | {"text": TEXT}]
GONE = [COMMENT | {"body": "[removed]"}, CANONICAL | {"text": "[ Removed by Reddit ]"}]
OPERATIONS = (ROOT.parents[1] / "docs" / "operations.md").read_text()
LATER = (ROOT / "reddit" / "odd_deleted_later.json").read_bytes()
EVER = [False, True]
JUDGED = verdict(0, fingerprint=7, sensitive=["crime"])
LEFT_OUT = ("queue", "sensitive", "near_copies")
"""Views that what was deleted is gone from."""


def write(store, *records, keep_deleted):
    """Each record as a batch of its own; every mention is judged to be queued."""
    maker = RowMaker(generation="g1", pseudonym_key="", keep_handles=True, keep_deleted=keep_deleted)
    for record in records:
        value = record if type(record) is bytes else json.dumps(record).encode()
        decoded = decode_batch(Batch([Record("t", 0, 0, value)]), {}, 100_000, keep_deleted=keep_deleted)
        judged = {name: [value] * len(decoded.mentions) for name, value in JUDGED.items()}
        store.write(maker.blocks(decoded, judged))


@pytest.fixture
def opened(store):
    store.write([block("generations", [generation("g1", 1)])])
    return store


@pytest.mark.parametrize("keep", EVER)
@pytest.mark.parametrize("is_said_first", EVER)
@pytest.mark.parametrize("said", SAID, ids=["dump", "canonical"])
@pytest.mark.parametrize("gone", GONE, ids=["dump", "canonical"])
def test_a_placeholder_never_overwrites_the_text(opened, said, gone, is_said_first, keep):
    """Both have the same time, so that a hash would choose."""
    write(opened, *((said, gone) if is_said_first else (gone, said)), keep_deleted=keep)
    assert opened.query("SELECT text FROM posts").rows == [(TEXT,)]
    shown = opened.query("SELECT text, author_handle != '', extra != '{}', is_deleted FROM mentions").rows
    has_handle = keep and said is SAID[0]
    assert shown == [(TEXT if keep else "", has_handle, has_handle, 1)]
    for view in ("queue", "suppressed", "sensitive", "near_copies"):
        assert opened.query(f"SELECT count() FROM {view}").rows == [(0,)], view


@pytest.mark.parametrize("is_kept_first", EVER)
@pytest.mark.parametrize("merged", EVER)
def test_of_two_policies_the_stricter_wins_whatever_comes_first(opened, is_kept_first, merged):
    for keep in (is_kept_first, not is_kept_first):
        write(opened, SAID[0], GONE[0], keep_deleted=keep)
    if merged:
        opened.command("OPTIMIZE TABLE deletions FINAL")
    assert opened.query("SELECT text, is_deleted FROM mentions").rows == [("", 1)]
    assert sorted(opened.query("SELECT text_kept FROM deletions FINAL").rows) == [(False,), (True,)]


@pytest.mark.parametrize("keep", EVER)
def test_a_post_that_comes_with_the_news_of_its_deletion_is_stored_only_where_it_is_to_be_kept(opened, keep):
    write(opened, LATER, keep_deleted=keep)
    text = "Bei mir hat der Support > 3 Wochen gebraucht."
    assert opened.query("SELECT text, is_deleted FROM mentions").rows == ([(text, 1)] if keep else [])
    for table in ("posts", "verdicts"):
        assert opened.query(f"SELECT count() FROM {table}").rows == [(keep,)]
    assert opened.query("SELECT text_kept FROM deletions").rows == [(keep,)]
    assert opened.query("SELECT count() FROM queue").rows == [(0,)]


STATUS = json.loads((ROOT / "mastodon" / "good_status.json").read_bytes())
EDITED = (ROOT / "x_v2" / "odd_third_version_names_the_second.json").read_bytes()
POST = json.loads((ROOT / "bluesky" / "good_post.json").read_bytes())
SECOND_VERSION = "1765019437427064931"
NOT_FOUND = "https://api.twitter.com/2/problems/resource-not-found"


def streamed_delete(local_id):
    return {"event": "delete", "payload": local_id}


@pytest.mark.parametrize("keep", EVER)
@pytest.mark.parametrize("is_said_first", EVER)
@pytest.mark.parametrize(
    ("said", "gone"),
    [
        (STATUS, streamed_delete(STATUS["id"])),
        ({"event": "update", "payload": json.dumps(STATUS)}, streamed_delete(int(STATUS["id"]))),
        (STATUS | {"id": int(STATUS["id"])}, streamed_delete(STATUS["id"])),
        (POST, json.loads((ROOT / "bluesky" / "odd_account_deleted.json").read_bytes()) | {"did": POST["did"]}),
        (EDITED, {"data": {"delete": {"tweet": {"id": SECOND_VERSION}}}}),
        (EDITED, {"errors": [{"type": NOT_FOUND, "resource_type": "tweet", "value": SECOND_VERSION}]}),
    ],
    ids=["status", "streamed", "number", "account", "compliance", "edited"],
)
def test_a_deletion_by_another_of_its_ids_takes_a_post_back(opened, said, gone, is_said_first, keep):
    """Mastodon streams the id on the instance that was read; X names a version, Bluesky the account."""
    if is_said_first:
        write(opened, said, keep_deleted=keep)
        assert [opened.query(f"SELECT count() FROM {view}").rows for view in LEFT_OUT] == [[(1,)]] * 3
        write(opened, gone, keep_deleted=keep)
    else:
        write(opened, gone, said, keep_deleted=keep)
    (stored,) = opened.query("SELECT text FROM posts").rows
    assert stored[0]
    assert opened.query("SELECT text, is_deleted FROM mentions").rows == [(stored[0] if keep else "", 1)]
    assert [opened.query(f"SELECT count() FROM {view}").rows for view in LEFT_OUT] == [[(0,)]] * 3


def test_a_status_that_two_instances_show_goes_when_either_says_so(opened):
    elsewhere = STATUS | {"id": "112950000000077777"}
    write(opened, STATUS, elsewhere, streamed_delete("112950000000088888"), keep_deleted=False)
    assert opened.query("SELECT is_deleted FROM mentions").rows == [(0,)]
    write(opened, streamed_delete(elsewhere["id"]), keep_deleted=False)
    assert opened.query("SELECT is_deleted FROM mentions").rows == [(1,)]


def test_an_id_that_was_counted_takes_nothing_back(opened):
    """Any instance has a status 4711."""
    write(opened, STATUS | {"id": "4711"}, streamed_delete("4711"), keep_deleted=False)
    assert opened.query("SELECT is_deleted FROM mentions").rows == [(0,)]


def test_what_was_deleted_can_be_taken_away_by_whatever_id(chdb_store):
    """The statement of docs/operations.md. (The server of 2018 cannot join in it.)"""
    for table in ("posts", "aliases", "deletions"):
        chdb_store.command(f"TRUNCATE TABLE {table}")
    write(chdb_store, STATUS, streamed_delete(STATUS["id"]), keep_deleted=False)
    chdb_store.write([block("posts", [post(n) for n in (1, 2, 3)])])
    chdb_store.write([block("deletions", [deletion(1), deletion(2, text_kept=True)])])
    statement = "ALTER TABLE posts DELETE WHERE mention_id IN (SELECT mention_id FROM deleted WHERE NOT text_kept)"
    assert statement in OPERATIONS
    chdb_store.command(f"{statement} SETTINGS mutations_sync = 2")
    assert sorted(chdb_store.query("SELECT native_id FROM posts").rows) == [("2",), ("3",)]


def test_what_was_kept_can_be_blanked(opened):
    """The statements of docs/operations.md: for one post of an account that is gone, and for all."""
    opened.write([block("posts", [post(n) for n in (1, 2, 3)]), block("aliases", [alias(20, n) for n in (1, 2)])])
    opened.write([block("deletions", [deletion(n, text_kept=True) for n in (20, 3)])])
    columns = "mention_id, version, platform, native_id, deleted_at, reason"
    every = f"INSERT INTO deletions ({columns})\nSELECT {columns} FROM deletions WHERE text_kept"
    one = (
        "INSERT INTO deletions (mention_id, version, platform, native_id, reason)\n"
        "SELECT mention_id, 0, platform, native_id, 'blanked' FROM posts WHERE mention_id = 'ID'"
    )
    assert every in OPERATIONS and one in OPERATIONS

    def shown():
        return [text for (text,) in opened.query("SELECT text FROM mentions ORDER BY native_id").rows]

    opened.command(one.replace("'ID'", f"'{mention(1)}'"))
    assert shown() == ["", "text 2", "text 3"]
    opened.command(every)
    assert shown() == ["", "", ""]


def test_what_an_account_writes_after_it_came_back_stands(opened):
    gone = json.loads((ROOT / "bluesky" / "odd_account_deleted.json").read_bytes()) | {"did": POST["did"]}
    later = json.loads(json.dumps(POST)) | {"time_us": gone["time_us"] + 7_200_000_000}
    later["commit"] |= {"rkey": "3l3later"}
    later["commit"]["record"]["createdAt"] = "2024-09-09T21:40:00.000Z"
    write(opened, later, gone, POST, keep_deleted=False)
    found = opened.query("SELECT native_id LIKE '%3l3later', is_deleted FROM mentions ORDER BY 1").rows
    assert found == [(0, 1), (1, 0)]


@pytest.mark.parametrize("merged", EVER)
def test_of_two_times_of_one_post_the_earlier_is_asked_for(opened, merged):
    """Whatever came last: sources disagree on it."""
    rows = [alias(20, 1), alias(20, 1) | {"published_at": NOON + timedelta(hours=2)}]
    for row in rows:
        opened.write([block("aliases", [row])])
    gone = deletion(20, deleted_at=NOON + timedelta(hours=1)) | {"reason": "account_deleted"}
    opened.write([block("posts", [post(1)]), block("deletions", [gone])])
    if merged:
        opened.command("OPTIMIZE TABLE aliases FINAL")
    assert opened.query("SELECT is_deleted FROM mentions").rows == [(1,)]


def decoded_of(case, keep):
    record = Record("t", 0, 0, case.raw, headers=case.headers)
    return decode_batch(Batch([record]), {"t": case.format}, 1_000_000, keep_deleted=keep)


def test_every_format_deletes_alike_under_both_policies_and_keeps_only_what_it_is_told_to():
    deleting = {case: decoded_of(case, False) for case in cases() if decoded_of(case, False).deletions}
    assert {case.format for case in deleting} == {
        "bluesky", "brandwatch", "facebook", "mastodon", "reddit", "x_archive", "x_v1", "x_v2",
    }  # fmt: skip
    kept = set()
    for case, blank in deleting.items():
        shown = decoded_of(case, True)
        gone = {(d.platform, d.native_id) for d in blank.deletions}
        assert shown.deletions == blank.deletions
        assert gone.isdisjoint((m.platform, m.native_id) for m in blank.mentions)
        more = [m for m in shown.mentions if m not in blank.mentions]
        assert gone.issuperset((m.platform, m.native_id) for m in more)
        assert sum(entry.mentions for entry in shown.entries) == len(shown.mentions)
        kept |= {case.path.stem for _ in more}
    assert kept == {
        "odd_deleted_later", "odd_link_deleted_later", "odd_removed_by_moderator", "odd_deleted_is_a_deletion",
    }  # fmt: skip


@pytest.fixture(params=KINDS)
def empty(request, tmp_path):
    """A store without any table."""
    if request.param == "chdb":
        made = ChdbStore(tmp_path / "store", linger_seconds=0)
        yield made
    else:
        server = request.getfixturevalue("server")
        login = {"port": server.port, "user": server.user, "password": SecretStr(server.password)}
        request.getfixturevalue("clickhouse_store").command("CREATE DATABASE before_text_kept")
        made = ClickHouseStore(**login, database="before_text_kept")
        yield made
        made.command("DROP DATABASE before_text_kept")
    made.close()


def test_deletions_of_before_the_setting_stay_blank(empty, tmp_path):
    before, none = tmp_path / "before", tmp_path / "views"
    shutil.copytree(schema.MIGRATIONS, before, ignore=lambda _, names: [n for n in names if n[:4] >= "0009"])
    none.mkdir()
    schema.migrate(empty, before, none)
    old = deletion(1)
    del old["text_kept"]
    empty.write([block("posts", [post(1), post(2)]), block("deletions", [old])])
    (added,) = [step for step in schema.load_migrations() if step.number == 9]
    assert added.name in empty.migrate()
    empty.write([block("deletions", [deletion(n, 9, text_kept=True) for n in (1, 2)])])
    empty.command("OPTIMIZE TABLE deletions FINAL")
    assert sorted(empty.query("SELECT native_id, text, is_deleted FROM mentions").rows) == [
        ("1", "", 1), ("2", "text 2", 1),
    ]  # fmt: skip
    if isinstance(empty, ChdbStore):  # repeatable; 18.16 has no ADD COLUMN IF NOT EXISTS
        empty.command(schema.split(added.sql)[0])
