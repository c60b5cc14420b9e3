import tracemalloc
from pathlib import Path

import pytest

from configs.settings import FilesSource
from pipeline.sources.files import FileRecords
from schemas.errors import TerminalError


def source(folder, written=(), most=100_000, **settings):
    return FileRecords(FilesSource(path=folder, interval=0.001, **settings), dict(written), most)


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
    first = everything(source(tmp_path))[0]
    assert first.source == f"{tmp_path.name}/t.csv"
    found = everything(source(tmp_path, {(first.source, first.partition): 7}))
    assert [(r.position, r.value) for r in found] == [(8, b"7,x"), (9, b"8,x"), (10, b"9,x")]
    assert everything(source(tmp_path, {(first.source, first.partition): 10})) == []


def last_of(records):
    """As the ledger would say it."""
    return {(r.source, r.partition): r.position for r in records}


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("rotate", ["renamed", "truncated", "replaced by a larger one"])
def test_a_file_that_is_rotated_is_read_from_its_beginning(tmp_path, rotate, restarted):
    path, other = tmp_path / "a.jsonl", tmp_path / "new"
    path.write_bytes(b'{"n": 1}\n{"n": 2}\n{"n": 3}\n')
    records = source(tmp_path)
    found = everything(records)
    lines = [b'{"n": %d}' % n for n in range(4, 6 if rotate != "replaced by a larger one" else 14)]
    if rotate == "truncated":
        path.write_bytes(b"\n".join(lines) + b"\n")
    else:
        other.write_bytes(b"\n".join(lines) + b"\n")
        if rotate == "renamed":
            path.rename(tmp_path / "a.jsonl.1")
        other.rename(path)
    again = source(tmp_path, last_of(found)) if restarted else records
    read = [r for r in everything(again) if r.source.endswith("/a.jsonl")]
    assert [(r.position, r.value) for r in read] == list(enumerate(lines, 1))
    assert len({r.partition for r in (*found, *read)}) == 2
    assert everything(again) == []


def test_a_file_of_the_same_name_in_another_folder_of_that_name_is_another_file(tmp_path):
    folders = [tmp_path / outer / "in" for outer in "ab"]
    for number, folder in enumerate(folders):
        folder.mkdir(parents=True)
        (folder / "x.jsonl").write_bytes(b'{"n": %d}\n' % number)
    first = everything(source(folders[0]))
    assert [r.value for r in everything(source(folders[1], last_of(first)))] == [b'{"n": 1}']
    assert everything(source(folders[0], last_of(first))) == []


def test_a_csv_file_is_told_by_its_first_row_not_its_header(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"id,text\n1,x\n2,y\n")
    records = source(tmp_path)
    found = everything(records)
    path.write_bytes(b"id,text\n")
    assert everything(records) == [], "no row yet"
    path.write_bytes(b"id,text\n3,x\n4,y\n5,z\n6,z\n")
    assert [r.value for r in everything(source(tmp_path, last_of(found)))] == [b"3,x", b"4,y", b"5,z", b"6,z"]
    assert [r.value for r in everything(records)] == [b"3,x", b"4,y", b"5,z", b"6,z"]


def test_a_file_that_is_written_anew_under_the_same_first_record_is_told(tmp_path, caplog):
    path, new = tmp_path / "a.jsonl", tmp_path / ".new"
    path.write_bytes(b'{"n": 1}\n{"n": 2}\n')
    records = source(tmp_path)
    everything(records)
    path.write_bytes(b'{"n": 1}\n')
    assert everything(records) == [] and everything(records) == []
    assert caplog.text.count("written anew with the same first record") == 1
    new.write_bytes(b'{"n": 1}\n{"n": 7}\n{"n": 3}\n')
    new.rename(path)
    assert [r.value for r in everything(records)] == [b'{"n": 3}']
    assert caplog.text.count("written anew with the same first record") == 2


@pytest.mark.parametrize("follow", [True, False])
def test_a_quoted_row_that_is_too_long_holds_nothing_back(tmp_path, follow):
    rows = [b'1,"' + b"x" * 2000 + b'"', b"2,y", b'3,"a\nb"', b'4,"' + b"x" * 2000 + b'"']
    (tmp_path / "t.csv").write_bytes(b"id,text\n" + b"\n".join(rows) + b"\n")
    found = everything(source(tmp_path, most=1000, follow=follow))
    assert [(r.position, r.value) for r in found] == [(n, row[:1001]) for n, row in enumerate(rows, 1)]


def test_a_file_that_comes_back_is_not_read_again(tmp_path):
    path, aside = tmp_path / "a.jsonl", tmp_path / ".a"
    path.write_bytes(b'{"n": 1}\n{"n": 2}\n')
    records = source(tmp_path)
    records.commit(last_of(everything(records)))
    path.rename(aside)
    assert everything(records) == []
    aside.rename(path)
    assert everything(records) == []
    with path.open("ab") as stream:
        stream.write(b'{"n": 3}\n')
    assert [(r.position, r.value) for r in everything(records)] == [(3, b'{"n": 3}')]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_line_that_is_too_long_is_cut_where_that_shows_and_the_next_one_is_whole(tmp_path, end):
    path = tmp_path / "a.jsonl"
    lines = [b"a" * 1000, b"b" * 1001, b"c" * 1_000_000, b"d"]
    path.write_bytes(end.join(lines))
    records = source(tmp_path, most=1000)
    assert [r.value for r in everything(records)] == [lines[0], lines[1], lines[2][:1001]], "the last is unfinished"
    with path.open("ab") as stream:
        stream.write(end)
    assert [(r.position, r.value, r.headers["echolot-line"]) for r in everything(records)] == [(4, b"d", b"4")]
    whole = source(tmp_path, most=1000, follow=False)
    assert [len(r.value) for r in everything(whole)] == [1000, 1001, 1001, 1]


def test_a_huge_line_needs_no_memory(tmp_path):
    with (tmp_path / "a.jsonl").open("wb") as stream:
        for _ in range(20):
            stream.write(b"x" * 1_000_000)
        stream.write(b"\n{}\n")
    tracemalloc.start()
    found = everything(source(tmp_path, most=100_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [len(r.value) for r in found] == [100_001, 2] and peak < 3_000_000


def test_a_batch_of_long_lines_is_bounded_too(tmp_path):
    (tmp_path / "a.jsonl").write_bytes((b"x" * 1000 + b"\n") * 100)
    records = source(tmp_path, most=1000)
    assert [len(records.poll(0).records) for _ in range(4)] == [32, 32, 32, 4]


def test_a_file_that_vanishes_costs_nothing_and_one_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    (tmp_path / "a.jsonl").write_bytes(b"{}\n")
    (tmp_path / "b.jsonl").write_bytes(b"{}\n")
    opened = Path.open

    def failing(error):
        def fails(path, *arguments, **named):
            if path.name == "a.jsonl":
                raise error(13, "Permission denied")
            return opened(path, *arguments, **named)

        return fails

    monkeypatch.setattr(Path, "open", failing(FileNotFoundError))
    assert [r.source for r in everything(source(tmp_path))] == [f"{tmp_path.name}/b.jsonl"]
    monkeypatch.setattr(Path, "open", failing(PermissionError))
    with pytest.raises(TerminalError, match=r"a\.jsonl: cannot be read \(Permission denied\); let the job read it"):
        source(tmp_path).poll(0)


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
