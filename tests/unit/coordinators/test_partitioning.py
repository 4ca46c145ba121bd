# SPDX-License-Identifier: Apache-2.0
"""Java's hash decides where a group lives."""

from __future__ import annotations

import pytest

from ottla.coordinators.partitioning import java_string_hash, partition_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("a", 97),
        ("hello", 99162322),
        ("console-consumer-12345", 158455506),
        ("grüße", 98768023),
        ("😀", 1772899),
        ("polygenelubricants", -2147483648),
    ],
)
def test_the_hash_is_that_of_java(text, expected):
    """Known values of `String.hashCode`, over UTF-16 units and with overflow."""
    assert java_string_hash(text) == expected


def test_the_smallest_hash_belongs_to_partition_zero():
    """`abs` of the smallest int does not exist: Kafka takes 0 for it."""
    assert partition_of("polygenelubricants", 50) == 0


def test_negative_hashes_are_made_positive():
    """A negative hash counts by its absolute value, as Kafka's Utils.abs has it."""
    name = next(
        name for name in map("consumers-of-{}".format, range(9999)) if java_string_hash(name) < 0
    )
    assert partition_of(name, 50) == -java_string_hash(name) % 50
