"""Records that hold several rows: each is a mention, a deletion or a dead letter of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.decode import decode
from schemas.formats.mapped import Mapped
from schemas.formats.mapped_spec import IdRule, MappingSpec, Place, Table
from schemas.formats.protocol import Item
from schemas.mention import Mention
from schemas.record import Dead, Deletion, Ignored, Reason, Record
from tests.schemas.mapped import CANARY, FIXED, ROW, mapped, mention_of
from tests.schemas.test_mapped import names, values

OTHER = ROW | {"Id": "8", "Body": "Und?"}
THREAD = {"Id": "t1", "Title": "Aufzug", "by": {"name": "Ann", "id": "9", "City": "Ulm"}, "posts": [ROW, OTHER]}


def items_of(payload: Any, chosen: Mapped, **headers: bytes) -> list[Item]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    record = Record("topic", 0, 7, json.dumps(payload).encode(), headers=named)
    return decode(record, format_name="tool", max_bytes=100_000, formats={"tool": chosen})


def mentions_of(payload: Any, chosen: Mapped, **headers: bytes) -> list[Mention]:
    found = items_of(payload, chosen, **headers)
    mentions = [item for item in found if isinstance(item, Mention)]
    assert len(mentions) == len(found), found
    return mentions


def test_each_row_is_a_mention() -> None:
    first, second = mentions_of(THREAD, mapped(rows="posts"))
    assert (first.native_id, first.text) == ("7", "Hallo")
    assert (second.native_id, second.text) == ("8", "Und?")
    assert first.extra == second.extra == {}


def test_two_dots_lead_to_the_record_around() -> None:
    places = {"title": Place(("..Title",)), "root_id": Place(("..posts.0.Id",)), "author.name": Place(("..by.name",))}
    first, second = mentions_of(THREAD, mapped(rows="posts", fields=places))
    assert first.title == second.title == "Aufzug"
    assert first.root_id == second.root_id == "7"
    assert first.author.name == second.author.name == "Ann"
    assert first.extra == {}


def test_no_path_falls_back_to_the_record_by_itself() -> None:
    """A post without an id would take its thread's."""
    first, second = items_of(THREAD | {"posts": [{**ROW, "Id": ""}, OTHER]}, mapped(rows="posts"))
    assert first == Dead(Reason.MISSING_FIELD, "posts.0: Id: missing", json_bytes({**ROW, "Id": ""}))
    assert isinstance(second, Mention)


def json_bytes(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    ("row", "reason", "detail"),
    [
        (5, Reason.WRONG_TYPE, "posts.1: number where an object is expected"),
        ([ROW], Reason.WRONG_TYPE, "posts.1: list where an object is expected"),
        (ROW | {"Date": CANARY}, Reason.BAD_TIME, "posts.1: Date: no time in the layout iso"),
        (ROW | {"Id": 1.5}, Reason.WRONG_TYPE, "posts.1: Id: number (id_type)"),
        ({}, Reason.MISSING_FIELD, "posts.1: Id: missing"),
    ],
)
def test_a_bad_row_is_a_dead_letter_of_its_own(row: Any, reason: Reason, detail: str) -> None:
    first, bad, last = items_of({"posts": [ROW, row, OTHER]}, mapped(rows="posts"))
    assert isinstance(first, Mention)
    assert isinstance(last, Mention)
    assert bad == Dead(reason, detail, json_bytes(row))


def test_a_path_leads_to_the_rows_and_one_object_is_one_row() -> None:
    chosen = mapped(rows="thread.posts.post")
    for rows, ids in (([ROW, OTHER], ["7", "8"]), (ROW, ["7"])):
        found = mentions_of({"thread": {"posts": {"post": rows}}}, chosen)
        assert [mention.native_id for mention in found] == ids


@pytest.mark.parametrize("empty", [{"post": []}, {"post": None}, {"post": {}}, {"post": " "}, None, {}])
def test_a_record_without_rows_is_ignored(empty: Any) -> None:
    assert items_of({"a": 1, "posts": empty}, mapped(rows="posts.post")) == [Ignored("no rows")]


def test_a_path_that_leads_to_no_rows_is_refused() -> None:
    for payload, reason, detail in (
        ({"a": 1}, Reason.MISSING_FIELD, "posts.post: missing"),
        ({"posts": {"Post": [ROW]}}, Reason.MISSING_FIELD, "posts.post: missing"),
        ({"posts": {"post": CANARY}}, Reason.WRONG_TYPE, "posts.post: string where a list is expected"),
    ):
        (item,) = items_of(payload, mapped(rows="posts.post"))
        assert isinstance(item, Dead)
        assert (item.reason, item.detail) == (reason, detail)
        assert item.raw == json.dumps(payload).encode()


def test_every_rule_may_look_at_the_record_around() -> None:
    parts = {
        "rows": "posts",
        "platform": Table("..Network", {"twitter": "x"}, None),
        "native_id": IdRule(made_of=("..Id", "Body")),
        "relation": Table("..Type", {"rt": "repost"}, "original"),
        "skip": {"..Kind": frozenset({"ad"})},
        "deleted": {"Status": frozenset({"gone"})},
    }
    thread = {"Id": "t", "Network": "Twitter", "Type": "RT", "Kind": "live", "posts": [ROW, OTHER | {"Status": "gone"}]}
    mention, deletion = items_of(thread, mapped(**parts))
    assert isinstance(mention, Mention)
    assert (mention.platform, mention.relation) == ("x", "repost")
    assert isinstance(deletion, Deletion)
    assert deletion.native_id != mention.native_id
    # Which words a table or a rule knows is not to be had back from the mention, so they stay, by their paths.
    kept = {"..Network": "Twitter", "..Type": "RT", "..Kind": "live", "..Id": "t", "Id": "7", "id_synthetic": True}
    assert mention.extra == kept
    assert items_of(thread | {"Kind": "ad"}, mapped(**parts)) == [Ignored("skipped by the mapping")] * 2


def test_what_was_named_of_the_record_and_not_taken_is_kept_and_nothing_else_of_it() -> None:
    places = {"author.id": Place(("..by.id",)), "author.followers": Place(("..by.City",))}
    chosen = mapped(rows="posts", fields=places, author_columns=("..by.name", "..absent", "Mood"))
    (mention,) = mentions_of(THREAD | {"posts": [ROW | {"Mood": "good", "More": 1}]}, chosen)
    assert mention.author.id == "9"
    assert mention.extra == {"More": 1, "author": {"..by.City": "Ulm", "..by.name": "Ann", "Mood": "good"}}


def test_equal_rows_of_a_record_are_told_apart_by_their_place() -> None:
    chosen = mapped(rows="posts", native_id=IdRule(made_of=("Body",), with_line=True))
    found = mentions_of({"posts": [ROW, ROW]}, chosen, echolot_line=b"2")
    assert len({mention.native_id for mention in found}) == 2


def test_ids_of_rows_and_of_xml_never_were_a_spreadsheets() -> None:
    """18 digits that end in 000: one true id in 1,000 does."""
    row = ROW | {"Id": "170141234567890000"}
    assert mentions_of({"posts": [row]}, mapped(rows="posts"))[0].native_id == row["Id"]
    assert mention_of(row, mapped(), echolot_layout=b"xml").native_id == row["Id"]
    (item,) = items_of(row, mapped())
    assert isinstance(item, Dead)


def test_a_record_weighs_no_more_with_each_of_its_rows() -> None:
    """What is around the rows is not kept with each of them, good or bad."""
    thread = {"around": "x" * 40_000, "posts": [ROW, {}] * 500}
    found = items_of(thread, mapped(rows="posts"))
    assert len(found) == 1000
    assert max(len(item.raw) for item in found if isinstance(item, Dead)) < 10
    assert all(item.extra == {} for item in found if isinstance(item, Mention))


paths = st.sampled_from(["a", "b", "a.b", "..a", "..b.0", "..", "...", "..a.b", "..rows.0.a"])
places = st.builds(Place, st.lists(paths, min_size=1, max_size=2).map(tuple))
specs = st.builds(
    MappingSpec,
    platform=st.just("forum") | st.builds(Table, paths, st.just({"a": "x"}), st.just("web")),
    native_id=st.builds(IdRule, st.lists(paths, max_size=2).map(tuple), paths, st.lists(paths, max_size=2).map(tuple)),
    fields=st.dictionaries(st.sampled_from(["title", "author.name", "rating", "root_id", "url"]), places).map(
        lambda found: FIXED | {"text": Place(("a", "..a"))} | found
    ),
    skip=st.dictionaries(paths, st.frozensets(st.sampled_from(["a", ""])), max_size=1),
    author_columns=st.lists(paths, max_size=2).map(tuple),
    rows=st.sampled_from(["rows", "a", "rows.0.b", "a.b"]),
)


@settings(max_examples=400, deadline=None)
@given(specs, st.dictionaries(st.sampled_from(["a", "b"]), values), st.lists(st.dictionaries(names, values) | values))
def test_any_record_and_any_mapping_give_items(spec: MappingSpec, around: dict[str, Any], rows: list[Any]) -> None:
    for item in items_of(around | {"rows": rows}, Mapped("tool", spec)):
        if isinstance(item, Dead):
            assert item.reason is not Reason.FORMAT_BUG, item.detail
            assert CANARY not in item.detail
        if isinstance(item, Mention):
            item.model_dump_json().encode()
