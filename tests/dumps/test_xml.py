"""Laws of XML in dumps: each element of the told name is a record, whatever stands in it, up to the first damage."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.dumps import streams
from pipeline.dumps.layout import Kind
from pipeline.dumps.notes import Note, NoteKind
from pipeline.dumps.reader import DumpReader
from schemas.decode import decode
from schemas.record import Dead, Reason
from tests.dumps.helpers import kinds, lines, reader_of, values
from tests.dumps.test_bombs import MIB, peak_below, reason, summary

POSTS = b"""<?xml version="1.0" ?>
<posts of="today">
  <post id="1"><text>Hi &amp; <![CDATA[<bye>]]> &#252;</text></post>
  <!-- <post id="0"/> -->
  <day><post id="2"><text>  two
lines </text><tag>a</tag><tag/><tag n="3">b</tag></post></day>
</posts>
"""


def reading(folder: Path, content: bytes | str, element: str = "post", **options: Any) -> DumpReader:
    given = content.encode() if isinstance(content, str) else content
    return reader_of(folder, given, options.pop("name", "x.xml"), record_element=element, **options)


def objects(reader: DumpReader) -> list[Any]:
    return [json.loads(value) for value in values(list(reader))]


def test_elements_of_the_name_are_records_wherever_they_stand(tmp_path: Path) -> None:
    reader = reading(tmp_path, POSTS)
    assert objects(reader) == [
        {"id": "1", "text": "Hi & <bye> ü"},
        {"id": "2", "text": "  two\nlines ", "tag": ["a", None, {"n": "3", "#text": "b"}]},
    ]
    assert lines(list(reader)) == [3, 5]
    assert [record.headers["echolot-layout"] for record in reader] == [b"xml"] * 2
    assert reader.layout is not None
    assert (reader.layout.kind, reader.notes) == (Kind.XML, [])


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ("<post/>", {"#text": None}),
        ("<post>a</post>", {"#text": "a"}),
        ("<post> a <b/> c </post>", {"b": None, "#text": "a  c"}),
        ("<post b='1'><b>2</b><b>3</b></post>", {"b": ["1", "2", "3"]}),
        ("<post><post><post/></post></post>", {"post": {"post": None}}),
        ("<post><x:y xmlns:x='u'>1</x:y></post>", {"x:y": {"xmlns:x": "u", "#text": "1"}}),
        ("<post>\n  <b> </b>\n</post>", {"b": None}),
    ],
)
def test_an_object_has_attributes_and_children_by_name(tmp_path: Path, xml: str, expected: Any) -> None:
    assert objects(reading(tmp_path, f"<all>{xml}</all>")) == [expected]


def test_the_root_may_be_the_record(tmp_path: Path) -> None:
    assert objects(reading(tmp_path, "<post><a>1</a></post>")) == [{"a": "1"}]


ENCODED = [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16")]
ENCODED += [("iso-8859-1", "iso-8859-1"), ("cp1252", "windows-1252")]


@pytest.mark.parametrize(("encoding", "declared"), ENCODED)
def test_the_declared_encoding_is_taken(tmp_path: Path, encoding: str, declared: str) -> None:
    content = f"<?xml version='1.0' encoding='{declared}'?><p><post>größer</post></p>".encode(encoding)
    assert objects(reading(tmp_path, content)) == [{"#text": "größer"}]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-be", "shift_jis", "utf-32"])
def test_a_told_encoding_goes_before_the_declared_one(tmp_path: Path, encoding: str) -> None:
    content = "<?xml version='1.0' encoding='utf-8'?><p><post>€ ソ</post></p>".encode(encoding, "ignore")
    expected = content.decode(encoding).partition("<post>")[2].partition("<")[0]
    assert objects(reading(tmp_path, content, encoding=encoding)) == [{"#text": expected}]


def test_xml_is_only_read_when_its_records_are_told(tmp_path: Path) -> None:
    for content in (POSTS, b"\xef\xbb\xbf" + POSTS, POSTS.decode().encode("utf-16")):
        reader = reader_of(tmp_path, content, "x.xml")
        assert list(reader) == []
        assert kinds(reader.notes) == [NoteKind.NOT_READ]
        assert "--record-element" in reader.notes[0].text


def test_other_files_are_read_as_ever_when_an_element_is_told(tmp_path: Path) -> None:
    assert objects(reading(tmp_path, '{"id": 1}\n{"id": 2}\n', name="x.jsonl")) == [{"id": 1}, {"id": 2}]


def test_an_element_that_is_nowhere_is_told_with_those_that_are(tmp_path: Path) -> None:
    reader = reading(tmp_path, POSTS, "item")
    assert list(reader) == []
    (note,) = reader.notes
    assert note.text == "no element item in it, but posts, post, text, day, tag; name one by --record-element"


# Damage


@pytest.mark.parametrize("end", [b"</posts>", b"", b"<post id='3'><text>half"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"])
def test_broken_xml_keeps_the_records_before_it_and_names_the_byte(tmp_path: Path, end: bytes, encoding: str) -> None:
    broken = "<posts>\n<post id='1'>ü</post><post id='2'/>\n<post><a></post>"
    content = (broken + end.decode()).encode(encoding)
    reader = reading(tmp_path, content)
    assert objects(reader) == [{"id": "1", "#text": "ü"}, {"id": "2"}]
    (note,) = reader.notes
    assert note.kind is NoteKind.DAMAGED
    assert note.text == "its XML is broken (mismatched tag: line 3, column 11); what follows was not read"
    assert note.record == 3
    spot = content[: note.byte].decode(encoding)
    assert spot == broken.removesuffix("post>")


def test_half_a_file_keeps_its_whole_records(tmp_path: Path) -> None:
    half = POSTS[: POSTS.index(b"<tag n")]
    reader = reading(tmp_path, half)
    assert [found["id"] for found in objects(reader)] == ["1"]
    (note,) = reader.notes
    assert (note.kind, note.record) == (NoteKind.DAMAGED, 2)
    assert note.byte is not None
    packed = gzip.compress(half)
    reader = reading(tmp_path, packed[:-9], name="x.xml.gz")
    assert [found["id"] for found in objects(reader)] == ["1"]
    why = "its compressed data end too early, half written or half sent"
    assert reader.notes == [Note(NoteKind.DAMAGED, why, byte=len(half), record=2)]


@pytest.mark.parametrize(
    ("doctype", "texts", "is_whole"),
    [
        ("<!DOCTYPE posts SYSTEM 'posts.dtd'>", ["a&nbsp;b"], True),
        ("<!DOCTYPE posts [<!ELEMENT post ANY><!ATTLIST post kind CDATA 'default'>]>", [], False),
        ("", [], False),
    ],
)
def test_an_entity_of_another_file_stays_as_written(
    tmp_path: Path, doctype: str, texts: list[str], is_whole: bool
) -> None:
    reader = reading(tmp_path, f"{doctype}<posts><post id='1'/><post id='2'>a&nbsp;b</post></posts>")
    assert objects(reader) == [{"id": "1"}, *({"id": "2", "#text": text} for text in texts)]
    assert (reader.notes == []) is is_whole


# Bombs

LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))


@pytest.mark.parametrize(
    "declared",
    [
        f"<!ENTITY l0 'ha'>{LAUGHS}",
        "<!ENTITY l9 SYSTEM 'file:///etc/passwd'>",
        "<!ENTITY % l9 SYSTEM 'file:///etc/passwd'> %l9;",
    ],
    ids=["laughs", "file", "parameter"],
)
def test_a_file_that_declares_entities_is_not_read(tmp_path: Path, declared: str) -> None:
    reader = reading(tmp_path, f"<!DOCTYPE posts [{declared}]><posts><post>&l9;</post></posts>")
    with peak_below(4 * MIB):
        assert list(reader) == []
    (note,) = reader.notes
    assert "declares entities" in note.text
    assert note.byte is not None


def test_defaults_of_attributes_multiply_nothing(tmp_path: Path) -> None:
    doctype = f"<!DOCTYPE posts [<!ATTLIST post kind CDATA '{'x' * 50_000}'>]>"
    assert objects(reading(tmp_path, f"{doctype}<posts>{'<post/>' * 500}</posts>")) == [{"#text": None}] * 500


HUGE = {
    "text": (b"<text>", b"x" * MIB, b"</text>"),
    "blanks": (b"<text>", b" " * MIB, b"</text>"),
    "children": (b"", b"<a b=''/>" * (MIB // 8), b""),
    "depth": (b"", b"<a>" * 600 + b"</a>" * 600, b""),
}


@pytest.mark.parametrize("name", HUGE)
def test_of_a_record_of_50_mb_little_is_held_and_the_next_one_is_whole(tmp_path: Path, name: str) -> None:
    before, piece, behind = HUGE[name]
    path = tmp_path / "x.xml.gz"
    with gzip.open(path, "wb", compresslevel=1) as target:
        target.write(b"<posts><post><id>1</id></post><post>" + before)
        for _ in range(50 if len(piece) > MIB // 2 else 1):
            target.write(piece)
        target.write(behind + b"</post><post><id>3</id></post></posts>")
    most = MIB // 4
    reader = reading(tmp_path, path.read_bytes(), name="x.xml.gz", max_bytes=most)
    with peak_below(40 * MIB):
        first, bomb, last = summary(reader)
    assert (first, last) == ((10, b'{"id":"1"}'), (10, b'{"id":"3"}'))
    assert reader.notes == []
    (record,) = [record for record in reader if record.position == 2]
    assert reason(record, most) is (Reason.TOO_DEEP if name == "depth" else Reason.OVERSIZED)
    assert bomb[0] <= most + 1


def test_elements_a_million_deep_are_not_held(tmp_path: Path) -> None:
    reader = reading(tmp_path, b"<posts><post id='1'/><post>" + b"<a>" * MIB)
    with peak_below(20 * MIB):
        assert objects(reader) == [{"id": "1"}]
    (note,) = reader.notes
    assert "nested deeper than 1000 levels" in note.text


def test_a_tag_without_end_is_damage(tmp_path: Path) -> None:
    reader = reading(tmp_path, b"<posts><post id='1'/><post id='" + b"x" * (12 * MIB))
    assert objects(reader) == [{"id": "1"}]
    assert kinds(reader.notes) == [NoteKind.DAMAGED]


# Anything

each = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None)
NAMES = st.sampled_from(["a", "b", "post", "text", "d.e", "ö"])
TEXTS = st.text(st.sampled_from(list("ab <>&'\"\t\nü漢😀")), max_size=8)
TREES = st.recursive(
    st.tuples(st.dictionaries(NAMES, TEXTS, max_size=2), TEXTS, st.just(())),
    lambda inner: st.tuples(
        st.dictionaries(NAMES, TEXTS, max_size=2),
        TEXTS,
        st.lists(st.tuples(NAMES, inner), max_size=3).map(tuple),
    ),
    max_leaves=6,
)


def element(name: str, tree: Any) -> ElementTree.Element:
    attributes, text, children = tree
    made = ElementTree.Element(name, attributes)
    made.text = text
    made.extend(element(child, inner) for child, inner in children)
    return made


def told(tree: Any) -> Any:
    """The tree as docs/mapping.md says, made another way."""
    attributes, text, children = tree
    parts: dict[str, list[Any]] = {}
    for name, value in [*attributes.items(), *((child, told(inner)) for child, inner in children)]:
        parts.setdefault(name, []).append(value)
    if not parts:
        return text if text.strip() else None
    whole = {name: found[0] if len(found) == 1 else found for name, found in parts.items()}
    return whole | ({"#text": text.strip()} if text.strip() else {})


@each
@given(st.lists(TREES, max_size=4), st.sampled_from(["utf-8", "utf-16", "iso-8859-1"]), st.integers(1, 7))
def test_records_are_read_as_they_were_written_however_they_are_cut_into_pieces(
    tmp_path: Path, trees: list[Any], encoding: str, piece: int
) -> None:
    root = ElementTree.Element("posts")
    root.extend(element("post", tree) for tree in trees)
    content = ElementTree.tostring(root, encoding=encoding, xml_declaration=True)
    expected = [found if type(found) is dict else {"#text": found} for found in map(told, trees)]
    reader = reading(tmp_path, content)
    assert objects(reader) == expected
    assert kinds(reader.notes) == ([] if trees else [NoteKind.NOT_READ])
    with patch.object(streams, "_CHUNK_BYTES", piece):
        assert objects(reader) == expected


PARTS = [b"<posts>", b"<post>", b"</post>", b"<post id='1'/>", b"</posts>", b"&amp;", b"&x;", b"<!--", b"-->", b"\0"]
PARTS += [b"<![CDATA[", b"]]>", b"<?x?>", b"<!DOCTYPE posts [", b"]>", b"<!ENTITY x 'y'>", b"a", b"\xc3\xbc", b"\xff"]


@each
@given(st.lists(st.sampled_from(PARTS) | st.binary(max_size=4), max_size=20).map(b"".join), st.integers(1, 7))
def test_any_bytes_give_records_and_always_the_same(tmp_path: Path, content: bytes, piece: int) -> None:
    reader = reading(tmp_path, b"<posts>" + content, max_bytes=64)
    first, notes = list(reader), reader.notes
    values(first)
    with patch.object(streams, "_CHUNK_BYTES", piece):
        assert list(reader) == first
        assert [note.kind for note in reader.notes] == [note.kind for note in notes]
    for record in first:
        (item,) = decode(record, format_name=None, max_bytes=64)
        assert isinstance(item, Dead)
        assert len(record.value or b"") <= 65
