"""Ids that came before are counted exactly, by parts that fit into memory."""

from __future__ import annotations

import random
from io import BufferedRandom, FileIO

import pytest

from pipeline import repeated
from pipeline.repeated import Ids
from schemas.errors import TerminalError


@pytest.mark.parametrize("at_once", [1, 7, 100, 10**6])
def test_as_many_came_again_as_are_not_the_first(at_once: int) -> None:
    draw = random.Random(3)
    ids = [draw.choice([draw.getrandbits(64), draw.getrandbits(6)]) for _ in range(900)]
    with Ids() as found:
        for at in range(0, len(ids), 40):
            found.add(ids[at : at + 40])
        assert found.repeats(at_once) == len(ids) - len(set(ids)) > 0
        found.add(ids)
        assert found.repeats(at_once) == 2 * len(ids) - len(set(ids)), "asked in between, it counts on"


def test_none_are_none() -> None:
    with Ids() as found:
        assert found.repeats() == 0


def test_a_full_disk_is_named_with_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeated, "TemporaryFile", lambda **_: BufferedRandom(FileIO("/dev/full", "r+")))
    with pytest.raises(TerminalError, match=r"no room for the ids of 0 mentions, .* set TMPDIR"), Ids() as found:
        found.add(range(5000))
