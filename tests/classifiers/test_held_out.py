from __future__ import annotations

import numpy as np
import pytest

from classifiers import held_out
from classifiers.held_out import BY_POST, BY_SOURCE, HeldOut
from schemas.errors import TerminalError

TRUTH = np.array([[1, 0], [0, 1], [1, 1], [0, 0], [1, 0]], bool)
KNOWN = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.6], [0.123, 0.0], [1.0, 0.4]])
KEPT = HeldOut(
    ("praise", "needs_intervention"), ("de", "de", "en", "de", "fr"), TRUTH, {BY_POST: KNOWN, BY_SOURCE: KNOWN / 2}
)


def test_what_is_saved_is_read_again_to_three_decimals(tmp_path):
    held_out.save(KEPT, tmp_path, "hash")
    again = held_out.load(tmp_path, "hash")
    assert (again.names, again.languages) == (KEPT.names, KEPT.languages)
    assert (again.truth == TRUTH).all()
    for split in held_out.SPLITS:
        assert np.abs(again.scores[split] - KEPT.scores[split]).max() < 0.00051


def test_one_label_of_one_language():
    truth, scores = KEPT.of("needs_intervention", BY_SOURCE, "de")
    assert truth.tolist() == [False, True, False]
    assert scores.tolist() == [0.05, 0.4, 0.0]
    assert len(KEPT.of("praise", BY_POST)[0]) == 5


@pytest.mark.parametrize(
    ("name", "language", "said"),
    [
        ("prais", "", "says nothing about 'prais'; name one of praise, needs_intervention"),
        ("praise", "fr", "in language 'fr'; name one of de, en, fr"),
        ("praise", "xx", "in language 'xx'"),
    ],
)
def test_what_cannot_be_told_is_said(name, language, said):
    with pytest.raises(TerminalError, match=said):
        KEPT.of(name, BY_POST, language)


def test_a_file_of_another_model_or_none_or_half_of_one_is_refused(tmp_path):
    with pytest.raises(TerminalError, match=r"cannot be read .*train the model anew"):
        held_out.load(tmp_path, "hash")
    held_out.save(KEPT, tmp_path, "hash")
    with pytest.raises(TerminalError, match="belongs to another model"):
        held_out.load(tmp_path, "other")
    path = tmp_path / held_out.FILE
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(TerminalError, match="cannot be read"):
        held_out.load(tmp_path, "hash")


def test_an_empty_file_and_one_with_any_byte_flipped_are_refused_as_half_of_one_is(tmp_path):
    held_out.save(KEPT, tmp_path, "hash")
    path = tmp_path / held_out.FILE
    whole = path.read_bytes()
    path.write_bytes(b"")
    with pytest.raises(TerminalError, match=r"cannot be read .*train the model anew"):
        held_out.load(tmp_path, "hash")
    refused = 0
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            held_out.load(tmp_path, "hash")  # times and the like may be anything
        except TerminalError:
            refused += 1
    assert refused > len(whole) / 2
