"""Every golden payload decodes to exactly what its expected file says."""

from __future__ import annotations

import pickle
from collections import Counter

import pytest

from schemas.formats.registry import FORMATS
from schemas.mention import Mention
from schemas.record import Dead
from tests.schemas.golden import ROOT, Case, cases, decoded, written

CASES = cases()
KINDS = {"good", "odd", "trap", "bad"}
each = pytest.mark.parametrize("case", CASES, ids=str)


@each
def test_a_golden_payload_decodes_to_its_expected_items(case: Case) -> None:
    assert [written(item) for item in case.decode()] == case.expected


@each
def test_items_survive_pickling(case: Case) -> None:
    items = case.decode()
    assert pickle.loads(pickle.dumps(items)) == items


@each
def test_decoding_twice_gives_the_same_revision(case: Case) -> None:
    twice = [[i.revision for i in case.decode() if isinstance(i, Mention)] for _ in range(2)]
    assert twice[0] == twice[1]


@each
def test_every_mention_is_canonical_itself(case: Case) -> None:
    """A mention sent again in our own JSON comes out the same: nothing is unescaped, cut or clamped a second time."""
    for item in case.decode():
        if isinstance(item, Mention):
            assert decoded(item.model_dump_json().encode(), "canonical") == [item]


def test_each_format_has_good_odd_trap_and_bad_payloads() -> None:
    found = Counter((case.format, case.path.stem.partition("_")[0]) for case in CASES)
    wanted = {(name, kind) for name in FORMATS for kind in KINDS}
    assert found.keys() >= wanted
    assert {kind for _, kind in found} == KINDS


def test_bad_payloads_and_no_others_become_dead_letters() -> None:
    for case in CASES:
        dead = any(isinstance(item, Dead) for item in case.decode())
        mixed = case.path.stem == "odd_page_with_one_bad_tweet"
        assert dead == (case.path.stem.startswith("bad_") or mixed), case


def test_no_file_beside_a_payload_is_orphaned() -> None:
    expected = {path for name in FORMATS for path in (ROOT / name).glob("*.expected.json")}
    assert expected == {case.path.with_suffix(".expected.json") for case in CASES}
    headers = {path for name in FORMATS for path in (ROOT / name).glob("*.headers.json")}
    assert headers <= {case.path.with_suffix(".headers.json") for case in CASES}
