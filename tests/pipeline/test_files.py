import pytest

from configs.settings import FilesSource
from pipeline.sources.files import FileRecords
from schemas.errors import TerminalError


def source(folder, written=(), **settings):
    return FileRecords(FilesSource(path=folder, interval=0.001, **settings), dict(written))


def everything(records):
    found = []
    while batch := records.poll(0):
        found += batch.records
    return found


def test_a_record_is_a_line_and_blank_lines_are_none(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b'{"n": 1}\n\n   \r\n{"n": 2}\r\n')
    found = everything(source(tmp_path))
    assert [(r.position, r.value, r.headers["echolot-line"]) for r in found] == [
        (1, b'{"n": 1}', b"1"),
        (2, b'{"n": 2}', b"4"),
    ]


def test_files_come_in_order_of_name_and_hidden_ones_never(tmp_path):
    for name in ("b.jsonl", "a.jsonl", ".c.jsonl"):
        (tmp_path / name).write_text("{}\n")
    assert [r.source for r in everything(source(tmp_path))] == [f"{tmp_path.name}/{n}.jsonl" for n in "ab"]


def test_an_unfinished_line_waits_while_followed(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"n": 1}\n{"n":')
    records = source(tmp_path)
    assert len(everything(records)) == 1
    with path.open("ab") as stream:
        stream.write(b' 2}\n{"n": 3}\n')
    assert [(r.position, r.value) for r in everything(records)] == [(2, b'{"n": 2}'), (3, b'{"n": 3}')]
    assert not records.exhausted


def test_an_unfinished_line_is_a_record_where_nothing_is_followed(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"{}\n{")
    records = source(tmp_path, follow=False)
    assert [r.value for r in everything(records)] == [b"{}", b"{"]
    assert records.exhausted


def test_a_csv_row_may_span_lines_and_the_header_names_columns(tmp_path):
    (tmp_path / "t.csv").write_bytes(b'\xef\xbb\xbfid,"the text"\n1,"a\nb ""c"""\r\n2,d\n')
    found = everything(source(tmp_path))
    assert [r.value for r in found] == [b'1,"a\nb ""c"""', b"2,d"]
    assert {r.headers["echolot-columns"] for r in found} == {b'id,"the text"'}
    assert [r.headers["echolot-line"] for r in found] == [b"2", b"4"]


@pytest.mark.parametrize("follow", [True, False])
def test_a_stray_quote_costs_one_row_not_the_file(tmp_path, follow):
    rows = b"".join(b"%d,text %d\n" % (n, n) for n in range(20_000))
    (tmp_path / "t.csv").write_bytes(b'id,text\n0,"open\n' + rows)
    found = everything(source(tmp_path, follow=follow))
    assert len(found) == 20_001 and found[0].value == b'0,"open'


def test_after_a_restart_it_goes_on_where_the_ledger_ends(tmp_path):
    (tmp_path / "t.csv").write_bytes(b"id,text\n" + b"".join(b"%d,x\n" % n for n in range(10)))
    name = f"{tmp_path.name}/t.csv"
    found = everything(source(tmp_path, {(name, 0): 7}))
    assert [(r.position, r.value) for r in found] == [(8, b"7,x"), (9, b"8,x"), (10, b"9,x")]
    assert everything(source(tmp_path, {(name, 0): 10})) == []


def test_a_batch_is_bounded(tmp_path):
    (tmp_path / "a.jsonl").write_text("{}\n" * 25)
    records = source(tmp_path, poll_records=10)
    assert [len(records.poll(0).records) for _ in range(3)] == [10, 10, 5]


def test_a_format_is_named_by_file_name_pattern(tmp_path):
    (tmp_path / "t-1.csv").write_text("a\n1\n")
    (tmp_path / "u.jsonl").write_text("{}\n")
    found = everything(source(tmp_path, formats={"t-*.csv": "twcs"}))
    assert [r.headers.get("echolot-format") for r in found] == [b"twcs", None]


def test_a_missing_directory_is_named(tmp_path):
    with pytest.raises(TerminalError, match=r"none: cannot be read .*source\.path"):
        source(tmp_path / "none")
