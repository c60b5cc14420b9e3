"""Order of revisions: a later edit, then a whole text, then one with its parent, then the content."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schemas.mention import Mention

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONTENT = st.fixed_dictionaries(
    {
        "text": st.text(max_size=5),
        "truncated": st.booleans(),
        "parent_text": st.none() | st.text(min_size=1, max_size=5),
    }
)


def made(content, edited=None):
    return Mention(platform="x", native_id="1", published_at=NOON, edited_at=edited, **content)


@given(CONTENT, CONTENT)
def test_of_one_instant_the_fuller_observation_wins(one, other):
    rank = [(not content["truncated"], content["parent_text"] is not None) for content in (one, other)]
    first, second = made(one), made(other)
    if rank[0] != rank[1]:
        assert (first.revision < second.revision) == (rank[0] < rank[1])
    elif one == other:
        assert first.revision == second.revision


@given(CONTENT, CONTENT, st.integers(1, 10**9))
def test_a_later_edit_wins_however_little_it_knows(one, other, millis):
    assert made(one).revision < made(other, NOON + timedelta(milliseconds=millis)).revision < 2**64


def test_fields_that_say_nothing_do_not_change_the_hash():
    """Rows of stores from before there were such fields keep their content hash."""
    content = made({"text": "a"}).canonical_json()
    assert b"truncated" not in content and b"parent_text" not in content
