"""Mapping files as formats: from the file to the mention."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from configs.base import ConfigError
from configs.mapping import Mapping
from pipeline.decoded import decode_batch
from pipeline.mappings import load_mappings, spec_of
from schemas.decode import decode
from schemas.formats.mapped import Mapped
from schemas.formats.mapped_spec import FIELDS, IdRule, MappingSpec, Place, Table
from schemas.formats.mapped_values import TimeLayout
from schemas.formats.registry import FORMATS
from schemas.mention import Mention, Relation
from schemas.record import Batch, Dead, Outcome, Reason, Record

ROOT = Path(__file__).parents[2]
LEAST = "platform: forum\nnative_id: Id\ntext: Body\npublished_at: Date\n"
ROW = {"Id": "7", "Body": "Hallo", "Date": "2024-05-01T10:00:00Z"}
SAMPLES = {
    "umsab": {"c1": "a"},
    "mobasa": {"id": "1082171446959443968", "relevance": "true", "sentiment": "neutral", "Opinions": None, "text": "a"},
    "twitter_care": {
        "dialogContent": [
            {"tweet_ID": "1245403438755852288", "client": "ann", "datetime": "2020-04-01T17:31:32.000Z", "message": "a"}
        ],
        "dialogHeader": {"company": "Foo"},
    },
    "banking77": {"text": "Where is my card?", "category": "card_arrival"},
    "app_reviews": {
        "data": "Good",
        "score": "4",
        "thumbsUpCount": "3",
        "problem_report": "0",
        "feature_request": "0",
        "irrelevant": "1",
        "ori_lang": "fr",
        "app": "Garmin Connect",
    },
    "customer_feedback": {"tag": "comment", "consumer_complaint_narrative": "Hotel de diez."},
    "germeval2018": {"c1": "Gruß!", "c2": "OTHER", "c3": "OTHER"},
    "meta_download": {"timestamp": 1700000000, "data": [{"post": "a"}], "title": "Ann updated her status."},
    "gold": {"id": "d1", "text": "a", "lang": "de", "source": "mobasa-dev", "intents": [], "severity": 0},
}


def example() -> str:
    """The YAML of docs/mapping.md."""
    return (ROOT / "docs" / "mapping.md").read_text().split("```yaml\n")[1].split("```")[0]


def the_one(payload: Any, name: str, formats: dict[str, Any], **headers: bytes) -> Any:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    record = Record("f", 0, 1, json.dumps(payload).encode(), headers=named)
    (item,) = decode(record, format_name=name, max_bytes=10_000, formats={**FORMATS, **formats})
    return item


def test_a_folder_gives_a_format_a_file_named_as_the_file(tmp_path: Path) -> None:
    for name in ("b_tool.yaml", "a2.yml", "notes.txt", ".hidden.yaml"):
        (tmp_path / name).write_text(LEAST)
    formats = load_mappings(tmp_path)
    assert list(formats) == ["a2", "b_tool"] == [chosen.name for chosen in formats.values()]
    assert (
        list(load_mappings([tmp_path / "b_tool.yaml"])) == list(load_mappings(tmp_path / "b_tool.yaml")) == ["b_tool"]
    )


@pytest.mark.parametrize("name", ["My-Tool.yaml", "2nd.yaml", "tool.v2.yaml", "ümlaut.yaml"])
def test_a_file_whose_name_cannot_be_a_formats_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(LEAST)
    with pytest.raises(ConfigError) as caught:
        load_mappings(tmp_path)
    stem = name.removesuffix(".yaml")
    mend = "rename the file to small letters, digits and _"
    assert str(caught.value) == f"{path}: {stem!r} cannot name a format; {mend}"


@pytest.mark.parametrize("name", FORMATS)
def test_no_mapping_takes_the_name_of_a_built_in_format(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.yaml").write_text(LEAST)
    with pytest.raises(ConfigError, match="is a format of its own already; rename the file"):
        load_mappings(tmp_path)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("tool.yaml", "tool.yml"):
        (tmp_path / name).write_text(LEAST)
    with pytest.raises(ConfigError, match=r"tool\.yml: 'tool' is the name of .*tool\.yaml, too; rename one of them"):
        load_mappings(tmp_path)


def test_a_typo_in_a_field_is_refused_with_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "tool.yaml"
    path.write_text(LEAST + "engagement:\n  likes: Likes\n  replys: Replies\n")
    with pytest.raises(ConfigError) as caught:
        load_mappings(tmp_path)
    assert str(caught.value) == f"{path}:7: engagement.replys: unknown key; did you mean `replies`?"


def test_a_folder_without_mappings_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no mapping file"):
        load_mappings(tmp_path)
    with pytest.raises(ConfigError, match=r"none\.yaml: no such file"):
        load_mappings(tmp_path / "none.yaml")


def test_a_batch_is_decoded_by_mappings_beside_the_built_in_formats(tmp_path: Path) -> None:
    (tmp_path / "tool.yaml").write_text(LEAST)
    formats = {**FORMATS, **load_mappings(tmp_path)}
    value = json.dumps(ROW).encode()
    records = [
        Record("a", 0, 1, value),
        Record("b", 0, 1, value),
        Record("b", 0, 2, value, headers={"echolot-format": b"tool"}),
    ]
    decoded = decode_batch(Batch(records), {"a": "tool"}, 10_000, formats=formats)
    assert [entry.outcome for entry in decoded.entries] == [Outcome.GOOD, Outcome.DEAD, Outcome.GOOD]
    assert [mention.text for mention in decoded.mentions] == ["Hallo", "Hallo"]
    without = decode_batch(Batch(records[:1]), {"a": "tool"}, 10_000)
    assert [dead.reason for dead in without.entries[0].dead] == [Reason.UNKNOWN_FORMAT]


def test_the_example_of_the_page_is_read_and_says_everything(tmp_path: Path) -> None:
    path = tmp_path / "my_tool.yaml"
    path.write_text(example())
    formats = load_mappings(path)
    payload = {
        "Network": "twitter",
        "Post ID": "",
        "Permalink": "https://x.com/ann/status/1701412345678901234",
        "Snippet": "Tom &amp; Jerry",
        "Headline": "T",
        "user": {"id": 11, "screen_name": "@ann", "name": "Ann", "followers": 5, "verified": True, "bio": "b"},
        "Date": "01/05/2024 12:00",
        "Last Edit": "2024-05-01T13:00:00",
        "Export Time": "2024-05-02T00:00:00Z",
        "Lang": "N/A",
        "Type": "comment",
        "In Reply To": "5",
        "Thread": "4",
        "In Reply To User": "bob",
        "In Reply To Text": "Und?",
        "Stars": "7",
        **{name: n for n, name in enumerate(("Likes", "Replies", "Shares", "Quotes", "Views"))},
        "Status": "live",
        "Gender": "f",
        "Mood": "good",
    }
    mention = the_one(payload, "my_tool", formats)
    assert isinstance(mention, Mention), mention
    assert (mention.platform, mention.native_id, mention.text) == ("x", "1701412345678901234", "Tom & Jerry")
    assert mention.published_at == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert mention.edited_at == datetime(2024, 5, 1, 11, tzinfo=UTC)
    assert (mention.language, mention.relation, mention.rating) == ("de", Relation.REPLY, 3.5)
    assert mention.author.model_dump() == {"id": "11", "handle": "ann", "name": "Ann", "followers": 5, "verified": True}
    # Which words a table, a rule or `empty` knows is not to be had back from the mention, so those columns stay.
    kept = {"Network": "twitter", "Type": "comment", "Status": "live", "Mood": "good", "Lang": "N/A"}
    assert mention.extra == kept | {"author": {"Gender": "f", "user": {"bio": "b"}}}
    unset = {name for name, value in mention if value is None}
    assert unset == {"claimed_at"}


def test_the_example_of_rows_is_read() -> None:
    said = yaml.safe_load((ROOT / "docs" / "mapping.md").read_text().split("```yaml\n")[2].split("```")[0])
    least = {"platform": "forum", "text": "text", "published_at": {"value": "2024-05-01T10:00:00Z"}}
    chosen = Mapped("tool", spec_of(Mapping.model_validate(least | said)))
    payload = {"company": "Foo", "dialog": {"messages": [{"id": "1", "text": "Hallo"}]}}
    mention = the_one(payload, "tool", {"tool": chosen})
    assert (mention.native_id, mention.root_id, mention.title, mention.extra) == ("1", "1", "Foo", {})


def test_the_example_has_every_key_but_those_for_rows_of_another_kind() -> None:
    said = {line.partition(":")[0] for line in example().splitlines() if line[:1].isalpha()}
    assert Mapping.model_fields.keys() - said == {"columns", "rows"}


def test_every_field_that_the_decoder_knows_can_be_said() -> None:
    places = {"text": "c", "published_at": "c"}
    whole: dict[str, Any] = {"platform": "forum", "native_id": "Id", "author": {}, "engagement": {}}
    for name in [*FIELDS, *places]:
        group, _, inner = name.rpartition(".")
        (whole[group] if group else whole)[inner] = f"c {name}"
    spec = spec_of(Mapping.model_validate(whole))
    assert {name: place.columns for name, place in spec.fields.items()} == {name: (f"c {name}",) for name in FIELDS}


def test_every_rule_reaches_the_decoder() -> None:
    said = """
      {platform: {column: N, values: {Twitter: x}, others: web}, native_id: {column: I, from_url: U, made_of: [D, B],
       with_line: true}, text: B, published_at: D, relation: {column: T, values: {RT: repost}}, rating_scale: 10,
       html: true, mojibake: true,
       times: {layout: local, zone: Europe/Berlin, day_first: true}, skip: {T: [Ad]}, deleted: {S: [gone]},
       empty: [nan], author_columns: [A], columns: [N, I]}"""
    assert spec_of(Mapping.model_validate(yaml.safe_load(said))) == MappingSpec(
        platform=Table("N", {"twitter": "x"}, "web"),
        native_id=IdRule(("I",), "U", ("D", "B"), True),
        fields={"text": Place(("B",)), "published_at": Place(("D",))},
        relation=Table("T", {"rt": "repost"}, "original"),
        times=TimeLayout("local", ZoneInfo("Europe/Berlin"), True),
        rating_scale=10,
        html=True,
        mojibake=True,
        skip={"T": frozenset({"ad"})},
        deleted={"S": frozenset({"gone"})},
        empty=frozenset({"nan"}),
        author_columns=("A",),
        columns=("N", "I"),
    )
    of_threads = {name: value for name, value in yaml.safe_load(said).items() if name != "columns"} | {"rows": "a.b"}
    assert spec_of(Mapping.model_validate(of_threads)).rows == "a.b"


def test_the_mappings_of_public_data_sets_read_their_rows() -> None:
    formats = load_mappings(ROOT / "samples" / "formats")
    assert formats.keys() == SAMPLES.keys()
    for name, row in SAMPLES.items():
        mention = the_one(row, name, formats, echolot_line=b"2")
        assert isinstance(mention, Mention), (name, mention)
        assert mention.text in row.values() or mention.text == "a"
        assert (formats[name].columns or tuple(row)) == tuple(row)
    tweet = the_one(SAMPLES["twitter_care"], "twitter_care", formats)
    assert (tweet.author.handle, tweet.root_id, tweet.extra) == ("ann", tweet.native_id, {})
    review = the_one(SAMPLES["app_reviews"], "app_reviews", formats, echolot_line=b"2")
    assert (review.rating, review.engagement.likes, review.language) == (4.0, 3, "fr")


cells = st.text(max_size=20) | st.sampled_from(
    ["1.7E+18", "01/05/2024", "&amp;", "twitter", "deleted", "KANARIENVOGEL"]
)
columns = [
    "Network",
    "Post ID",
    "Permalink",
    "Full Text",
    "Snippet",
    "Date",
    "Author",
    "Stars",
    "Likes",
    "Status",
    "Type",
]
mappings = {"my_tool": Mapped("my_tool", spec_of(Mapping.model_validate(yaml.safe_load(example()))))}


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(columns), cells, max_size=11))
def test_any_row_gives_an_item_by_the_example(row: dict[str, str]) -> None:
    item = the_one(row, "my_tool", mappings)
    if isinstance(item, Dead):
        assert item.reason is not Reason.FORMAT_BUG, item.detail
        assert "KANARIENVOGEL" not in item.detail
