"""A seeded stream of records with everything that happens to mentions in life, and its oracle filled on the way.

Of 100 records: 63 new mentions, 12 exact duplicates, 14 revisions in any order, 3 deletions (some before their mention,
some for ever without one), 3 tombstones that mean nothing, 5 poison of every kind. Nine in ten records of a mention go
to its own partition, the tenth to any, so that revisions overtake each other."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from tests.chaos import oracle
from tests.chaos.oracle import DEAD, DELETION, IGNORED, MENTION, Oracle, index_of, json_text, name_of

_REVISIONS = 9
_EDITED = b',"edited_at":"2024-03-01T13:00:0%dZ"'
_AHEAD = 40  # how far ahead of the newest mention a deletion may point
_POISON_KINDS = len(oracle.POISONS)


class Message(NamedTuple):
    """One record to be sent to a partition."""

    partition: int
    key: bytes
    value: bytes | None
    headers: list[tuple[str, bytes]]


class Workload:
    """The same seed makes the same records at the same offsets. Bounded memory but for the oracle."""

    def __init__(self, *, seed: int, partitions: int) -> None:
        self.oracle = Oracle(partitions)
        self._seed = seed
        self._draw = random.Random(seed)
        self._partitions = partitions
        self._next = 0  # index of the next new mention

    def take(self, count: int) -> Iterator[Message]:
        """The next `count` records."""
        bits, outcomes, most = self._draw.getrandbits, self.oracle.outcomes, self._partitions
        for _ in range(count):
            dice = bits(96)
            kind, dice = dice & 0xFFFF, dice >> 16
            chosen, dice = (dice & 0xFFFFFFFF) % (self._next or 1), dice >> 32
            other, dice = dice & 0xFF, dice >> 8
            if kind < 41_288 or not self._next:
                index, self._next = self._next, self._next + 1
                message = self._mention(index, 0, self._place(index, other, dice))
            elif kind < 49_152:
                message = self._mention(chosen, 0, self._place(chosen, other, dice))
            elif kind < 58_327:
                message = self._mention(chosen, 1 + dice % _REVISIONS, self._place(chosen, other, dice >> 4))
            elif kind < 60_293:
                if other & 3:
                    index = chosen
                elif other & 4:
                    index = self._next + dice % _AHEAD  # its mention comes later
                else:
                    index, self._next = self._next, self._next + 1  # passed over: it may never come
                message = self._deletion(index, self._place(index, dice & 0xFF, dice >> 6))
            elif kind < 62_259:
                partition = dice % most
                outcomes[partition].append(IGNORED)
                message = Message(partition, b"compacted-%d" % len(outcomes[partition]), None, [])
            else:
                message = self._poison(dice % _POISON_KINDS, (dice >> 8) % most)
            yield message

    def places(self, wanted: set[int]) -> dict[int, list[str]]:
        """Where the records of some mentions stand, and what they are, found by making all of them again."""
        again = Workload(seed=self._seed, partitions=self._partitions)
        found: dict[int, list[str]] = {index: [] for index in wanted}
        for message in again.take(self.oracle.records):
            platform, _, native_id = message.key.decode().partition(":")
            index = index_of(platform, native_id)
            if index in found:
                offset = len(again.oracle.outcomes[message.partition]) - 1
                found[index].append(f"{_what(message.value)} at partition {message.partition} offset {offset}")
        return found

    def _place(self, index: int, other: int, dice: int) -> int:
        return dice % self._partitions if other < 26 else index * 2_654_435_761 % 2**32 % self._partitions

    def _mention(self, index: int, revision: int, partition: int) -> Message:
        self.oracle.outcomes[partition].append(MENTION)
        self.oracle.saw(index, revision)
        platform, native_id = name_of(index)
        name = (platform.encode(), native_id.encode())
        edited = _EDITED % revision if revision else b""
        likes = b',"engagement":{"likes":%d}' % (index % 97) if index % 8 == 0 else b""
        value = (
            b'{"platform":"%b","native_id":"%b","text":"%b","published_at":"2024-03-01T12:%02d:00Z",'
            b'"author":{"id":"u%d"}%b%b}' % (*name, json_text(index, revision), index % 60, index % 5003, edited, likes)
        )
        return Message(partition, b"%b:%b" % name, value, [])

    def _deletion(self, index: int, partition: int) -> Message:
        self.oracle.outcomes[partition].append(DELETION)
        self.oracle.deleted(index)
        return Message(partition, ":".join(name_of(index)).encode(), None, [])

    def _poison(self, kind: int, partition: int) -> Message:
        offset = len(self.oracle.outcomes[partition])
        self.oracle.outcomes[partition].append(DEAD + kind)
        headers = [("echolot-columns", b"id,text")] if kind == oracle.CSV_KIND else []
        return Message(partition, b"poison", oracle.poison(kind, partition, offset), headers)


def _what(value: bytes | None) -> str:
    if value is None:
        return "deletion"
    revision = next((r for r in range(1, _REVISIONS + 1) if _EDITED % r in value), 0)
    return f"revision {revision}" if revision else "mention"


class Sender:
    """Sends a workload to a topic, in order a partition: offsets are those of the oracle. The broker must stay up."""

    def __init__(self, bootstrap: str, topic: str, workload: Workload) -> None:
        self._bootstrap = bootstrap
        self._topic = topic
        self._workload = workload

    def send(self, count: int) -> None:
        """Send the next `count` records, return when all are in the log. Raises AssertionError where they are not."""
        producer = KafkaProducer(
            bootstrap_servers=self._bootstrap, enable_idempotence=True, linger_ms=20, batch_size=256 * 1024
        )
        failed: list[BaseException] = []
        try:
            for partition, key, value, headers in self._workload.take(count):
                sent = producer.send(self._topic, value=value, key=key, headers=headers, partition=partition)
                sent.add_errback(failed.append)
            producer.flush(timeout=120)
        finally:
            producer.close(timeout=10)
        assert not failed, f"{len(failed)} records could not be sent, the first: {failed[0]!r}"
        self._check()

    def _check(self) -> None:
        """Nothing lost or doubled on the way: then offsets are what the oracle counted."""
        outcomes = self._workload.oracle.outcomes
        places = [TopicPartition(self._topic, p) for p in range(len(outcomes))]
        consumer = KafkaConsumer(bootstrap_servers=self._bootstrap)
        try:
            ends = consumer.end_offsets(places)
        finally:
            consumer.close()
        assert [ends[place] for place in places] == [len(each) for each in outcomes], "the topic is not ours alone"
