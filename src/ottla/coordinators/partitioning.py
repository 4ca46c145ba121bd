# SPDX-License-Identifier: Apache-2.0
"""Which partition of an internal topic a group or a transactional id belongs to.

Kafka's rule, which the data on disk depends on: Java's hash of the name, modulo the number of
partitions of the topic.
"""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=10_000)
def java_string_hash(text: str) -> int:
    """Return what `String.hashCode` gives: over UTF-16 units, as a signed 32-bit number."""
    units = text.encode("utf-16-be", "surrogatepass")
    value = 0
    for position in range(0, len(units), 2):
        value = (value * 31 + (units[position] << 8 | units[position + 1])) & 0xFFFFFFFF
    return value - (1 << 32) if value >= 1 << 31 else value


def partition_of(name: str, partition_count: int) -> int:
    """Return the partition that `name` belongs to."""
    assert partition_count > 0, partition_count
    hashed = java_string_hash(name)
    return 0 if hashed == -(1 << 31) else abs(hashed) % partition_count
