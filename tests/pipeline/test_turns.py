"""How often a reader asks a partition in one turn: until the broker itself has answered, or a backlog ends."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pipeline.sources.splittable import TRICKLE, Read
from schemas.record import Record


class Lease:
    """Gives the next of its answers at each poll: how many records, and whether the broker was asked for them."""

    def __init__(self, *answers):
        self._answers = list(answers)
        self.was_asked = False
        self.offsets = []

    def poll(self, offset, wait_seconds, most):
        self.offsets.append(offset)
        count, self.was_asked = self._answers.pop(0)
        return [Record("t", 0, offset + n, b"", None, {}, 0) for n in range(min(count, most))]


@pytest.mark.parametrize(
    "answers, offsets",
    [
        pytest.param([(0, False)], [5], id="nothing is there"),
        pytest.param([(3, True)], [5], id="the broker's own answer"),
        pytest.param([(3, False), (2, True)], [5, 8], id="older records lay ready"),
        pytest.param([(3, False), (2, False)], [5, 8], id="a trickle is not waited for"),
        pytest.param([(TRICKLE, True), (TRICKLE, False), (1, False)], [5, 105, 205], id="a backlog"),
        pytest.param([(TRICKLE, True), (900, True)], [5, 105], id="no more than poll_records"),
    ],
)
def test_a_partition_is_asked_until_the_broker_has_answered(answers, offsets):
    read, lease = Read(settings=None), Lease(*answers)
    read._leases, read._most = SimpleNamespace(held=4), 1000
    records = read._turn(lease, 5)
    assert lease.offsets == offsets and [r.position for r in records] == list(range(5, 5 + len(records)))
    assert len(records) == sum(count for count, _ in answers)
