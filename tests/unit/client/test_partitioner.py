# SPDX-License-Identifier: Apache-2.0
"""Partitioning against Java's client and two Python clients."""

from __future__ import annotations

import random

import pytest
from aiokafka.partitioner import murmur2 as aiokafka_murmur2
from hypothesis import given
from hypothesis import strategies as st

from ottla.client.partitioner import StickyPartitioner, murmur2, partition_for_key

JAVA_VALUES = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize(("key", "signed"), JAVA_VALUES.items())
def test_values_of_the_java_client(key, signed):
    """Hashes equal those that Java's client computes for the same keys."""
    assert murmur2(key) == signed & 0xFFFFFFFF


@given(st.binary(max_size=100))
def test_equals_aiokafka(key):
    """Every key hashes as in aiokafka, which other producers use."""
    assert murmur2(key) == aiokafka_murmur2(key) & 0xFFFFFFFF


@given(st.binary(max_size=40), st.integers(1, 1000))
def test_partition_exists(key, partition_count):
    """A key's partition is one of the topic's, and always the same."""
    partition = partition_for_key(key, partition_count)
    assert 0 <= partition < partition_count
    assert partition == partition_for_key(key, partition_count)


def test_sticky_moves_to_another_partition():
    """Moving on chooses another partition, and reaches all of them in time."""
    sticky = StickyPartitioner(range(5), random.Random(1))
    seen = {sticky.current}
    for _ in range(100):
        before = sticky.current
        sticky.move_on()
        assert sticky.current != before
        seen.add(sticky.current)
    assert seen == set(range(5))


def test_sticky_with_one_partition_stays():
    """A single partition is kept."""
    sticky = StickyPartitioner([3], random.Random(1))
    sticky.move_on()
    assert sticky.current == 3
