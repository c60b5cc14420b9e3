"""One Kafka partition as an element of the graph, salted so that Flink spreads partitions evenly. Pure.

Flink deals keyed elements to subtasks by a hash of their encoding: sixteen partitions may well end on three of four
subtasks. So each element carries a number that brings it to the subtask we want."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import orjson

_MASK = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition and the offset at which this job's first reading of it began."""

    topic: str
    number: int
    start: int
    salt: int = 0

    def encode(self) -> bytes:
        """The element; its bytes are the key that Flink hashes."""
        return orjson.dumps([self.topic, self.number, self.start, self.salt])

    @classmethod
    def decode(cls, element: bytes) -> Self:
        """The inverse of encode."""
        return cls(*orjson.loads(element))

    def salted(self, subtask: int, parallelism: int, max_parallelism: int) -> Self:
        """The same partition, with the smallest salt that brings it to `subtask` of `parallelism`."""
        salt = 0
        while True:
            found = type(self)(self.topic, self.number, self.start, salt)
            if subtask_of(found.encode(), parallelism, max_parallelism) == subtask:
                return found
            salt += 1


def subtask_of(element: bytes, parallelism: int, max_parallelism: int) -> int:
    """The subtask that works on a bytes element: Flink 1.19, KeyGroupRangeAssignment, over the hash of a ByteBuffer
    that holds the element as Beam's BytesCoder nests it (its length as a varint, then the bytes)."""
    group = _murmur(_buffer_hash(_varint(len(element)) + element)) % max_parallelism
    return group * parallelism // max_parallelism


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _buffer_hash(data: bytes) -> int:
    """java.nio.ByteBuffer.hashCode: from the last byte to the first, bytes signed."""
    h = 1
    for byte in reversed(data):
        h = (31 * h + (byte - 256 if byte > 127 else byte)) & _MASK
    return h


def _murmur(code: int) -> int:
    """Flink's MathUtils.murmurHash of one int."""
    code = code * 0xCC9E2D51 & _MASK
    code = (code << 15 | code >> 17) & _MASK
    code = code * 0x1B873593 & _MASK
    code = (code << 13 | code >> 19) & _MASK
    code = (code * 5 + 0xE6546B64) & _MASK
    code ^= 4
    code ^= code >> 16
    code = code * 0x85EBCA6B & _MASK
    code ^= code >> 13
    code = code * 0xC2B2AE35 & _MASK
    code ^= code >> 16
    if code < 2**31:
        return code
    return 2**32 - code if code != 2**31 else 0
