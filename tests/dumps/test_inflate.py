"""Laws of decompression: all that decodes is given, then damage is told once, at its byte."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from backports import zstd

from pipeline.dumps.content import Content
from pipeline.dumps.damage import Damaged
from pipeline.dumps.inflate import STEP
from tests.dumps.helpers import the_member

TEXT = b"".join(b'{"id": %d, "text": "%d"}\n' % (n, random.Random(n).getrandbits(200)) for n in range(8_000))
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": lambda content: bz2.compress(content, 1),
    "xz": lzma.compress,
    "zstd": zstd.compress,
}
packers = pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)


def opened(folder: Path, content: bytes, name: str = "x.bin") -> Content:
    (folder / name).write_bytes(content)
    return the_member(folder / name).open()


def before_damage(content: Content, size: int = 50_000) -> tuple[bytes, Damaged]:
    found = bytearray()
    with pytest.raises(Damaged) as error:
        while piece := content.read(size):
            found += piece
    assert content.read() == b""  # told once
    assert error.value.byte == len(found)
    return bytes(found), error.value


@packers
def test_content_is_told_by_its_bytes_and_frames_follow_each_other(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    assert opened(tmp_path, pack(TEXT)).read() == TEXT
    content = opened(tmp_path, pack(TEXT) + pack(b"") + pack(b"more") + b"\0" * 100_000)
    assert content.read() == TEXT + b"more"
    assert content.consumed == (tmp_path / "x.bin").stat().st_size


@packers
@pytest.mark.parametrize("share", [0.0001, 0.5, 0.999])
def test_what_is_half_written_gives_all_that_decodes(
    tmp_path: Path, pack: Callable[[bytes], bytes], share: float
) -> None:
    packed = pack(TEXT)
    content = opened(tmp_path, packed[: max(12, int(len(packed) * share))])
    found, error = before_damage(content)
    assert TEXT.startswith(found)
    assert "too early" in error.why
    if share == 0.999:
        assert found


@packers
def test_what_is_corrupt_gives_all_before_and_the_same_whatever_is_asked_for(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    packed = bytearray(pack(TEXT))
    for at in range(len(packed) // 2, len(packed) // 2 + 40):
        packed[at] ^= 0xFF
    found, error = before_damage(opened(tmp_path, bytes(packed)))
    again, same = before_damage(opened(tmp_path, bytes(packed)), 777)
    assert (found, str(error)) == (again, str(same))
    assert "corrupt" in error.why


def test_a_wrong_checksum_costs_no_bytes_in_gzip_and_zip(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(TEXT))
    packed[-6] ^= 1
    found, error = before_damage(opened(tmp_path, bytes(packed)))
    assert found == TEXT
    assert "corrupt" in error.why
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", TEXT)
    whole = (tmp_path / "a.zip").read_bytes()
    at = whole.index(b"PK\x01\x02") + 16
    found, error = before_damage(opened(tmp_path, whole[:at] + b"\0\0\0\0" + whole[at + 4 :], "b.zip"))
    assert found == TEXT
    assert "checksum" in error.why


def test_zstd_takes_windows_of_2_gib_and_frames_to_skip(tmp_path: Path) -> None:
    """As `zstd --long=31` makes them (RFC 8878): a window descriptor, one raw block; and what pzstd puts before."""
    window, text = bytes([(31 - 10) << 3]), TEXT[:9999]
    frame = b"\x28\xb5\x2f\xfd\x00" + window + (1 | len(text) << 3).to_bytes(3, "little") + text
    skipped = b"\x50\x2a\x4d\x18" + (4).to_bytes(4, "little") + b"\0\0\0\0"
    assert opened(tmp_path, skipped + frame + skipped).read() == text


def test_a_corrupt_zstd_loses_no_more_than_a_step(tmp_path: Path) -> None:
    packed = bytearray(zstd.compress(TEXT, options={zstd.CompressionParameter.checksum_flag: 1}))
    packed[-1] ^= 1
    found, _ = before_damage(opened(tmp_path, bytes(packed)))
    assert TEXT.startswith(found)
    assert len(TEXT) - len(found) <= STEP


@packers
def test_what_follows_and_is_something_else_is_damage(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    found, error = before_damage(opened(tmp_path, pack(TEXT) + b"garbage"))
    assert found == TEXT
    assert "something else follows" in error.why


def test_text_that_begins_as_compressed_data_do_is_left_alone(tmp_path: Path) -> None:
    for text in (b"BZhallo,text\n", b"\x1f\x8b", b"PKW,text\n", b"(\xb5/"):
        assert opened(tmp_path, text).read() == text
