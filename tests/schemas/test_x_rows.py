"""Posts of X in tables: twarc-csv's and plainer ones, and ids that a spreadsheet had in its hands."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.formats.protocol import Item
from schemas.mention import Mention, Relation
from schemas.record import Dead, Reason
from tests.schemas.golden import ROOT, Case, decoded, mention_of, only

ID, OTHER, USER = "1823034723867713316", "1823030001234567891", "1701412345678901234"
ROUNDED = {ID: "1823034723867710000", OTHER: "1823030001234560000", USER: "1701412345678900000"}
URL = f"https://x.com/kundin/status/{ID}"
PLAIN = {"id": ID, "text": "Hallo", "created_at": "2024-08-12T15:54:02.000Z", "author_id": USER, "conversation_id": ID,
         "url": URL}  # fmt: skip
STATUS = {"id_str": ID, "text": "Hallo", "created_at": "Mon Aug 12 15:54:02 +0000 2024", "url": URL}
FLAT: dict[str, Any] = {
    "id": ID, "text": "@DB_Bahn warum?\nUnd wann?", "created_at": "2024-08-12T15:54:02.000Z", "lang": "de",
    "author_id": USER, "conversation_id": OTHER, "in_reply_to_user_id": "39999078", "edit_history_tweet_ids": [ID],
    "author": {"id": USER, "username": "kundin", "name": "Kundin", "verified": True,
               "public_metrics": {"followers_count": 120}},
    "in_reply_to_user": {"id": "39999078", "username": "DB_Bahn"},
    "referenced_tweets": [{"type": "replied_to", "id": OTHER}],
    "public_metrics": {"like_count": 3, "retweet_count": 1, "reply_count": 0, "quote_count": 2, "impression_count": 9},
    "__twarc": {"retrieved_at": "2024-08-13T00:00:00+00:00"},
}  # fmt: skip
KINDS = {"replied_to": Relation.REPLY, "retweeted": Relation.REPOST, "quoted": Relation.QUOTE}


def twarc_csv() -> dict[str, str]:
    """All columns of the golden row."""
    row: dict[str, str] = Case("x_v2", ROOT / "x_v2" / "good_row_of_twarc_csv.csv").payload
    return row


def written(cells: list[str]) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="", quoting=csv.QUOTE_ALL).writerow(cells)
    return file.getvalue().encode()


def item_of(row: Mapping[str, str], name: str | None = None) -> Item:
    return only(decoded(written(list(row.values())), name, echolot_columns=written(list(row))))


def post_of(row: Mapping[str, str], name: str | None = None) -> Mention:
    item = item_of(row, name)
    assert isinstance(item, Mention), item
    return item


def fault_of(row: Mapping[str, str], name: str | None = None) -> tuple[Reason, str]:
    item = item_of(row, name)
    assert isinstance(item, Dead), item
    return item.reason, item.detail


def test_a_row_of_twarc_csv_is_the_mention_that_its_json_is() -> None:
    row = twarc_csv() | {
        "id": ID, "text": r"@DB_Bahn warum?\nUnd wann?", "author_id": USER, "author.id": USER,
        "author.verified": "True", "conversation_id": OTHER,
        "referenced_tweets.replied_to.id": OTHER, "public_metrics.reply_count": "0",
        "public_metrics.quote_count": "2", "public_metrics.impression_count": "9.0",
    }  # fmt: skip
    of_row, of_json = post_of(row), mention_of(FLAT, "x_v2")
    assert of_row.model_copy(update={"extra": {}}) == of_json.model_copy(update={"extra": {}})


def test_no_column_of_twarc_csv_is_needed_but_the_text_and_the_id() -> None:
    """Blank or not there: --output-columns leaves out what one likes."""
    row = twarc_csv()
    assert len(row) > 80
    for name in row.keys() - {"id", "text"}:
        assert post_of(row | {name: ""}).native_id == post_of({k: v for k, v in row.items() if k != name}).native_id
    few = {name: row[name] for name in ("id", "text", "public_metrics.like_count", "author.username")}
    assert (post_of(few).author.handle, post_of(few).engagement.likes) == ("kundin", 3)
    assert fault_of(row | {"id": ""}, "x_v2") == (Reason.MISSING_FIELD, "id: missing")


def test_the_same_row_as_a_json_object_is_the_same_mention() -> None:
    row = twarc_csv()
    assert mention_of(row) == mention_of(row | {"public_metrics.like_count": 3, "in_reply_to_user_id": 39999078})
    assert mention_of(row) == post_of(row)


@pytest.mark.parametrize("word", ["True", "TRUE", "WAHR", "1.0"])
def test_a_row_that_a_spreadsheet_has_written_anew_is_read(word: str) -> None:
    """A German one; the list that holds the id is text to it."""
    row = twarc_csv() | {"id": "1,82303E+18", "author.verified": word, "conversation_id": "1,82303E+18"}
    found = post_of(row)
    assert (found.native_id, found.extra["id_repaired"], found.root_id) == (ID, "1,82303E+18", None)
    assert found.author.verified and not post_of(row | {"author.verified": "FALSCH"}).author.verified


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_row_refers_to_is_told_by_the_column_of_its_kind(kind: str) -> None:
    who = {"replied_to": "in_reply_to"}.get(kind, kind)
    row = PLAIN | {f"referenced_tweets.{kind}.id": OTHER, f"{who}_user_id": USER, f"{who}_username": "DB_Bahn"}
    found = post_of(row)
    assert (found.relation, found.parent_id, found.parent_author) == (KINDS[kind], OTHER, "DB_Bahn")
    assert "DB_Bahn" not in str(found.extra)
    lost = post_of(row | {f"referenced_tweets.{kind}.id": ROUNDED[OTHER]})
    assert (lost.relation, lost.parent_id, lost.root_id) == (KINDS[kind], None, None)
    assert lost.extra[f"referenced_tweets.{kind}.id"] == ROUNDED[OTHER]


@pytest.mark.parametrize(
    "cell",
    [json.dumps([{"type": "quoted", "id": OTHER}]), str([{"type": "quoted", "id": OTHER}]),
     str([{"id": OTHER, "type": "quoted"}, {"type": "other", "id": ID}])],
)  # fmt: skip
def test_a_list_of_references_is_read_as_json_and_as_python_write_it(cell: str) -> None:
    found = post_of(PLAIN | {"referenced_tweets": cell})
    assert (found.relation, found.parent_id) == (Relation.QUOTE, OTHER)
    lost = post_of(
        PLAIN | {"referenced_tweets": cell.replace("quoted", "replied_to"), "in_reply_to_user_id": "1.7E+18"}
    )
    assert (lost.relation, lost.parent_id, lost.parent_author) == (Relation.REPLY, OTHER, None)
    reason, detail = fault_of(PLAIN | {"referenced_tweets": cell[:-2]})
    assert (reason, detail) == (Reason.WRONG_TYPE, "referenced_tweets: string (list_type)")


def test_line_breaks_are_only_put_back_where_twarc_csv_has_taken_them() -> None:
    text = r"C:\neu"
    assert post_of(PLAIN | {"text": text}).text == text
    for column in ("referenced_tweets.quoted.id", "__twarc.version"):
        assert post_of(PLAIN | {"text": text, column: ""}).text == "C:\neu"
        assert post_of(PLAIN | {"text": f"{text}\nja", column: ""}).text == f"{text}\nja"


def test_quotes_are_the_author_s_unless_they_stand_around_the_id_too() -> None:
    assert post_of(PLAIN | {"text": '"Hallo"'}).text == '"Hallo"'
    assert post_of(PLAIN | {"text": '"Hallo" sagt sie', "id": f'"{ID}"'}).text == '"Hallo" sagt sie'
    assert post_of(PLAIN | {"text": r'"\"Hallo\"\nsagt sie"', "id": f'"{ID}"'}).text == '"Hallo"\nsagt sie'


@pytest.mark.parametrize(
    "destroyed", [ROUNDED[ID], "1823034723867713300", "1823034723867713280", "1.82303E+18", "1,82303E+18", f"{ID}.0"]
)
@pytest.mark.parametrize(("row", "key"), [(PLAIN, "id"), (STATUS, "id_str")], ids=["x_v2", "x_archive"])
def test_an_id_that_lost_digits_is_mended_by_the_row_s_url(row: dict[str, str], key: str, destroyed: str) -> None:
    found = post_of(row | {key: destroyed})
    assert (found.native_id, found.extra["id_repaired"]) == (ID, destroyed)


@pytest.mark.parametrize("destroyed", [ROUNDED[ID], "1823034723867713300", "1.82303E+18", f"{ID}.0"])
@pytest.mark.parametrize("url", ["", "https://x.com/kundin", "https://x.com/kundin/status/1700000000000000001"])
@pytest.mark.parametrize(
    ("row", "key", "name"), [(PLAIN, "id", None), (STATUS, "id_str", None), (STATUS, "id_str", "x_v1")]
)
def test_without_the_true_one_it_is_a_dead_letter(
    row: dict[str, str], key: str, name: str | None, destroyed: str, url: str
) -> None:
    assert fault_of(row | {key: destroyed, "url": url}, name) == (Reason.ID_DESTROYED, f"{key}: string (id_destroyed)")


@pytest.mark.parametrize("name", [None, "x_v1"])
def test_no_tombstone_is_made_of_an_id_that_lost_digits(name: str | None) -> None:
    gone = STATUS | {"deleted_at": "Mon Aug 12 16:00:00 +0000 2024", "url": ""}
    assert fault_of(gone | {"id_str": ROUNDED[ID]}, name)[0] == Reason.ID_DESTROYED
    assert post_of(STATUS | {"deleted_at": ""}, name).native_id == ID


def test_an_id_that_is_whole_is_taken_and_not_marked() -> None:
    round_by_chance = "1823034723867713300"
    url = f"https://x.com/kundin/status/{round_by_chance}"
    for row in (PLAIN, PLAIN | {"url": ""}, PLAIN | {"id": f'"{ID}"'}, PLAIN | {"id": round_by_chance, "url": url}):
        found = post_of(row)
        assert (found.native_id, "id_repaired" in found.extra) == (row["id"].strip('"'), False)
    assert post_of(PLAIN | {"id": "20.0", "url": ""}).native_id == "20"


def test_lost_ids_of_others_are_none_and_stay_in_extra_those_of_persons_under_the_author() -> None:
    lost = {"conversation_id": ROUNDED[OTHER], "author_id": ROUNDED[USER], "in_reply_to_user_id": "1.7E+18"}
    found = post_of(PLAIN | lost)
    assert (found.native_id, found.author.id, found.root_id, found.parent_author) == (ID, None, None, None)
    assert found.relation is Relation.REPLY
    assert found.extra["conversation_id"] == ROUNDED[OTHER]
    assert found.extra["author"] == {"author_id": ROUNDED[USER], "in_reply_to_user_id": "1.7E+18"}


@pytest.mark.parametrize("name", [None, "x_v1"])
def test_a_status_is_a_reply_or_a_quote_whatever_id_it_lost(name: str | None) -> None:
    for column, relation in (
        ("in_reply_to_status_id_str", Relation.REPLY),
        ("in_reply_to_user_id_str", Relation.REPLY),
        ("quoted_status_id", Relation.QUOTE),
    ):
        found = post_of(STATUS | {column: ROUNDED[OTHER]}, name)
        assert (found.relation, found.parent_id, found.parent_author) == (relation, None, None)
        assert ROUNDED[OTHER] in str(found.extra)
        assert post_of(STATUS | {column: ""}, name).relation is Relation.ORIGINAL


def test_of_a_status_s_two_ids_the_text_counts_and_the_number_is_none_of_our_business() -> None:
    found = post_of(
        STATUS | {"in_reply_to_status_id_str": OTHER, "in_reply_to_status_id": ROUNDED[OTHER], "id": "1.8E+18"}
    )
    assert (found.native_id, found.parent_id) == (ID, OTHER)


@pytest.mark.parametrize("columns", [{}, {"echolot_columns": b"id,text"}])
def test_text_in_json_is_trusted_in_a_topic_that_holds_rows_too(columns: dict[str, bytes]) -> None:
    payload = PLAIN | {"id": ROUNDED[ID], "conversation_id": ROUNDED[OTHER], "author_id": ROUNDED[USER]}
    found = mention_of(payload, "x_v2", **columns)
    assert (found.native_id, found.root_id, found.author.id) == (ROUNDED[ID], ROUNDED[OTHER], ROUNDED[USER])
    canonical = {"platform": "x", "native_id": ROUNDED[ID], "text": "", "published_at": "2024-08-12T15:54:02Z"}
    assert mention_of(canonical, "canonical", **columns).native_id == ROUNDED[ID]
    archived = STATUS | {"id_str": ROUNDED[ID], "in_reply_to_status_id_str": ROUNDED[OTHER]}
    assert mention_of(archived, "x_archive", **columns).parent_id == ROUNDED[OTHER]


def test_canonical_rows_are_held_to_the_same() -> None:
    row = {"platform": "x", "native_id": ROUNDED[ID], "text": "", "published_at": "2024-08-12T15:54:02Z", "url": URL,
           "parent_id": ROUNDED[OTHER], "root_id": OTHER, "language": ""}  # fmt: skip
    found = post_of(row)
    assert (found.native_id, found.parent_id, found.root_id, found.language) == (ID, None, OTHER, None)
    assert found.extra == {"id_repaired": ROUNDED[ID], "parent_id": ROUNDED[OTHER]}
    assert fault_of(row | {"url": ""}) == (Reason.ID_DESTROYED, "native_id: string (id_destroyed)")
    assert post_of(row | {"native_id": "at://did:plc:a/b/c", "url": ""}).native_id == "at://did:plc:a/b/c"


cells = st.sampled_from(
    ["", " ", "nan", "0", "1.8E+18", ID, f'"{ID}"', ROUNDED[ID], URL, '"', "[]", "[{}]", "{", "[[[", "'1", '="', "\0",
     '"\\ud83d"', "[{'type': 'quoted', 'id': '1'}]", '[{"type": "quoted", "id": 1e400}]', "True", "1" * 5000]
) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_stands_in_the_cells_an_item_comes_out(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["x_v2", "x_v1", "x_archive", "canonical"]))
    row = dict(data.draw(st.sampled_from([twarc_csv(), PLAIN, STATUS])))
    for column in data.draw(st.lists(st.sampled_from([*row, "referenced_tweets", "author", "native_id"]), max_size=5)):
        row[column] = data.draw(cells)
    item = item_of(row, name)
    assert not (isinstance(item, Dead) and item.reason is Reason.FORMAT_BUG), item


def test_a_cell_that_is_an_object_in_a_json_row_is_no_bug() -> None:
    for column in twarc_csv():
        for value in ([], {}, [[]], True, 1.5, 2**63, None):
            for item in decoded(json.dumps(twarc_csv() | {column: value}).encode(), "x_v2"):
                assert not (isinstance(item, Dead) and item.reason is Reason.FORMAT_BUG), (column, value)


def test_a_history_that_is_a_number_itself_mends_nothing() -> None:
    """A spreadsheet had that cell in its hands, too."""
    row = {"id": ROUNDED[ID], "text": "Hallo", "created_at": PLAIN["created_at"], "edit_history_tweet_ids": ROUNDED[ID]}
    item = item_of(row, "x_v2")
    assert isinstance(item, Dead) and item.reason is Reason.ID_DESTROYED
    assert post_of(row | {"id": ID}, "x_v2").native_id == ID
    assert post_of(row | {"edit_history_tweet_ids": f"['{ID}']"}, "x_v2").native_id == ID


@pytest.mark.parametrize("nothing", ["[]", "null", "None", "nan"])
def test_a_post_that_refers_to_nothing_is_an_original(nothing: str) -> None:
    post = post_of(PLAIN | {"referenced_tweets": nothing})
    assert post.relation is Relation.ORIGINAL and "referenced_tweets" not in post.extra


def test_people_and_threads_lose_no_id_that_only_looks_round() -> None:
    """One in 256 of 19 digits is the shortest decimal of its double, and no address would confirm it."""
    true = "1823034723867713300"
    post = post_of(PLAIN | {"author_id": true, "conversation_id": true})
    assert post.author and (post.author.id, post.root_id) == (true, true)


@pytest.mark.parametrize("own", ["12.0", "00123.0", "\u0661\u0662", "forum-12"])
def test_our_own_columns_take_ids_as_they_stand(own: str) -> None:
    row = {"platform": "web", "native_id": own, "text": "Hallo", "published_at": "2024-08-12T15:54:02Z"}
    assert post_of(row).native_id == own
