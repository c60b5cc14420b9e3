"""Memory bombs of full size through a whole replay: each ends as a dead letter, the posts around it are in the store,
and memory stays far below the size of any."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from tests.jobs import ROOT, canonical
from tests.replay.test_replay import asked, configured

MIB = 2**20
MOST = 1536 * MIB
"""Of job and store together, which need 940 MiB for a single post; with these bombs 1,370."""


def around(name: str) -> tuple[bytes, bytes]:
    """A post before and one behind the bomb, as lines."""
    return canonical(f"{name}-before", "Aufzug kaputt") + b"\n", b"\n" + canonical(f"{name}-behind", "Danke!") + b"\n"


def write(folder: Path) -> None:
    """A line of 2 GiB; 1 GiB in a zip, as one line and as lines of 3 MiB; brackets 10,000 deep; fields of 5 MB."""
    x = b"x" * 64 * MIB
    before, behind = around("line.gz")
    members = (before + b'{"text": "', *[x] * 32, b'"}' + behind)
    packed = {member: gzip.compress(member, 1) for member in dict.fromkeys(members)}
    (folder / "line.gz").write_bytes(b"".join(packed[member] for member in members))
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, piece, count in (("one", x, 8), ("many", b"x" * 3 * MIB + b"\n", 171)):
            before, behind = around(name)
            with archive.open(f"{name}.jsonl", "w") as target:
                target.write(before)
                for _ in range(count):
                    target.write(piece)
                target.write(behind)
    before, behind = around("deep")
    (folder / "deep.jsonl").write_bytes(before + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + behind)
    before, behind = around("field")
    (folder / "field.jsonl").write_bytes(before + canonical("field", "x" * 5_000_000) + behind)
    rows = [
        f"{n},a,True,Tue Oct 31 22:10:47 +0000 2017,{text},," for n, text in ((1, "a"), (2, "x" * 5_000_000), (3, "b"))
    ]
    header = "tweet_id,author_id,inbound,created_at,text,response_tweet_id,in_response_to_tweet_id"
    (folder / "field.csv").write_text("\n".join([header, *rows]))


def peaks_of(argument: str) -> dict[str, int]:
    """The most memory that each process has had, of those with this in their arguments."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if argument.encode() in (folder / "cmdline").read_bytes():
                (kib,) = re.findall(r"VmHWM:\s+(\d+)", (folder / "status").read_text())
                found[folder.name] = int(kib) * 1024
        except (OSError, ValueError):  # it ended meanwhile
            continue
    return found


@pytest.mark.slow
def test_bombs_end_as_dead_letters_within_bounded_memory(tmp_path: Path) -> None:
    dumps, config = tmp_path / "dumps", configured(tmp_path / "job")
    dumps.mkdir()
    write(dumps)
    command = ["replay", str(dumps), "--config", str(config), "--json"]
    with (tmp_path / "told").open("w") as told:
        process = subprocess.Popen([sys.executable, "-m", "pipeline.commands.app", *command], cwd=ROOT, stdout=told)
        peaks: dict[str, int] = {}
        while process.poll() is None:
            peaks |= peaks_of(str(tmp_path))
            time.sleep(0.1)
    assert process.returncode == 0
    assert json.loads((tmp_path / "told").read_text().splitlines()[-1])["notes"] == []
    found = asked(config, "SELECT source, reason, count() FROM dead_letters FINAL GROUP BY source, reason")
    assert {source.removeprefix("dumps/").partition("#")[0]: (reason, count) for source, reason, count in found} == {
        "line.gz": ("oversized", 1),
        "a.zip!one.jsonl": ("oversized", 1),
        "a.zip!many.jsonl": ("oversized", 171),
        "deep.jsonl": ("too_deep", 1),
        "field.jsonl": ("oversized", 1),
        "field.csv": ("oversized", 1),
    }
    ids = {native_id for (native_id,) in asked(config, "SELECT native_id FROM posts FINAL")}
    names = ("line.gz", "one", "many", "deep", "field")
    assert ids == {f"{name}-{which}" for name in names for which in ("before", "behind")} | {"1", "3"}
    assert len(peaks) > 1 and sum(peaks.values()) < MOST, peaks
