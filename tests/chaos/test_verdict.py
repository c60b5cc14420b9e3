"""The verdict finds every planted fault, names it, and says nothing where there is none."""

from __future__ import annotations

import uuid
from collections import defaultdict

import pytest

from tests.chaos import verdict
from tests.chaos.oracle import DEAD, IGNORED, MENTION, REASONS, index_of, name_of, poison, text_of
from tests.chaos.workload import Workload
from tests.sinks.rows import block, dead_letter, deletion, entry, generation, post
from tests.sinks.rows import verdict as judgement

SOURCE = "topic"
TABLES = ["posts", "verdicts", "deletions", "dead_letters", "ledger", "generations"]


def key(index: int) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, ":".join(name_of(index)))


def named(index: int) -> dict:
    platform, native_id = name_of(index)
    return {"mention_id": key(index), "platform": platform, "native_id": native_id}


def write(store, rows: dict[str, list]) -> None:
    store.write([block(table, kept) for table, kept in rows.items()])


@pytest.fixture
def filled(fresh_store):
    """A store as a faultless job would have left it after 3,000 records, made from the records themselves."""
    for table in TABLES:
        fresh_store.command(f"TRUNCATE TABLE {table}")
    workload = Workload(seed=11, partitions=2)
    rows = defaultdict(list, generations=[generation("g1", 1)])
    for message in workload.take(3000):
        offset = len(workload.oracle.outcomes[message.partition]) - 1
        code = workload.oracle.outcomes[message.partition][offset]
        place = {"source": SOURCE, "partition": message.partition}
        outcome = "dead" if code >= DEAD else "ignored" if code == IGNORED else "good"
        rows["ledger"].append(entry(offset, outcome, int(code == MENTION), **place))
        if code >= DEAD:
            raw = poison(code - DEAD, message.partition, offset)
            rows["dead_letters"].append(dead_letter(offset, raw, reason=REASONS[code - DEAD], **place))
        index = index_of(*message.key.decode().rsplit(":", 1)) if b":" in message.key else None
        if code == MENTION:
            edited = message.value.partition(b'"edited_at":"2024-03-01T13:00:0')[2][:1]
            text = text_of(index, int(edited or 0))
            rows["posts"].append(post(0, 100 + int(edited or 0), text=text) | named(index))
            judged = judgement(0, 100 + int(edited or 0)) | {"mention_id": key(index)}
            rows["verdicts"].append(judged)
        elif index is not None:
            rows["deletions"].append(deletion(0) | named(index))
    write(fresh_store, rows)
    return fresh_store, workload


def blamed(filled) -> str:
    store, workload = filled
    with pytest.raises(AssertionError) as told:
        verdict.check(store, workload, SOURCE)
    return str(told.value)


def kept(workload: Workload, revised: bool = False) -> int:
    """A mention that stands undeleted; with several revisions where `revised`."""
    oracle = workload.oracle
    return next(i for i in oracle.mentions() if oracle.mention(i)[0] >= 3 * revised and not oracle.mention(i)[1])


def place_of(workload: Workload, wanted: int) -> tuple[int, int]:
    """Partition and offset of the first record with that code or a higher one."""
    return next(
        (p, o) for p, codes in enumerate(workload.oracle.outcomes) for o, code in enumerate(codes) if code >= wanted
    )


def remove(store, table: str, condition: str) -> None:
    """Old servers cannot delete: keep the other rows."""
    rows = store.query(f"SELECT * FROM {table} WHERE NOT ({condition})")
    store.command(f"TRUNCATE TABLE {table}")
    store.write([block(table, [dict(zip(rows.names, row, strict=True)) for row in rows.rows])])


def test_a_faultless_store_passes_twice_as_well(filled):
    """Rows that were written again are no fault: that is what replays do."""
    store, workload = filled
    verdict.check(store, workload, SOURCE)
    for table in ("posts", "ledger", "dead_letters"):
        rows = store.query(f"SELECT * FROM {table}")
        again = [dict(zip(rows.names, row, strict=True)) for row in rows.rows[::3]]
        store.write([block(table, again)])
    verdict.check(store, workload, SOURCE)


def test_a_missing_mention_is_named_with_where_it_was_sent(filled):
    store, workload = filled
    index = kept(workload)
    remove(store, "posts", f"native_id = '{name_of(index)[1]}' AND platform = '{name_of(index)[0]}'")
    told = blamed(filled)
    platform, native_id = name_of(index)
    assert f"mention {platform}:{native_id} is missing" in told
    assert f"mention {platform}:{native_id} was sent as mention at partition" in told
    assert "verdicts are not those of the posts" in told


def test_a_mention_under_two_ids_is_doubled(filled):
    store, workload = filled
    index = kept(workload)
    revision, _ = workload.oracle.mention(index)
    double = post(0, 100 + revision, text=text_of(index, revision)) | named(index) | {"mention_id": uuid.uuid4()}
    write(store, {"posts": [double]})
    assert "mention {}:{} is there 2 times, under different mention_ids".format(*name_of(index)) in blamed(filled)


def test_an_old_revision_that_wins_is_named(filled):
    store, workload = filled
    index = kept(workload, revised=True)
    revision, _ = workload.oracle.mention(index)
    write(store, {"posts": [post(0, 900, text=text_of(index, 0)) | named(index)]})
    told = blamed(filled)
    assert "mention {}:{} shows revision 0 where revision {} must have won".format(*name_of(index), revision) in told
    assert f"revision {revision} at partition" in told


def test_two_contents_of_one_revision_are_told(filled):
    store, workload = filled
    index = kept(workload)
    revision, _ = workload.oracle.mention(index)
    write(store, {"posts": [post(0, 100 + revision, text="another") | named(index)]})
    told = blamed(filled)
    name = "mention {}:{}".format(*name_of(index))
    assert f"{name} has" in told or f"{name} shows 'another'" in told, "merged by now"


def test_a_mention_that_was_never_sent_is_told(filled):
    store, _ = filled
    for native_id in ("999999", "no-number"):
        write(store, {"posts": [post(0, text="ghost", native_id=native_id, mention_id=uuid.uuid4())]})
    told = blamed(filled)
    assert "mention x:999999 is there and was never sent" in told and "mention x:no-number is there" in told


def test_a_missing_ledger_row_is_named_by_partition_and_offset(filled):
    store, _ = filled
    remove(store, "ledger", "partition = 1 AND position = 77")
    assert "ledger partition 1 offset 77 is missing" in blamed(filled)


def test_a_ledger_row_with_another_outcome_or_of_another_place_is_told(filled):
    store, workload = filled
    partition, offset = place_of(workload, DEAD)
    write(store, {"ledger": [entry(offset, "good", source=SOURCE, partition=partition)]})
    write(store, {"ledger": [entry(10**6, source=SOURCE, partition=0), entry(0, source="other", partition=0)]})
    told = blamed(filled)
    where = f"ledger partition {partition} offset {offset} "
    assert where + "stands with 2 outcomes" in told or where + "says ('good', 1, 0)" in told, "merged by now"
    assert "ledger has rows of topic partition 0, offsets 0 to 1000000, never sent" in told
    assert "ledger has rows of other partition 0, offsets 0 to 0, never sent" in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"item": 1}, ("stands 2 times",)),
        ({"raw": b"other"}, ("stands 2 times", "holds 'other'")),  # merged by now
    ],
)
def test_a_doubled_dead_letter_is_named(filled, change, told):
    store, workload = filled
    partition, offset = place_of(workload, DEAD)
    code = workload.oracle.outcomes[partition][offset]
    letter = dead_letter(offset, poison(code - DEAD, partition, offset), reason=REASONS[code - DEAD], source=SOURCE)
    write(store, {"dead_letters": [letter | {"partition": partition} | change]})
    found = blamed(filled)
    assert any(f"dead letter partition {partition} offset {offset} {one}" in found for one in told)


def test_missing_changed_and_needless_dead_letters_are_named(filled):
    store, workload = filled
    partition, offset = place_of(workload, DEAD + 3)
    remove(store, "dead_letters", f"partition = {partition} AND position = {offset}")
    assert f"dead letter partition {partition} offset {offset} is missing" in blamed(filled)
    bad = dead_letter(offset, b"\xff cut", reason="empty", source=SOURCE, partition=partition)
    write(store, {"dead_letters": [bad]})
    good = next(o for o, code in enumerate(workload.oracle.outcomes[1]) if code == MENTION)
    write(store, {"dead_letters": [dead_letter(good, b"{", source=SOURCE, partition=1)]})
    told = blamed(filled)
    assert f"dead letter partition {partition} offset {offset} holds b'\\xff cut'" in told
    assert f"dead letter partition {partition} offset {offset} is item 0 for empty" in told
    assert f"dead letter partition 1 offset {good} is there, but the record is good" in told


def test_missing_and_needless_deletions_are_told_and_so_is_the_view(filled):
    store, workload = filled
    gone = next(i for i in workload.oracle.deletions() if workload.oracle.mention(i) is not None)
    remove(store, "deletions", f"native_id = '{name_of(gone)[1]}' AND platform = '{name_of(gone)[0]}'")
    write(store, {"deletions": [deletion(0) | named(kept(workload))]})
    told = blamed(filled)
    assert "the deletion of {}:{} is missing".format(*name_of(gone)) in told
    assert "the deletion of {}:{} was never sent".format(*name_of(kept(workload))) in told


def test_a_view_that_hides_a_mention_is_told(filled):
    """The raw rows are right, the view is not."""
    store, workload = filled
    index = kept(workload)

    class Hiding:
        def query(self, sql: str):
            hidden = f"FROM (SELECT * FROM mentions WHERE native_id != '{name_of(index)[1]}')"
            return store.query(sql.replace("FROM mentions", hidden))

    assert "the view mentions shows" in blamed((Hiding(), workload))


def test_only_the_first_differences_of_a_kind_are_listed(filled):
    store, workload = filled
    store.command("TRUNCATE TABLE ledger")
    with pytest.raises(AssertionError) as told:
        verdict.check(store, workload, SOURCE, most=5)
    assert str(told.value).count("\n") == 6 and "more than 5 of this kind" in str(told.value)
