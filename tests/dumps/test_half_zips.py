"""Laws of half a ZIP file: it has no list of contents, and gives its members by their own headers all the same."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from pipeline.dumps import zip_walk
from pipeline.dumps.damage import Damaged
from pipeline.dumps.members import members
from pipeline.dumps.notes import NoteKind
from pipeline.dumps.options import ReadOptions
from pipeline.dumps.reader import DumpReader
from schemas.errors import TerminalError
from tests.dumps.helpers import MAX_BYTES, values


def lines(seed: int, count: int) -> bytes:
    draw = random.Random(seed)
    return b"".join(b'{"id": %d, "text": "%d"}\n' % (n, draw.getrandbits(200)) for n in range(count))


ENTRIES = {
    "data/account.js": b"window.x = [{}]",
    "data/empty": b"",
    "data/tweets.js": lines(1, 3000),
    "__MACOSX/data/._tweets.js": b"x",
    "data/tweets-part1.js": lines(2, 3000),
    "grüße/like.js": b"PK\x07\x08PK\x03\x04" * 9 + lines(3, 100),
}
SHOWN = {name: content for name, content in ENTRIES.items() if not name.startswith("__MACOSX")}


class Pipe(io.RawIOBase):
    """Takes bytes as a socket does: sizes and checksums come behind the data."""

    def __init__(self) -> None:
        self.taken = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        self.taken += data
        return len(data)


def zipped(method: int, *, streamed: bool = False, long: bool = False) -> bytes:
    file: IO[bytes] = Pipe() if streamed else io.BytesIO()  # type: ignore[assignment]
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in ENTRIES.items():
            with archive.open(zipfile_info(name, method), "w", force_zip64=long) as target:
                target.write(content)
    return bytes(file.taken) if isinstance(file, Pipe) else file.getvalue()  # type: ignore[attr-defined]


def zipfile_info(name: str, method: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.compress_type = method
    return info


WRITTEN: dict[str, Callable[[], bytes]] = {
    "deflated": lambda: zipped(zipfile.ZIP_DEFLATED),
    "stored": lambda: zipped(zipfile.ZIP_STORED),
    "bzip2": lambda: zipped(zipfile.ZIP_BZIP2),
    "streamed": lambda: zipped(zipfile.ZIP_DEFLATED, streamed=True),
    "streamed, stored": lambda: zipped(zipfile.ZIP_STORED, streamed=True),
    "long": lambda: zipped(zipfile.ZIP_DEFLATED, long=True),
    "streamed, long": lambda: zipped(zipfile.ZIP_DEFLATED, streamed=True, long=True),
}


def read(path: Path) -> tuple[dict[str, bytes], list[str], Damaged]:
    """Contents by name, the names of those that are cut, and what is told of the archive, which comes last."""
    found, cut = {}, []
    *inner, archive = members([path])
    for member in inner:
        name = member.name.removeprefix("a.zip!")
        found[name] = b""
        with member.open() as content:
            try:
                while piece := content.read(10_000):
                    found[name] += piece
            except Damaged as error:
                assert "too early" in error.why
                assert error.byte == len(found[name])
                cut.append(name)
    assert archive.name == "a.zip"
    with pytest.raises(Damaged) as told:
        archive.open().read()
    return found, cut, told.value


@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
def test_half_an_archive_gives_whole_members_and_of_the_last_one_what_decodes(
    tmp_path: Path, write: Callable[[], bytes]
) -> None:
    whole = write()
    path = tmp_path / "a.zip"
    for share in (0.0005, 0.1, 0.3, 0.5, 0.7, 0.9):
        path.write_bytes(whole[: max(30, int(len(whole) * share))])
        found, cut, told = read(path)
        assert list(found) == list(SHOWN)[: len(found)]
        assert len(cut) <= 1
        for name, content in found.items():
            assert SHOWN[name].startswith(content)
            assert name in cut or SHOWN[name] == content
        assert told.byte <= path.stat().st_size
        assert "half a ZIP file" in told.why
        if share > 0.3:
            assert "data/tweets.js" in found
            assert cut
            assert len(found[cut[0]]) > 1000 or whole[8] == zipfile.ZIP_BZIP2  # whose blocks have 900 kB


@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
def test_an_archive_that_lacks_but_its_end_gives_all(tmp_path: Path, write: Callable[[], bytes]) -> None:
    whole = write()
    path = tmp_path / "a.zip"
    path.write_bytes(whole[:-30])
    assert read(path)[:2] == (SHOWN, [])
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert read(path)[2].byte == archive.start_dir


def test_what_is_corrupt_in_a_half_archive_costs_no_other_member(tmp_path: Path) -> None:
    whole = bytearray(zipped(zipfile.ZIP_DEFLATED, streamed=True)[:-30])
    at = whole.index(b"data/tweets.js") + 20_000
    whole[at : at + 40] = bytes(40)
    path = tmp_path / "a.zip"
    path.write_bytes(whole)
    *inner, _ = members([path])
    good = [member for member in inner if member.name != "a.zip!data/tweets.js"]
    assert {member.name.removeprefix("a.zip!"): member.open().read() for member in good} == {
        name: content for name, content in SHOWN.items() if name != "data/tweets.js"
    }


def test_a_descriptor_without_its_mark_ends_the_walk_but_not_the_member(tmp_path: Path) -> None:
    """The mark is a custom of nearly all (APPNOTE 4.3.9.3). Without it the member ends where its own data say so."""
    whole = zipped(zipfile.ZIP_DEFLATED, streamed=True)
    path = tmp_path / "a.zip"
    path.write_bytes(whole[:-30].replace(b"PK\x07\x08", b""))
    found, cut, _ = read(path)
    assert (found, cut) == ({"data/account.js": ENTRIES["data/account.js"]}, [])


def test_the_mark_of_a_descriptor_is_found_across_the_pieces_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(zipfile.ZIP_STORED, streamed=True)[:-30])
    whole, _ = zip_walk.walk(path)
    for size in (1, 7, 23, 24, 100):
        monkeypatch.setattr(zip_walk, "_PIECE", size)
        assert [(x.filename, x.file_size, x.CRC) for x in zip_walk.walk(path)[0]] == [
            (x.filename, x.file_size, x.CRC) for x in whole
        ]


def test_records_and_damage_of_half_an_archive_have_their_numbers(tmp_path: Path) -> None:
    whole = zipped(zipfile.ZIP_DEFLATED, streamed=True)
    path = tmp_path / "a.zip"
    path.write_bytes(whole[: int(len(whole) * 0.6)])
    *_, last, archive = members([path])
    reader = DumpReader(last, ReadOptions(), MAX_BYTES)
    found = values(list(reader))
    assert found == ENTRIES["data/tweets-part1.js"].splitlines()[: len(found)]
    assert len(found) > 100
    (note,) = reader.notes
    assert (note.kind, note.record) == (NoteKind.DAMAGED, len(found) + 1)
    assert note.byte is not None
    assert sum(map(len, found)) + len(found) <= note.byte < sum(map(len, found)) + len(found) + 100
    reader = DumpReader(archive, ReadOptions(), MAX_BYTES)
    assert list(reader) == []
    assert reader.notes[0].byte == path.stat().st_size


def test_what_is_wrong_with_an_archive_is_told_whatever_is_included(tmp_path: Path) -> None:
    whole = zipped(zipfile.ZIP_DEFLATED)
    (tmp_path / "a.zip").write_bytes(whole[: len(whole) // 2])
    assert [member.name for member in members([tmp_path], ["data/tweets.js"])] == [
        f"{tmp_path.name}/a.zip!data/tweets.js",
        f"{tmp_path.name}/a.zip",
    ]
    (tmp_path / "a.zip").write_bytes(whole)
    with pytest.raises(TerminalError, match="no file is as"):
        list(members([tmp_path], ["data/nothing.js"]))


def test_half_a_workbook_is_no_archive_of_parts(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("xl/workbook.xml", b"<x/>" * 99)
    path.write_bytes(path.read_bytes()[:-200])
    (member,) = members([path])
    reader = DumpReader(member, ReadOptions(), MAX_BYTES)
    assert list(reader) == []
    assert [(note.kind, note.byte) for note in reader.notes] == [(NoteKind.DAMAGED, path.stat().st_size)]


def test_any_bytes_behind_a_header_are_walked_to_an_end(tmp_path: Path) -> None:
    draw = random.Random(7)
    whole = zipped(zipfile.ZIP_DEFLATED, streamed=True, long=True)
    for _ in range(200):
        content = bytearray(whole[: draw.randrange(30, len(whole))])
        for _ in range(draw.randrange(20)):
            content[draw.randrange(4, min(len(content), 400))] = draw.randrange(256)
        path = tmp_path / "a.zip"
        path.write_bytes(content)
        for member in members([path]):
            for _ in DumpReader(member, ReadOptions(), MAX_BYTES):
                pass
