# SPDX-License-Identifier: Apache-2.0
"""Which partition a record goes to, so that all Kafka clients agree about keys.

A record with a key goes to `murmur2(key) & 0x7fffffff mod partitions`, as Java's client has it
(librdkafka: `murmur2_random`), so that the same key lands in the same partition whoever writes.
Records without a key stay with one partition until a batch is full, then move on (KIP-480).
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

_SEED = 0x9747B28C
_MULTIPLIER = 0x5BD1E995
_MASK = 0xFFFFFFFF


def murmur2(data: bytes) -> int:
    """Return the unsigned 32-bit MurmurHash2 of `data` with the seed of Kafka's Java client."""
    length = len(data)
    whole = length & ~3
    digest = _SEED ^ length
    for (word,) in struct.iter_unpack("<I", data[:whole]):
        mixed = word * _MULTIPLIER & _MASK
        mixed = (mixed ^ mixed >> 24) * _MULTIPLIER & _MASK
        digest = digest * _MULTIPLIER & _MASK ^ mixed
    if length > whole:
        digest ^= int.from_bytes(data[whole:], "little")
        digest = digest * _MULTIPLIER & _MASK
    digest ^= digest >> 13
    digest = digest * _MULTIPLIER & _MASK
    return digest ^ digest >> 15


@lru_cache(maxsize=65_536)
def partition_for_key(key: bytes, partition_count: int) -> int:
    """Return the partition of a key; keys repeat, so the answer is remembered."""
    return (murmur2(key) & 0x7FFFFFFF) % partition_count


class StickyPartitioner:
    """Chooses the partition of records without a key: one at a time, then another."""

    def __init__(self, partitions: Sequence[int], random: Random) -> None:
        assert partitions
        self._partitions = tuple(partitions)
        self._random = random
        self.current = random.choice(self._partitions)

    def move_on(self) -> None:
        """Choose another partition; called when a batch was closed."""
        others = [number for number in self._partitions if number != self.current]
        if others:
            self.current = self._random.choice(others)
