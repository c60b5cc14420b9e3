"""Mapped exports: every rule once, and no row that makes the decoder raise."""

from __future__ import annotations

import csv
import io
import json
import pickle
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.decode import decode
from schemas.formats.mapped import Mapped
from schemas.formats.mapped_spec import COUNTS, FIELDS, IDS, LABELS, IdRule, MappingSpec, Place, Table
from schemas.formats.mapped_values import TimeLayout
from schemas.formats.registry import FORMATS
from schemas.mention import Mention, Relation
from schemas.record import Dead, Deletion, Ignored, Reason, Record
from tests.schemas.mapped import CANARY, FIXED, ROW, fault_of, item_of, mapped, mention_of


def test_the_least_mapping_gives_a_mention() -> None:
    item = mention_of(ROW | {"Mood": "good"}, mapped())
    assert (item.platform, item.native_id, item.text) == ("forum", "7", "Hallo")
    assert item.published_at == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert item.extra == {"Mood": "good"}


def test_a_csv_row_is_taken_with_the_columns_of_its_header_or_of_the_mapping() -> None:
    line = io.StringIO()
    csv.writer(line).writerow(ROW.values())
    value, header = line.getvalue().encode(), ",".join(ROW).encode()
    formats = {"tool": mapped(), "headless": mapped(columns=tuple(ROW))}
    for name, headers in (("tool", {"echolot-columns": header}), ("headless", {})):
        (item,) = decode(Record("f", 0, 1, value, headers=headers), format_name=name, max_bytes=999, formats=formats)
        assert isinstance(item, Mention)
        assert item.text == "Hallo"


def test_text_that_was_read_as_latin_1_is_mended_where_the_mapping_says_so() -> None:
    broken = {"Title": "Züge 👍".encode().decode("latin-1")}
    row = ROW | {"Body": "Verspätung, Grüße".encode().decode("latin-1")} | broken
    (column,) = mapped()._spec.fields["text"].columns
    row[column] = row.pop("Body")
    assert "Ã" in mention_of(row, mapped()).text
    item = mention_of(row, mapped(mojibake=True))
    assert item.text == "Verspätung, Grüße" and item.extra == {"Title": "Züge 👍", "mojibake_mended": True}
    whole = row | {"Title": "Züge"}
    assert "Ã" in mention_of(whole, mapped(mojibake=True)).text, "one whole umlaut, and nothing is certain"
    page = {"rows": [row, ROW]}
    formats = {"tool": mapped(mojibake=True, rows="rows")}
    raw = Record("f", 0, 1, json.dumps(page).encode())
    first, second = decode(raw, format_name="tool", max_bytes=9999, formats=formats)
    assert first.text == "Verspätung, Grüße" and second.text == "Hallo" and "mojibake_mended" not in second.extra


def test_every_field_is_taken_from_its_column_and_no_column_is_left() -> None:
    texts = {"title": "T", "author.handle": "@ann", "author.name": "Ann", "language": "de", "parent_author": "@bob"}
    texts |= {"parent_text": "Und?"}
    others = {"url": "https://f.example/7", "author.id": "11", "parent_id": "5", "root_id": "4"}
    times = {"edited_at": "2024-05-01T11:00:00Z", "observed_at": "2024-05-02T00:00:00+02:00"}
    counts = {"author.followers": "1,234"}
    counts |= {
        f"engagement.{name}": f"{n}.0" for n, name in enumerate(("likes", "replies", "reposts", "quotes", "views"))
    }
    row = texts | others | times | counts | {"author.verified": "yes", "rating": "4,5"}
    assert row.keys() | FIXED.keys() == set(FIELDS)
    chosen = mapped(fields={name: Place((f"c {name}",)) for name in row})
    item = mention_of(ROW | {f"c {name}": value for name, value in row.items()}, chosen)
    assert item.extra == {}
    assert item.author.model_dump() == {"id": "11", "handle": "ann", "name": "Ann", "followers": 1234, "verified": True}
    assert (item.title, item.language, item.parent_author, item.url) == ("T", "de", "bob", "https://f.example/7")
    assert (item.parent_id, item.root_id, item.relation) == ("5", "4", Relation.REPLY)
    assert item.parent_text == "Und?"
    assert (item.edited_at, item.observed_at) == (
        datetime(2024, 5, 1, 11, tzinfo=UTC),
        datetime(2024, 5, 1, 22, tzinfo=UTC),
    )
    assert list(item.engagement.model_dump().values()) == [0, 1, 2, 3, 4]
    assert item.rating == 4.5


# Places


def test_the_first_column_that_holds_something_wins_and_a_constant_comes_last() -> None:
    chosen = mapped(fields={"title": Place(("A", "B"), "none")})
    assert mention_of(ROW | {"A": " ", "B": "b"}, chosen).title == "b"
    assert mention_of(ROW | {"A": "a", "B": "b"}, chosen).title == "a"
    assert mention_of(ROW | {"A": "a", "B": "b"}, chosen).extra == {"B": "b"}
    assert mention_of(ROW, chosen).title == "none"


def test_a_dotted_path_leads_into_objects_and_lists() -> None:
    payload = ROW | {
        "media": [{"kind": "photo"}, {"url": "https://f.example/7", "kind": "page"}],
        "meta": {"lang": "de"},
    }
    chosen = mapped(fields={"url": Place(("media.1.url",)), "language": Place(("meta.lang",))})
    item = mention_of(payload, chosen)
    assert (item.url, item.language) == ("https://f.example/7", "de")
    assert item.extra == {"media": [{"kind": "photo"}, {"kind": "page"}]}


@pytest.mark.parametrize(
    "path", ["media.7.url", "media.x", "media.-1", "Body.text", "media.1.url.more", "media..url", "."]
)
def test_a_path_that_leads_nowhere_gives_nothing(path: str) -> None:
    payload = ROW | {"media": [{}, {"url": "u"}]}
    assert mention_of(payload, mapped(fields={"url": Place((path,))})).url is None


def test_a_column_whose_name_holds_dots_is_found() -> None:
    item = mention_of(ROW | {"post.url": "u", "post": {"url": "other"}}, mapped(fields={"url": Place(("post.url",))}))
    assert (item.url, item.extra) == ("u", {"post": {"url": "other"}})


def test_words_that_mean_nothing_are_told_by_the_mapping() -> None:
    fields = {"language": Place(("Lang",)), "rating": Place(("Stars",))}
    row = ROW | {"Lang": "NaN", "Stars": "n/a"}
    item = mention_of(row, mapped(fields=fields, empty=frozenset({"nan", "n/a"})))
    assert (item.language, item.rating) == (None, None)
    assert mention_of(ROW | {"Lang": "NaN"}, mapped(fields=fields)).language == "NaN"


def test_a_blank_text_is_a_text_and_a_missing_column_is_an_error() -> None:
    assert mention_of(ROW | {"Body": ""}, mapped()).text == ""
    assert mention_of(ROW | {"Body": None}, mapped()).text == ""
    without = {name: value for name, value in ROW.items() if name != "Body"}
    assert fault_of(without, mapped()) == (Reason.MISSING_FIELD, "Body: missing")
    assert mention_of(without, mapped(fields={"text": Place(("Body",), "")})).text == ""
    assert fault_of(ROW | {"Body": 5}, mapped()) == (Reason.WRONG_TYPE, "Body: number where text is expected")


def test_blank_cells_are_not_kept() -> None:
    assert mention_of(ROW | {"a": "", "b": " ", "c": None, "d": [], "e": 0}, mapped()).extra == {"e": 0}


# Ids


def test_an_id_that_a_spreadsheet_destroyed_is_mended_by_the_address_or_refused() -> None:
    chosen = mapped(fields={"url": Place(("Url",))})
    row = ROW | {"Id": "1.70141E+18", "Url": "https://x.com/a/status/1701412345678901234"}
    item = mention_of(row, chosen)
    assert (item.native_id, item.extra) == ("1701412345678901234", {"id_repaired": "1.70141E+18"})
    assert fault_of(row | {"Url": ""}, chosen) == (Reason.ID_DESTROYED, "Id: string (id_destroyed)")
    assert fault_of(row | {"Url": ""}, mapped(native_id=IdRule(("Id",), made_of=("Body",))))[0] == Reason.ID_DESTROYED


@pytest.mark.parametrize("given", ["119237.0", 119237, 119237.0, " 119237 "])
def test_an_id_that_lost_nothing_is_taken(given: Any) -> None:
    assert mention_of(ROW | {"Id": given}, mapped()).native_id == "119237"


@pytest.mark.parametrize("rounded", ["1701412345678900000", "170141234567890000", "2E+18", "1.7E+18"])
def test_digits_that_a_spreadsheet_rounded_are_refused_in_cells(rounded: str) -> None:
    assert fault_of(ROW | {"Id": rounded}, mapped())[0] == Reason.ID_DESTROYED
    if rounded.isdigit():  # text by contract in JSON
        assert mention_of(ROW | {"Id": rounded, "n": 1}, mapped()).native_id == rounded


def test_digits_that_a_spreadsheet_rounded_are_mended_by_the_address_too() -> None:
    chosen = mapped(platform="x", fields={"url": Place(("Url",))})
    item = mention_of(ROW | {"Id": "1701412345678900000", "Url": "https://x.com/a/status/1701412345678901234"}, chosen)
    assert (item.native_id, item.extra) == ("1701412345678901234", {"id_repaired": "1701412345678900000"})


@pytest.mark.parametrize("whole", ["1701412345678900", '"1701412345678901234"', '="1701412345678901234"'])
def test_ids_of_16_digits_and_ids_in_quotes_are_taken(whole: str) -> None:
    assert mention_of(ROW | {"Id": whole}, mapped()).native_id == whole.strip('="')


@pytest.mark.parametrize("given", [True, {"a": 1}, -5, 1.5, "x" * 513])
def test_what_is_no_id_is_refused(given: Any) -> None:
    reason, detail = fault_of(ROW | {"Id": given}, mapped())
    assert reason == Reason.WRONG_TYPE
    assert detail.startswith("Id: ")


def test_ids_of_others_that_are_destroyed_are_left_in_extra() -> None:
    chosen = mapped(fields={"author.id": Place(("User",)), "parent_id": Place(("Parent",))})
    item = mention_of(ROW | {"User": "1.7E+18", "Parent": "1.8E+18"}, chosen)
    assert (item.author.id, item.parent_id, item.relation) == (None, None, Relation.REPLY)
    assert item.extra == {"Parent": "1.8E+18", "author": {"User": "1.7E+18"}}


def test_the_id_is_read_from_the_address_of_a_post_of_the_platform() -> None:
    rule = IdRule(from_url="Url")
    row = ROW | {"Url": "https://twitter.com/a/status/1701412345678901234"}
    assert mention_of(row, mapped(platform="x", native_id=rule)).native_id == "1701412345678901234"
    expected = Reason.WRONG_TYPE, "Url: no address of a post of its platform"
    assert fault_of(row, mapped(platform="reddit", native_id=rule)) == expected
    assert fault_of(row | {"Url": "https://x.com/a"}, mapped(platform="x", native_id=rule)) == expected
    assert fault_of(ROW, mapped(platform="x", native_id=rule)) == (Reason.MISSING_FIELD, "Url: missing")


def test_the_rules_of_an_id_are_tried_in_their_order() -> None:
    chosen = mapped(platform="x", native_id=IdRule(("Id",), "Url", ("Date", "Body")))
    row = ROW | {"Url": "https://x.com/a/status/1701412345678901234"}
    assert mention_of(row, chosen).native_id == "7"
    assert mention_of(row | {"Id": ""}, chosen).native_id == "1701412345678901234"
    made = mention_of(row | {"Id": "", "Url": "https://x.com/a"}, chosen)
    assert len(made.native_id) == 32
    assert made.extra["id_synthetic"] is True


def test_an_id_made_of_columns_depends_on_them_alone() -> None:
    chosen = mapped(native_id=IdRule(made_of=("Date", "who.name")))
    row = ROW | {"who": {"name": "ann"}}
    first, again, other = (
        mention_of(row | more, chosen).native_id for more in ({}, {"Mood": "good"}, {"who": {"name": "bob"}})
    )
    assert first == again != other
    nothing = mapped(native_id=IdRule(made_of=("a", "b")))
    assert fault_of(ROW, nothing) == (Reason.MISSING_FIELD, "a and b: missing")


def test_equal_rows_are_told_apart_by_their_line() -> None:
    chosen = mapped(native_id=IdRule(made_of=("Body",), with_line=True))
    first, second = (mention_of(ROW, chosen, echolot_line=line).native_id for line in (b"2", b"3"))
    assert first != second
    assert fault_of(ROW, chosen)[0] == Reason.MISSING_FIELD


# Platform and relation


def test_a_table_translates_the_platform_whatever_the_case() -> None:
    table = Table("Network", {"twitter": "x", "1": "reddit"}, None)
    for word, platform in (("Twitter", "x"), (" TWITTER ", "x"), (1, "reddit")):
        item = mention_of(ROW | {"Network": word}, mapped(platform=table))
        assert (item.platform, item.extra) == (platform, {"Network": word})
    mend = "Network: no platform of platform.values; add it there"
    assert fault_of(ROW | {"Network": CANARY}, mapped(platform=table)) == (Reason.WRONG_TYPE, mend)
    assert fault_of(ROW, mapped(platform=table)) == (Reason.MISSING_FIELD, "Network: missing")
    assert mention_of(ROW | {"Network": "?"}, mapped(platform=Table("Network", {}, "web"))).platform == "web"


def test_the_relation_is_told_by_a_table_or_a_constant() -> None:
    table = Table("Type", {"rt": "repost", "quote": "quote"}, "original")
    assert mention_of(ROW | {"Type": "RT"}, mapped(relation=table)).relation is Relation.REPOST
    assert mention_of(ROW | {"Type": "post"}, mapped(relation=table)).relation is Relation.ORIGINAL
    assert mention_of(ROW, mapped(relation=table)).relation is Relation.ORIGINAL
    assert mention_of(ROW, mapped(relation="reply")).relation is Relation.REPLY
    assert mention_of(ROW, mapped()).relation is Relation.ORIGINAL


# Rows that are no mentions


def test_rows_to_skip_are_ignored() -> None:
    chosen = mapped(skip={"Type": frozenset({"ad", ""})})
    assert item_of(ROW | {"Type": "AD "}, chosen) == Ignored("skipped by the mapping")
    assert item_of(ROW | {"Type": " "}, chosen) == Ignored("skipped by the mapping")
    assert isinstance(item_of(ROW | {"Type": "advert"}, chosen), Mention)


def test_a_row_that_says_the_post_is_gone_is_a_deletion_with_what_it_still_holds() -> None:
    chosen = mapped(deleted={"Status": frozenset({"deleted", "true"})}, empty=frozenset({"gone"}))
    for status in ("Deleted", True):
        row = ROW | {"Status": status}
        assert item_of(row, chosen) == Deletion("forum", "7", None, "deleted", mention_of(row, mapped()))
        for nothing in ({"Body": " "}, {"Body": "gone"}, {"Body": "[deleted]"}, {"Date": "soon"}):
            assert item_of(row | nothing, chosen) == Deletion("forum", "7", None, "deleted")


def test_a_header_line_amid_the_rows_is_ignored() -> None:
    assert item_of({name: name for name in ROW}, mapped()) == Ignored("header")


@pytest.mark.parametrize("payload", [None, True, 1, 1.5, "text", [], [ROW]], ids=repr)
def test_a_payload_of_the_wrong_kind_is_refused_with_its_kind(payload: Any) -> None:
    assert fault_of(payload, mapped())[0] == Reason.WRONG_TYPE
    assert not mapped().looks_like(payload)


# What is kept


def test_whatever_may_name_the_author_stands_under_one_key() -> None:
    """The columns named as such, and those that were only the second choice for a field of the author."""
    chosen = mapped(
        fields={"author.name": Place(("Name", "Nick", "user.login"))}, author_columns=("Bio", "user", "absent")
    )
    row = ROW | {"Name": "Ann", "Nick": CANARY, "Bio": CANARY, "user": {"login": CANARY, "bio": CANARY}, "Mood": "good"}
    extra = mention_of(row, chosen).extra
    assert extra.pop("author").keys() == {"Nick", "user.login", "Bio", "user"}
    assert extra == {"Mood": "good"}


def test_an_authors_column_with_dots_in_its_name_is_found_and_a_list_keeps_its_places() -> None:
    chosen = mapped(fields={"author.name": Place(("authors.0",))}, author_columns=("user.bio",))
    extra = mention_of(ROW | {"authors": [CANARY, "Bob"], "user.bio": "b"}, chosen).extra
    assert extra == {"authors": [None, "Bob"], "author": {"user.bio": "b"}}


@pytest.mark.parametrize("own", [{"bio": "b"}, "Ann"])
def test_a_column_called_author_is_not_overwritten(own: Any) -> None:
    extra = mention_of(ROW | {"author": own, "City": "Ulm"}, mapped(author_columns=("author", "City"))).extra
    assert extra == {"author": {"City": "Ulm", **(own if isinstance(own, dict) else {"author": own})}}


def test_an_unknown_name_is_refused_with_the_names_of_the_mappings_too() -> None:
    record = Record("t", 0, 0, b"{}")
    (item,) = decode(record, format_name="toll", max_bytes=99, formats={"tool": mapped()})
    assert isinstance(item, Dead)
    assert (item.reason, item.detail) == (Reason.UNKNOWN_FORMAT, "the setting `format` of its topic names none of tool")


def test_an_unnamed_payload_is_offered_to_the_formats_given_and_to_no_others() -> None:
    payload = {"platform": "forum", "native_id": "7", "text": "a", "published_at": "2024-05-01T10:00:00Z"}
    record = Record("t", 0, 0, json.dumps(payload).encode())
    (item,) = decode(record, format_name=None, max_bytes=999, formats={"tool": mapped()})
    assert isinstance(item, Dead)
    assert item.reason is Reason.UNKNOWN_FORMAT
    (item,) = decode(record, format_name=None, max_bytes=999, formats={"tool": mapped(), **FORMATS})
    assert isinstance(item, Mention)


def test_a_mapping_travels_to_workers() -> None:
    chosen = pickle.loads(pickle.dumps(mapped(times=TimeLayout("local", ZoneInfo("Europe/Berlin"), True))))
    assert mention_of(ROW | {"Date": "1.5.2024 12:00"}, chosen).published_at.hour == 10


# Anything else

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(), max_size=12)
    | st.sampled_from(["1.2E+18", "2024-01-01T00:00:00Z", "01/05/2024", "<p>", "", "https://x.com/a/status/1", CANARY])
)
names = st.sampled_from(["a", "b", "c", "d", "a.b", "0", "author", CANARY])
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=8
)
paths = st.sampled_from(["a", "b", "c", "d", "a.b", "a.0", "b.0.c", "d.author", "author"])
places = st.builds(Place, st.lists(paths, min_size=1, max_size=2).map(tuple))
tables = st.builds(Table, paths, st.just({"a": "reply"}), st.just("original"))
listed = st.dictionaries(paths, st.frozensets(st.sampled_from(["a", "", "true"])), max_size=1)
specs = st.builds(
    MappingSpec,
    platform=st.just("forum") | st.builds(Table, paths, st.just({"a": "x"}), st.sampled_from([None, "web"])),
    native_id=st.builds(IdRule, st.lists(paths, max_size=2).map(tuple), paths, st.lists(paths, max_size=2).map(tuple)),
    fields=st.dictionaries(st.sampled_from(FIELDS), places, max_size=8).map(
        lambda found: {"text": Place(("a",)), "published_at": Place(("b",), "2020-01-01T00:00:00Z")} | found
    ),
    relation=st.none() | st.just("reply") | tables,
    times=st.builds(
        TimeLayout, st.sampled_from(["iso", "epoch", "epoch_ms", "local", "%d/%m/%Y"]), st.just(ZoneInfo("UTC"))
    ),
    rating_scale=st.sampled_from([5.0, 10.0]),
    html=st.booleans(),
    entities=st.booleans(),
    mojibake=st.booleans(),
    skip=listed,
    deleted=listed,
    empty=st.frozensets(st.just("nan")),
    author_columns=st.lists(paths, max_size=2).map(tuple),
)


@settings(max_examples=500, deadline=None)
@given(specs, st.dictionaries(names, values, max_size=6))
def test_any_row_and_any_mapping_give_an_item(spec: MappingSpec, payload: dict[str, Any]) -> None:
    item = item_of(payload, Mapped("tool", spec))
    assert isinstance(item, (Mention, Deletion, Ignored, Dead))
    if isinstance(item, Dead):
        assert item.reason is not Reason.FORMAT_BUG, item.detail
        assert CANARY not in item.detail
    if isinstance(item, Mention):
        item.model_dump_json().encode()


kept = {"text": Place(("a",)), "published_at": Place((), "2020-01-01T00:00:00Z")}
keeping = st.dictionaries(st.sampled_from(["title", "parent_text", *LABELS, *IDS, *COUNTS]), places, max_size=8)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(names, st.sampled_from(["@ann", "bob", "1.7E+18", "42"]), max_size=8), specs, keeping)
def test_no_cell_is_lost(payload: dict[str, str], spec: MappingSpec, fields: dict[str, Place]) -> None:
    """What has no place in the mention, and what cannot be read, stands in `extra`."""
    numbered = {name: f"{cell}{n}" for n, (name, cell) in enumerate(payload.items())} | {"a": "text", "id": "7"}
    chosen = replace(spec, native_id=IdRule(("id",)), fields=kept | fields, skip={}, deleted={}, platform="forum")
    item = item_of(numbered, Mapped("tool", chosen))
    assert isinstance(item, Mention), item
    whole = json.dumps(item.model_dump(mode="json"))
    assert [cell for cell in numbered.values() if cell.removeprefix("@") not in whole] == []
