"""Partitions spread over Flink's subtasks; the hash agrees with values that Flink's own classes gave."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.flink import FlinkSettings
from pipeline.sources.partition import Partition, _buffer_hash, _murmur, subtask_of


@given(
    st.text("abcdefghijklmnopqrstuvwxyz.-_0123456789", min_size=1, max_size=249),
    st.integers(0, 5000),
    st.integers(0, 2**62),
    st.integers(1, 64),
)
def test_a_salt_brings_any_partition_to_any_subtask(topic, number, start, parallelism):
    wanted = number % parallelism
    groups = max(parallelism, FlinkSettings().max_parallelism)
    found = Partition(topic, number, start).salted(wanted, parallelism, groups)
    assert subtask_of(found.encode(), parallelism, groups) == wanted
    assert Partition.decode(found.encode()) == found and (found.topic, found.number, found.start) == (
        topic,
        number,
        start,
    )


@pytest.mark.parametrize("parallelism", [1, 2, 3, 4, 7, 16])
def test_sixteen_partitions_are_spread_evenly(parallelism):
    groups = FlinkSettings().max_parallelism
    places = Counter(
        subtask_of(
            Partition("mentions", n, 0).salted(n % parallelism, parallelism, groups).encode(), parallelism, groups
        )
        for n in range(16)
    )
    assert len(places) == parallelism and max(places.values()) - min(places.values()) <= 1


def test_without_salt_they_would_not_be():
    """The reason for the salt; were Flink's hash ever that kind, the salt could go."""
    places = Counter(subtask_of(Partition("mentions", n, 0).encode(), 8, 128) for n in range(8))
    assert len(places) < 8


@pytest.mark.parametrize(
    ("text", "hashed", "mixed", "subtask_of_eight"),
    [
        ("", 1, 68075478, 7),
        ("a", 128, 132521001, 4),
        ('["mentions",0,0,0]', 2482457986, 1289811413, 6),
        ("\u00fc\u00df\u20ac", 863983286, 1932495622, 1),
        ("0123456789012345678901234567890123456789", 548435693, 470549238, 3),
    ],
)
def test_hashes_are_flink_s(text, hashed, mixed, subtask_of_eight):
    """Printed by java.nio.ByteBuffer, MathUtils.murmurHash and KeyGroupRangeAssignment of Flink 1.19.0."""
    assert _buffer_hash(text.encode()) == hashed and _murmur(hashed) == mixed
    assert subtask_of(text.encode(), 8, 128) == subtask_of_eight
