"""What the encoder sees of a text."""

from __future__ import annotations

import pytest

from classifiers.encoder.wording import worded


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("@DB_Bahn Wo bleibt der Zug? @maria weiß es", "@DB_Bahn Wo bleibt der Zug? @user weiß es"),
        ("Störung: https://t.co/x und www.bahn.de/a", "Störung: http und http"),
        ("mail an a@b.de,  bitte\n\nheute", "mail an a@b.de, bitte heute"),
        ("@anna@mastodon.example hallo", "@user hallo"),
        ("GROSS 100 € !!!", "GROSS 100 € !!!"),
        ("", ""),
    ],
)
def test_addresses_and_private_handles_are_masked_and_nothing_else(text, seen):
    assert worded(text, {"db_bahn"}.__contains__) == seen
