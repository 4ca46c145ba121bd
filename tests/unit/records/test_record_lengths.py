# SPDX-License-Identifier: Apache-2.0
"""Counting records without decoding them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.records.batch import HEADER_BYTES
from ottla.records.builder import build_batch
from ottla.records.record import Record
from ottla.records.record_lengths import lengths_fill, verify_record_count

NOW = 1_700_000_000_000
# Runs of one size with odd ones between them: what the look for runs must not be fooled by.
SIZES = st.lists(
    st.tuples(st.sampled_from([0, 1, 20, 56, 57, 100, 300, 9000]), st.integers(1, 40)),
    min_size=1,
    max_size=5,
).map(lambda runs: [size for size, times in runs for _ in range(times)])


def batch_of(sizes: list[int]) -> bytes:
    """Build a batch of values of these sizes."""
    return build_batch([Record(at, NOW, None, bytes(size)) for at, size in enumerate(sizes)])


@given(SIZES)
def test_true_counts_are_true(sizes):
    """Every batch that the builder makes holds what it says."""
    assert verify_record_count(batch_of(sizes))


@given(SIZES, st.integers(-50, 50).filter(bool))
def test_wrong_counts_are_found(sizes, lie):
    """One record more or less than there are is noticed."""
    assert not lengths_fill(memoryview(batch_of(sizes)), len(sizes) + lie)


@given(SIZES, st.data())
def test_cut_and_stretched_batches_are_found(sizes, data):
    """Bytes that are missing or too many are noticed."""
    batch = batch_of(sizes)
    cut = data.draw(st.integers(HEADER_BYTES, len(batch) - 1))
    assert not lengths_fill(memoryview(batch)[:cut], len(sizes))
    assert not lengths_fill(memoryview(batch + b"\0"), len(sizes))


@given(st.binary(max_size=400), st.integers(-2, 60))
def test_junk_is_no_error(junk, count):
    """Whatever the bytes are, the answer is yes or no."""
    assert lengths_fill(memoryview(bytes(HEADER_BYTES) + junk), count) in (True, False)


@pytest.mark.parametrize(
    "payload",
    [
        b"\x01" + bytes(9),  # -1 in one byte
        b"\x81\x01" + bytes(70),  # -65 in two
        b"\xff\xff\xff\xff\x0f" + bytes(40),  # the most negative 32 bits
        b"\xff\xff\xff\xff\xff\x0f" + bytes(40),  # too long
    ],
)
def test_negative_lengths_are_found(payload):
    """A negative length is no way to make the sum come out."""
    assert not any(
        lengths_fill(memoryview(bytes(HEADER_BYTES) + payload), count) for count in range(1, 9)
    )


def test_long_lengths_are_followed():
    """Lengths of three bytes and more are followed as well."""
    assert verify_record_count(batch_of([10_000, 2_000_000, 5, 10_000]))


def test_a_batch_longer_than_its_header_says_is_found():
    """The header's own length must be the buffer's."""
    assert not verify_record_count(batch_of([5]) + b"\0")
