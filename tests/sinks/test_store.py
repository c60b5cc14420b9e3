"""What both stores promise."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest

from schemas.errors import TerminalError
from sinks.store import Block
from tests.sinks.rows import NOON, block, dead_letter, deletion, entry, generation, mention, post, verdict

AWKWARD = ["", "Grüße aus Köln", "👩‍👩‍👧 🇩🇪", "a\tb\nc\\d'e\"f`g", "\0", "\\N", "{x:String}", "%s %(a)s", "x" * 100_000]


def test_a_returned_write_is_there(store, sibling):
    store.write([block("posts", [post(n) for n in range(3)]), block("ledger", [entry(n) for n in range(3)])])
    assert sibling.query("SELECT count() FROM posts").rows == [(3,)]
    assert sibling.query("SELECT count() FROM ledger").rows == [(3,)]


def test_a_block_written_again_is_there_once(store):
    blocks = [block("posts", [post(1), post(2)]), block("verdicts", [verdict(1), verdict(2)])]
    store.write([block("generations", [generation("g1", 1)]), *blocks])
    store.write(blocks)
    assert store.query("SELECT count() FROM mentions").rows == [(2,)]
    assert store.query("SELECT count() FROM queue").rows == [(2,)]


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1)])
def test_the_latest_revision_wins_in_any_order_of_arrival(store, order):
    for revision in order:
        store.write([block("posts", [post(1, revision, text=f"revision {revision}")])])
    assert store.query("SELECT text FROM mentions").rows == [("revision 3",)]


def test_rows_may_come_again_after_they_were_removed(store):
    """Equal rows in a later write are no retry: a server that drops them as duplicates would lose them."""
    again = block("posts", [post(1)])
    store.write([again])
    store.command("TRUNCATE TABLE posts")
    store.write([again])
    assert store.query("SELECT count() FROM posts").rows == [(1,)]


def test_a_refused_block_keeps_the_whole_write_out(store):
    bad = block("posts", [post(1), post(2, text=None)])
    with pytest.raises(TerminalError, match=r"table posts, column text .*, row 1: None"):
        store.write([block("ledger", [entry(1)]), bad])
    assert store.query("SELECT count() FROM ledger").rows == [(0,)]


def test_empty_blocks_are_skipped_even_for_unknown_tables(store):
    store.write([Block("nowhere", {}), block("posts", []), Block("posts", {"mention_id": []})])


def test_an_unknown_table_is_told_with_its_mend(store):
    with pytest.raises(TerminalError, match=r"nowhere.*echolot migrate"):
        store.write([Block("nowhere", {"a": [1]})])
    with pytest.raises(TerminalError, match="echolot migrate"):
        store.query("SELECT * FROM nowhere")


def test_every_value_of_a_post_comes_back(store):
    whole = {
        "author_followers": 2**64 - 1, "author_verified": True, "claimed_at": NOON, "edited_at": NOON, "rating": 4.5,
        "title": "T", "author_handle": "h", "parent_id": "p", "root_id": "r", "parent_author": "pa", "url": "u",
    }  # fmt: skip
    rows = [post(1, 2**64 - 1, **whole), post(2, 0)]
    store.write([block("posts", rows)])
    names = ", ".join(f"`{name}`" for name in rows[0])
    found = store.query(f"SELECT {names} FROM posts ORDER BY native_id").rows
    assert [dict(zip(rows[0], row, strict=True)) for row in found] == rows


def test_every_value_of_a_verdict_comes_back(store):
    # Every list has a word in a row: columns of empty ones come from the server of the tests as no driver reads them.
    lists = {"brands": [], "intents": [], "reasons": ["ü", ""], "noise": ["spam"], "sensitive": ["crime"]}
    rows = [verdict(1, fingerprint=2**64 - 1), verdict(2, **lists)]
    store.write([block("verdicts", rows)])
    names = ", ".join(f"`{name}`" for name in rows[0])
    found = store.query(f"SELECT {names} FROM verdicts ORDER BY noise").rows
    assert [dict(zip(rows[0], row, strict=True)) for row in found] == rows


def test_awkward_text_comes_back(store):
    store.write([block("posts", [post(n, text=text, native_id=f"{n:02}") for n, text in enumerate(AWKWARD)])])
    assert [row[0] for row in store.query("SELECT text FROM posts ORDER BY native_id").rows] == AWKWARD


def test_times_come_back_from_one_end_of_the_scale_to_the_other(store):
    first = datetime(1970, 1, 1, tzinfo=UTC)
    if store.version < (20, 0):
        last, step = datetime(2106, 2, 7, 6, 28, 15, tzinfo=UTC), timedelta(seconds=1)
    else:
        last, step = first + timedelta(milliseconds=2**42 - 1), timedelta(milliseconds=1)
    times = [first, first + step, NOON, last]
    store.write([block("posts", [post(n, published_at=at) for n, at in enumerate(times)])])
    assert [row[0] for row in store.query("SELECT published_at FROM posts ORDER BY published_at").rows] == times
    with pytest.raises(TerminalError, match="a time outside 1970"):
        store.write([block("posts", [post(9, published_at=last + step)])])


def test_bytes_come_back_as_they_were(store):
    raws = [bytes(range(256)), b"\0", b"", b"\xff\xfe", "ü".encode()]
    store.write([block("dead_letters", [dead_letter(n, raw) for n, raw in enumerate(raws)])])
    found = [row[0] for row in store.query("SELECT raw FROM dead_letters ORDER BY position").rows]
    assert [value if isinstance(value, bytes) else value.encode() for value in found] == raws
    assert isinstance(found[3], bytes) and isinstance(found[4], str)


def test_a_query_without_rows_still_names_its_columns(store):
    found = store.query("SELECT mention_id, text FROM mentions WHERE text = {text:String}", {"text": "none"})
    assert (found.names, found.types, found.rows) == (["mention_id", "text"], ["UUID", "String"], [])


@pytest.mark.parametrize("value", AWKWARD[:-1])
def test_parameters_arrive_as_they_are(store, value):
    assert store.query("SELECT {a:String} AS a, {b:UInt64} AS b", {"a": value, "b": 2**63}).rows == [(value, 2**63)]
    assert store.query("SELECT {a:Array(String)} AS a", {"a": [value, "z"]}).rows == [([value, "z"],)]


def test_a_time_as_parameter_means_the_same_instant(store):
    store.write([block("posts", [post(1)])])
    sql = "SELECT count() FROM posts WHERE published_at = {at:DateTime64(3, 'UTC')}"
    elsewhere = NOON.astimezone(timezone(timedelta(hours=5)))
    assert store.query(sql, {"at": elsewhere}).rows == [(1,)]
    assert store.query(sql, {"at": NOON + timedelta(seconds=1)}).rows == [(0,)]


WRITING = [
    "INSERT INTO posts SELECT * FROM posts", "DROP TABLE posts", "TRUNCATE TABLE posts", "SET readonly = 0", "",
    "ALTER TABLE posts DELETE WHERE 1", "SELECT 1; DROP TABLE posts", "/* SELECT */ DROP TABLE posts", "USE default",
    "SELECT 1 INTO OUTFILE 'out.csv'", "OPTIMIZE TABLE posts FINAL", "CREATE TEMPORARY TABLE t (a UInt8)",
]  # fmt: skip


@pytest.mark.parametrize("sql", WRITING)
def test_a_query_only_reads(store, sql):
    store.write([block("posts", [post(1)])])
    with pytest.raises(TerminalError):
        store.query(sql)
    assert store.query("SELECT count() FROM posts").rows == [(1,)]


@pytest.mark.parametrize(
    "sql", ["SELECT 1 SETTINGS readonly = 0", "SELECT * FROM file('/etc/hosts', 'LineAsString', 's String')"]
)
def test_the_engine_itself_refuses_what_a_first_word_does_not_show(store, sql):
    with pytest.raises(TerminalError):
        store.query(sql)


def test_a_question_after_a_failed_one_gets_its_own_answer(store):
    for _ in range(3):
        with pytest.raises(TerminalError):
            store.query("SELECT nonsense FROM posts")
        assert store.query("SELECT 7 AS n").rows == [(7,)]


def test_threads_that_share_a_store_get_their_own_answers(store):
    wrong: list[object] = []

    def ask(n: int) -> None:
        for _ in range(20):
            answer = store.query("SELECT {n:UInt32} AS n", {"n": n}).rows
            if answer != [(n,)]:
                wrong.append((n, answer))

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_reader_sees_whole_blocks_while_another_store_writes(store, sibling):
    """Blocks of 200 rows, one part each: a reader never sees part of one."""
    counts: list[int] = []
    ended = threading.Event()

    def read() -> None:
        while not ended.is_set():
            counts.append(sibling.query("SELECT count() FROM ledger").rows[0][0])

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for start in range(0, 4000, 200):
            store.write([block("ledger", [entry(n) for n in range(start, start + 200)])])
    finally:
        ended.set()
        reader.join()
    assert store.query("SELECT count() FROM ledger").rows == [(4000,)]
    assert counts == sorted(counts) and all(count % 200 == 0 for count in counts)
    assert len(set(counts)) > 2, "the reader saw nothing of the writing"


def test_migrating_again_changes_nothing(store, sibling):
    store.write([block("posts", [post(1)]), block("deletions", [deletion(1)])])
    assert store.migrate() == [] and sibling.migrate() == []
    assert store.query("SELECT mention_id, text, is_deleted FROM mentions").rows == [(mention(1), "", 1)]


def test_a_closed_store_opens_again_when_used(store):
    store.close()
    store.close()
    assert store.query("SELECT 1 AS one").rows == [(1,)]
