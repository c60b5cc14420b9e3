"""Laws of tables: every row of data is a record, whatever the encoding, the delimiter, and what stands above."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from configs.dumps import DumpsSource
from pipeline.commands.app import app
from pipeline.dumps.headers import unique
from pipeline.dumps.notes import NoteKind
from schemas.decode import decode
from schemas.record import Dead, Reason
from tests.dumps.helpers import kinds, lines, reader_of, rows, values

MELTWATER = "Date\tTime\tHit Sentence\tURL\tAuthor Handle\r\n"
MELTWATER_ROW = "03-Jul-2025\t05:12 PM\tGrüße 😀 aus Köln\thttps://example.org/1\t@tester\r\n"
MELTWATER_READ = {
    "Date": "03-Jul-2025",
    "Time": "05:12 PM",
    "Hit Sentence": "Grüße 😀 aus Köln",
    "URL": "https://example.org/1",
    "Author Handle": "@tester",
}
JUNK = "Report generated for the team\r\n\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "utf-16", "utf-32", "marked-be"])
@pytest.mark.parametrize("junk", ["", JUNK])
def test_encodings_are_told_by_marks_and_nuls(tmp_path: Path, encoding: str, junk: str) -> None:
    """Tabs in UTF-16 named .csv, with and without the junk above: as Meltwater writes them."""
    text = junk + MELTWATER + MELTWATER_ROW * 2
    content = codecs.BOM_UTF16_BE + text.encode("utf-16-be") if encoding == "marked-be" else text.encode(encoding)
    reader = reader_of(tmp_path, content, "x.csv")
    assert rows(list(reader)) == [MELTWATER_READ] * 2
    assert kinds(reader.notes) == [NoteKind.ABOVE_HEADER] * bool(junk)


def test_utf16_with_commas_is_no_wide_column_of_junk(tmp_path: Path) -> None:
    """Google Play's monthly report."""
    text = 'Package Name,Review Text,Star Rating\norg.example,"gut, aber langsam",3\n'
    (row,) = rows(list(reader_of(tmp_path, codecs.BOM_UTF16_LE + text.encode("utf-16-le"), "reviews.csv")))
    assert row == {"Package Name": "org.example", "Review Text": "gut, aber langsam", "Star Rating": "3"}


@pytest.mark.parametrize("taken_for", ["latin-1", "cp1252"])
def test_a_mark_taken_for_letters_is_mended_and_told(tmp_path: Path, taken_for: str) -> None:
    text = (MELTWATER + MELTWATER_ROW.replace("😀", "€")).encode("utf-16-le")
    content = (codecs.BOM_UTF16_LE + text).decode(taken_for, "replace").encode()
    reader = reader_of(tmp_path, content, "x.csv")
    (row,) = rows(list(reader))
    assert row["Hit Sentence"] == "Grüße € aus Köln"
    assert kinds(reader.notes) == [NoteKind.ENCODING_MENDED]
    reader = reader_of(tmp_path, ("ÿþ" + MELTWATER + MELTWATER_ROW).encode(), "y.csv")
    assert rows(list(reader)) == [MELTWATER_READ]


def test_nuls_are_removed_and_told(tmp_path: Path) -> None:
    reader = reader_of(tmp_path, b"id,text\n1,a\0b\n\0\0\n2,c\n", "x.csv")
    assert values(list(reader)) == [b"1,ab", b"2,c"]
    assert [(note.kind, note.text) for note in reader.notes] == [
        (NoteKind.NULS_REMOVED, "NUL characters that were removed: 3")
    ]


def test_bytes_that_are_no_utf8_are_never_guessed(tmp_path: Path) -> None:
    content = b"id,text\n1,Gr\xfc\xdfe\n2,ok\n"
    records = list(reader_of(tmp_path, content, "x.csv"))
    assert values(records) == [b"1,Gr\xfc\xdfe", b"2,ok"]
    (item,) = decode(records[0], format_name=None, max_bytes=1000)
    assert isinstance(item, Dead)
    assert item.reason is Reason.NOT_UTF8
    assert rows(list(reader_of(tmp_path, content, "x.csv", encoding="cp1252")))[0] == {"id": "1", "text": "Grüße"}


def test_what_an_encoding_cannot_tell_becomes_the_replacement_character(tmp_path: Path) -> None:
    text = "id,text\n1,a\ud83d b\n".encode("utf-16-le", "surrogatepass")
    reader = reader_of(tmp_path, text + b"x", "x.csv")
    assert values(list(reader))[0] == "1,a\ufffd b".encode()
    assert kinds(reader.notes) == [NoteKind.CHARACTERS_LOST]


def test_metadata_above_the_header_is_left_out_and_told(tmp_path: Path) -> None:
    """As Brandwatch writes it: the header is the sixth line."""
    block = 'Report:,"Mentions, all"\nBrand:,Falke\nLabel:,\n\nDate,2024-01-31\n'
    table = "Query Id,Date,Title,Snippet,Url\n7,2024-01-01,T,S,https://x.com/a/status/1\n"
    reader = reader_of(tmp_path, (block + table).encode(), "x.csv")
    records = list(reader)
    assert rows(records)[0]["Snippet"] == "S"
    assert lines(records) == [7]
    assert [note.text for note in reader.notes] == ["the header is row 6; what stands above it was left out"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found_by_the_header(tmp_path: Path, delimiter: str) -> None:
    text = f"id{delimiter}text{delimiter}autor\n1{delimiter}a, b; c{delimiter}d\n".replace("a, b; c", '"a, b; c"')
    assert rows(list(reader_of(tmp_path, text.encode(), "x.txt"))) == [{"id": "1", "text": "a, b; c", "autor": "d"}]


def test_delimiters_are_found_where_no_name_is_known(tmp_path: Path) -> None:
    reader = reader_of(tmp_path, b"Nummer;Wortlaut\n1;eins, zwei, drei\n2;vier\n", "x.csv")
    assert rows(list(reader))[0] == {"Nummer": "1", "Wortlaut": "eins, zwei, drei"}
    assert kinds(reader.notes) == [NoteKind.HEADER_ASSUMED]


def test_the_line_that_excel_wants_tells_the_delimiter(tmp_path: Path) -> None:
    assert rows(list(reader_of(tmp_path, b"sep=|\r\nfoo|bar\r\n1|2\r\n", "x.csv"))) == [{"foo": "1", "bar": "2"}]


def test_a_single_column_of_text_may_hold_commas(tmp_path: Path) -> None:
    content = b'text\nnice, really\n"quoted, too"\n'
    assert rows(list(reader_of(tmp_path, content, "x.csv"))) == [{"text": "nice, really"}, {"text": "quoted, too"}]


def test_options_tell_what_cannot_be_found(tmp_path: Path) -> None:
    content = b"title above\n7:a\n8:b\n"
    reader = reader_of(tmp_path, content, "x", delimiter=":", header="none")
    records = list(reader)
    assert values(records) == [b"title above", b"7,a", b"8,b"]
    assert records[1].headers["echolot-columns"] == b"c1,c2"
    assert rows(list(reader_of(tmp_path, content, "x", delimiter=":", header=2))) == [{"7": "8", "a": "b"}]
    text = b"some line\nwo;was\n1;2\n"
    assert rows(list(reader_of(tmp_path, text, "x", column_names=frozenset({"Wo", "Was"}))))[0] == {
        "wo": "1",
        "was": "2",
    }


def test_headers_of_records_tell_what_the_options_do(tmp_path: Path) -> None:
    options: dict[str, Any] = {
        "format_name": "twcs",
        "zone": "Europe/Berlin",
        "day_first": True,
        "headers": {"k": b"v"},
    }
    (record,) = reader_of(tmp_path, b"id,text\n1,a\n", "x.csv", **options)
    assert dict(record.headers) == {
        "k": b"v",
        "echolot-format": b"twcs",
        "echolot-zone": b"Europe/Berlin",
        "echolot-day-first": b"true",
        "echolot-columns": b"id,text",
        "echolot-line": b"2",
    }


def test_rows_may_span_lines_of_any_kind(tmp_path: Path) -> None:
    content = b'id,text\r\n1,"a\nb\r\nc\rd"\r\n\r\n2,"say ""hi"""\n3,x\r4,y'
    records = list(reader_of(tmp_path, content, "x.csv"))
    assert [row["text"] for row in rows(records)] == ["a\nb\r\nc\rd", 'say "hi"', "x", "y"]
    assert lines(records) == [2, 7, 8, 9]


@pytest.mark.parametrize("odd", [b'2,"never closed', b'2,"closed" too early', b'"2"x,y'])
def test_a_quote_left_open_costs_its_own_line_only(tmp_path: Path, odd: bytes) -> None:
    """The rest is read on, and no row is lost, though a later quote could close the first."""
    content = b'id,text\n1,a\n%s\n3,"b"\n4,"c\nd"\n5,e\n' % odd
    records = list(reader_of(tmp_path, content, "x.csv"))
    assert values(records) == [b"1,a", odd, b"3,b", b'4,"c\nd"', b"5,e"]
    assert lines(records) == [2, 3, 4, 5, 7]
    (item,) = decode(records[1], format_name=None, max_bytes=1000)
    assert isinstance(item, Dead)
    assert item.reason is Reason.NOT_CSV


def test_a_quote_left_open_to_the_end_costs_its_own_line_only(tmp_path: Path) -> None:
    records = list(reader_of(tmp_path, b'id,text\n1,a\n2,"open\n3,b\n\n4,"""c"', "x.csv"))
    assert values(records) == [b"1,a", b'2,"open', b"3,b", b'4,"""c"']


def test_a_quote_stays_open_for_64_ki_characters_at_most(tmp_path: Path) -> None:
    text = "x" * 99
    short, long = f'1,"{(text + chr(10)) * 600}"\n', f'2,"{(text + chr(10)) * 700}"\n'
    records = list(reader_of(tmp_path, f"id,text\n{short}{long}3,end\n".encode(), "x.csv"))
    assert len(records[0].value or b"") == len(short) - 1
    assert records[1].value == f'2,"{text}'.encode()
    assert len(records) == 1 + 700 + 1 + 1
    assert records[-1].value == b"3,end"


def test_a_row_that_is_none_is_never_taken_for_one_with_commas(tmp_path: Path) -> None:
    records = list(reader_of(tmp_path, b'id;text\nx;"a"b,c\n2;x\n', "x.csv"))
    (item,) = decode(records[0], format_name=None, max_bytes=1000)
    assert isinstance(item, Dead)
    assert item.reason is Reason.NOT_CSV


def test_rows_of_a_wrong_width_are_given_as_they_are(tmp_path: Path) -> None:
    records = list(reader_of(tmp_path, b"id;text;url\n1;a\n2;a;b;c\n3;a;b\n", "x.csv"))
    assert values(records) == [b"1,a", b"2,a,b,c", b"3,a,b"]
    for record in records[:2]:
        (item,) = decode(record, format_name=None, max_bytes=1000)
        assert isinstance(item, Dead)
        assert item.reason is Reason.NOT_CSV


def test_blank_rows_and_repeated_headers_are_no_records(tmp_path: Path) -> None:
    content = "\ufeffid,text\n1,a\n\n ,\t\n,\n\ufeffid,text\n2,b\n".encode()
    reader = reader_of(tmp_path, content, "x.csv")
    records = list(reader)
    assert values(records) == [b"1,a", b"2,b"]
    assert lines(records) == [2, 7]
    assert [note.text for note in reader.notes] == ["rows that repeat the header and were left out: 1"]


def test_a_row_that_begins_with_a_brace_is_still_a_row(tmp_path: Path) -> None:
    records = list(reader_of(tmp_path, b"text,id\n{not json},1\n[a],2\n", "x.csv"))
    assert rows(records) == [{"text": "{not json}", "id": "1"}, {"text": "[a]", "id": "2"}]
    (item,) = decode(records[0], format_name=None, max_bytes=1000)
    assert isinstance(item, Dead)
    assert item.reason is Reason.UNKNOWN_FORMAT  # and not that it is no JSON


def test_names_of_columns_become_unique() -> None:
    assert unique(["id", "", "text", " text ", "text 2", "a\r\nb", ""]) == (
        *("id", "column 2", "text", "text 3", "text 2", "a b", "column 7"),
    )


def test_a_header_that_shows_mojibake_is_mended_with_its_rows(tmp_path: Path) -> None:
    text = "id,text,größe\n1,schön,é\n2,plain,x\n"
    content = text.encode().decode("cp1252").encode() + "3,ü,schÃ¶n\n".encode()
    reader = reader_of(tmp_path, content, "x.csv")
    assert rows(list(reader)) == [
        {"id": "1", "text": "schön", "größe": "é"},
        {"id": "2", "text": "plain", "größe": "x"},
        {"id": "3", "text": "ü", "größe": "schön"},
    ]
    assert kinds(reader.notes) == [NoteKind.ENCODING_MENDED]
    reader = reader_of(tmp_path, "id,text\n1,schÃ¶n\n".encode(), "y.csv")
    assert rows(list(reader)) == [{"id": "1", "text": "schÃ¶n"}]


def test_quotes_may_be_letters_as_any_other(tmp_path: Path) -> None:
    content = b'id\ttext\n1\t"so" he said\n2\t"never closed\n3\tx\n'
    records = list(reader_of(tmp_path, content, "x.tsv", quotes=False))
    assert [row["text"] for row in rows(records)] == ['"so" he said', '"never closed', "x"]


@pytest.mark.parametrize(
    "wrong", [{"delimiter": "ab"}, {"delimiter": '"'}, {"header": 0}, {"encoding": "klingon"}, {"encoding": "rot13"}]
)
def test_options_that_cannot_be_meant_are_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        reader_of(tmp_path, b"", "x", **wrong)


@pytest.mark.parametrize("second", ["", '"a"b,c', '"a\n', " "], ids=["blank", "broken", "open", "space"])
def test_a_named_header_row_that_is_none_makes_dead_letters_and_is_told(tmp_path: Path, second: str) -> None:
    reader = reader_of(tmp_path, f"Report\n{second}\nid,text\n1,a\n".encode(), "x.csv", header=2)
    records = list(reader)
    assert len(values(records)) == 2
    for record in records:
        (item,) = decode(record, format_name=None, max_bytes=1000)
        assert isinstance(item, Dead) and item.reason is Reason.NOT_CSV
        assert "no columns are known; mend" in item.detail
    told = "row 2, which --header-row (setting `header`) names, is blank, broken or not there: no row can be read"
    assert [note.text for note in reader.notes] == [f"{told}; mend it"]


def test_a_named_header_row_beyond_the_end_is_told(tmp_path: Path) -> None:
    reader = reader_of(tmp_path, b"id,text\n1,a\n", "x.csv", header=9)
    assert list(reader) == []
    assert kinds(reader.notes) == [NoteKind.NOT_READ]


OWN = frozenset({"Wortlaut", "Wann"})


@pytest.mark.parametrize("columns", [OWN, frozenset({"Wortlaut"})])
def test_names_that_the_options_tell_make_a_header_of_a_wide_row(tmp_path: Path, columns: frozenset[str]) -> None:
    text = "Bericht;Nordlauf\nStand;2024\n\nA;B;C;D;E;Wortlaut;Wann\n1;2;3;4;5;eins, zwei, drei, vier;2024\n"
    (row,) = rows(list(reader_of(tmp_path, text.encode(), "x.csv", column_names=columns)))
    assert (row["Wortlaut"], row["Wann"]) == ("eins, zwei, drei, vier", "2024")


def test_a_note_on_the_header_names_options_that_there_are(tmp_path: Path) -> None:
    reader = reader_of(tmp_path, b"foo,bar\n1,2\n", "x.csv")
    list(reader)
    told = "no column has a known name: row 1 was taken for the header; --header-row (setting `header`) tells another"
    assert [note.text for note in reader.notes] == [told]
    sniffed = get_command(app).commands["sniff"]
    assert "--header-row" in {option for each in sniffed.params for option in each.opts}
    assert "header" in DumpsSource.model_fields


@pytest.mark.parametrize(
    "told", [{"delimiter": ","}, {"header": 1}, {"header": "none"}], ids=["delimiter", "header", "none"]
)
@pytest.mark.parametrize("first", ['["a"]', "[1]", "[[1]]", "[]", "{a}", "<DATE>", "x = [1]x"])
def test_an_option_of_tables_makes_a_table_of_what_passes_for_something_else(
    tmp_path: Path, told: dict[str, Any], first: str
) -> None:
    reader = reader_of(tmp_path, f"{first},text\n1,a\n2,b\n".encode(), "x.csv", **told)
    assert len(rows(list(reader))) == 2 + (told == {"header": "none"})


@pytest.mark.parametrize(
    "content", [b'{"id": 1}\n{"id": 2}\n', b'[{"id": 1},\n{"id": 2}]', b'x=[{"id": 1}, {"id": 2}]', b"[\n]", b"x = []"]
)
def test_json_among_the_files_stays_json_whatever_is_told_of_tables(tmp_path: Path, content: bytes) -> None:
    """Options of tables are for all files of a folder, and not all of them need be tables."""
    reader = reader_of(tmp_path, content, "x", header="none", delimiter=",")
    assert values(list(reader)) == [b'{"id": 1}', b'{"id": 2}'][: content.count(b"{")]


WHY = {
    b"id,text,date\n1,a,b\n": [
        "utf-8: no byte order mark and no NULs tell another encoding",
        "commas: most known columns",
        "header row 1: known columns id, text, date",
    ],
    codecs.BOM_UTF8 + b"report\n\nid;text;date;likes;url;foo\n": [
        "utf-8: its byte order mark",
        "semicolons: most known columns",
        "header row 3: known columns id, text, date, likes and 1 more",
    ],
    "foo\tbar\n1\t2\n".encode("utf-16-le"): [
        "utf-16-le: where its NULs stand",
        "tabs: most rows as wide as the header",
        "header row 1: the first; no column has a known name",
    ],
    b"sep=|\nfoo|bar\n": [
        "utf-8: no byte order mark and no NULs tell another encoding",
        "bars: the line sep= tells it",
        "header row 2: the first; no column has a known name",
    ],
}


@pytest.mark.parametrize("content", WHY, ids=["commas", "mark", "nuls", "sep"])
def test_a_layout_says_why(tmp_path: Path, content: bytes) -> None:
    reader = reader_of(tmp_path, content, "x.csv")
    list(reader)
    assert reader.layout is not None and list(reader.layout.reasons) == WHY[content]


def test_a_layout_says_what_was_told(tmp_path: Path) -> None:
    reader = reader_of(tmp_path, b"a:b\n1:2\n", "x.csv", encoding="cp1252", delimiter=":", header="none")
    list(reader)
    assert reader.layout is not None
    assert reader.layout.reasons == ("cp1252: as told", ":: as told", "no header row: as told")
