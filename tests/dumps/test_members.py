"""Laws of members: all that is there, once, in a fixed order, under names that do not depend on the machine."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from backports import zstd

from pipeline.dumps import tars
from pipeline.dumps.damage import Damaged
from pipeline.dumps.members import members
from schemas.errors import TerminalError

LINE = b'{"id": 1}\n'


def contents(*paths: Path) -> dict[str, bytes]:
    found = {}
    for member in members(paths):
        with member.open() as content:
            assert member.name not in found
            found[member.name] = content.read()
    return found


def zipped(path: Path, *entries: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def tarred(path: Path, mode: str, *entries: tuple[str, bytes]) -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in entries:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def test_folders_are_walked_in_order_of_name_without_what_is_hidden(tmp_path: Path) -> None:
    root = tmp_path / "dump"
    for name in ("b/2.jsonl", "b/1.jsonl", "a.csv", "c.csv", ".hidden", ".git/x", "__MACOSX/._a.csv"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())
    assert list(contents(root)) == ["dump/a.csv", "dump/b/1.jsonl", "dump/b/2.jsonl", "dump/c.csv"]
    assert list(contents(root / "c.csv", root / "b")) == ["c.csv", "b/1.jsonl", "b/2.jsonl"]


def test_links_within_folders_are_not_followed_but_a_path_may_be_one(tmp_path: Path) -> None:
    root = tmp_path / "dump"
    root.mkdir()
    (tmp_path / "secret").write_bytes(b"outside")
    (root / "a").write_bytes(LINE)
    (root / "out").symlink_to(tmp_path / "secret")
    (root / "loop").symlink_to(root)
    (root / "again").symlink_to(root / "a")
    assert contents(root) == {"dump/a": LINE}
    assert contents(root / "again") == {"again": LINE}


def test_paths_that_would_be_confused_are_refused(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.csv").write_bytes(b"a")
    one, two = tmp_path / "one" / "x.csv", tmp_path / "two" / "x.csv"
    with pytest.raises(TerminalError, match=r"would both be called x\.csv"):
        members([one, two])
    with pytest.raises(TerminalError, match="read twice"):
        members([one, tmp_path / "one"])
    with pytest.raises(TerminalError, match="no such file"):
        members([tmp_path / "three"])
    assert list(contents(one, one)) == ["x.csv"]


def test_a_zip_gives_its_members_in_its_own_order_and_unpacks_what_is_compressed_in_it(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "archive.zip",
        ("data/z.js", b"window.x = []"),
        ("data/", b""),
        ("data/a.jsonl.gz", gzip.compress(LINE)),
        ("__MACOSX/data/._z.js", b"x"),
        ("data/.DS_Store", b"x"),
        ("b.zst", zstd.compress(LINE)),
    )
    assert contents(path) == {
        "archive.zip!data/z.js": b"window.x = []",
        "archive.zip!data/a.jsonl.gz": LINE,
        "archive.zip!b.zst": LINE,
    }


def test_of_folders_and_archives_only_what_is_included_is_given(tmp_path: Path) -> None:
    root = tmp_path / "dump"
    for name in ("data/tweets.js", "data/tweets-part1.js", "data/like.js", "old/tweets.js"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(LINE)
    zipped(root / "a.zip", ("data/tweets.js", LINE), ("data/like.js", LINE))
    (tmp_path / "given.csv").write_bytes(LINE)

    def named(*patterns: str) -> list[str]:
        return [member.name.removeprefix("dump/") for member in members([root, tmp_path / "given.csv"], patterns)]

    data = ["data/tweets-part1.js", "data/tweets.js"]
    assert named("data/tweets*.js") == ["a.zip!data/tweets.js", *data, "given.csv"]
    assert named("*.zip") == ["a.zip!data/tweets.js", "a.zip!data/like.js", "given.csv"]
    assert named("a.zip/data/like.js", "old/*") == ["a.zip!data/like.js", "old/tweets.js", "given.csv"]
    with pytest.raises(TerminalError, match=r"no file is as \*\.csv says"):
        list(members([root], ["*.csv"]))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_of_the_same_name_stay_apart(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", ("x", b"1"), ("x#2", b"2"), ("x", b"3"))
    assert contents(path) == {"a.zip!x": b"1", "a.zip!x#2": b"2", "a.zip!x#3": b"3"}


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tar_files_are_told_by_their_bytes_and_give_the_same_members_in_any_order(tmp_path: Path, mode: str) -> None:
    big = os.urandom(300_000)
    path = tarred(
        tmp_path / "dump.bin", mode, ("./a.jsonl", LINE), ("b" * 200 + "/b", big), (".hidden", b""), ("c", b"")
    )
    names = ["dump.bin!a.jsonl", "dump.bin!" + "b" * 200 + "/b", "dump.bin!c"]
    assert contents(path) == dict(zip(names, [LINE, big, b""], strict=True))
    listed = list(members([path]))
    assert [member.open().read() for member in reversed(listed)] == [b"", big, LINE]


def test_a_damaged_tar_file_gives_what_comes_before_and_tells(tmp_path: Path) -> None:
    whole = tarred(tmp_path / "whole.tar", "w", ("a", LINE), ("b", LINE * 1000), ("c", LINE)).read_bytes()
    (tmp_path / "half.tar").write_bytes(whole[:1700])
    a, b, archive = members([tmp_path / "half.tar"])
    assert (a.open().read(), archive.name) == (LINE, "half.tar")
    with b.open() as content:
        assert content.read() == (LINE * 1000)[: 1700 - 1536]
        with pytest.raises(Damaged, match="too early"):
            content.read()
    with pytest.raises(Damaged, match="no tar file from here on"):
        archive.open().read()
    header = 1536 + -(-len(LINE * 1000) // 512) * 512
    (tmp_path / "odd.tar").write_bytes(whole[:header] + b"?" * 512 + whole[header + 512 :])
    assert [member.name for member in members([tmp_path / "odd.tar"])] == ["odd.tar!a", "odd.tar!b", "odd.tar"]


def test_a_broken_zip_tells_why(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", ("x", LINE * 1000))
    whole = path.read_bytes()
    for name, content, why in (
        ("method.zip", whole.replace(b"\x08\x00", b"\x09\x00"), "Deflate64"),
        ("locked.zip", _with_flag(whole), "password"),
        ("astray.zip", whole.replace(b"PK\x03\x04", b"PK\x03\x05", 1), "PATH"),
    ):
        (tmp_path / name).write_bytes(content)
        if why == "PATH":  # no archive by its first bytes, so it is a file as any other
            assert list(contents(tmp_path / name)) == [name]
            continue
        (member,) = members([tmp_path / name])
        with pytest.raises(Damaged, match=why):
            member.open().read()


def _with_flag(content: bytes) -> bytes:
    at = content.index(b"PK\x01\x02") + 8
    return content[:at] + bytes([content[at] | 1]) + content[at + 1 :]


def test_a_document_that_is_a_zip_is_one_member(tmp_path: Path) -> None:
    path = zipped(tmp_path / "book.xlsx", ("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>"))
    assert list(contents(path)) == ["book.xlsx"]


def test_names_that_are_no_utf8_can_be_stored(tmp_path: Path) -> None:
    root = tmp_path / "d"
    root.mkdir()
    (root / os.fsdecode(b"gr\xfc\xdfe.csv")).write_bytes(b"x")
    (name,) = contents(root)
    assert name.encode() == rb"d/gr\xfc\xdfe.csv"


def test_opening_twice_reads_twice(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", ("x", LINE))
    (member,) = members([path])
    assert member.open().read() == member.open().read() == LINE


def test_a_file_that_may_not_be_read_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x")

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(TerminalError, match=r"a\.csv: cannot be read \(Permission denied\)"):
        list(members([path]))


def test_a_compressed_tar_file_is_listed_once_a_process_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listings: list[tars.Tar] = []
    entries = tars.Tar.entries

    def counted(tar: tars.Tar) -> Iterator[tars.Entry]:
        listings.append(tar)
        return entries(tar)

    monkeypatch.setattr(tars.Tar, "entries", counted)
    path = tarred(tmp_path / "x.tar.gz", "w:gz", ("a", LINE), ("b", LINE * 2))
    first = next(iter(members([path])))
    assert len(listings) == 1
    for _ in range(3):
        assert contents(path) == {"x.tar.gz!a": LINE, "x.tar.gz!b": LINE * 2}
    assert first.open().read() == LINE
    assert len(listings) == 2, "one that was left amid is not kept"
    tarred(path, "w:gz", ("c", LINE))
    assert contents(path) == contents(path) == {"x.tar.gz!c": LINE}
    path.write_bytes(path.read_bytes()[:-20])
    assert [member.name for member in members([path])] == [member.name for member in members([path])]
    assert len(listings) == 5, "a damaged one is listed each time"
