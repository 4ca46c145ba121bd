# SPDX-License-Identifier: Apache-2.0
"""Claims about the offset index: Kafka's bytes, safe look-ups, no trust in junk."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from ottla.storage.offset_index import OffsetIndex

SORTED_ENTRIES = st.lists(
    st.tuples(st.integers(1, 50), st.integers(1, 500)), min_size=0, max_size=40
)


def make(steps):
    """Make an index from distances between entries."""
    index = OffsetIndex()
    offset = position = 0
    for offset_step, position_step in steps:
        offset += offset_step
        index.append(offset, position)
        position += position_step
    return index, position


def test_entries_have_kafkas_bytes():
    """Relative offset and position, 32 bits each, big-endian."""
    index = OffsetIndex()
    index.append(258, 0)
    index.append(300, 2**31 + 5)
    assert index.encode() == struct.pack(">IIII", 258, 0, 300, 2**31 + 5)
    assert index.encode(1) == struct.pack(">II", 300, 2**31 + 5)


@given(SORTED_ENTRIES, st.integers(0, 3000))
def test_a_span_holds_the_batch(steps, offset):
    """The batch of an offset begins behind all that end before it, not behind a later one."""
    index, _ = make(steps)
    start, end = index.span(offset)
    for last_offset, position in zip(index.offsets, index.positions, strict=True):
        if last_offset < offset:
            assert position <= start
        else:
            assert end <= position
            assert end >= 0


@given(SORTED_ENTRIES, st.binary(max_size=40), st.integers(0, 20000))
def test_decoding_keeps_the_valid_front(steps, junk, log_bytes):
    """Decoding gives back what was encoded, and never positions outside of the log."""
    index, end = make(steps)
    again = OffsetIndex.decode(index.encode() + bytes(80), end)
    count = len(index) if len(index) != 1 or end > 0 else 0
    assert again.offsets[:count] == index.offsets[:count]
    assert again.saved_count == len(again)
    wild = OffsetIndex.decode(index.encode() + junk, log_bytes)
    assert list(wild.offsets) == sorted(set(wild.offsets))
    assert all(position < log_bytes for position in wild.positions)


@given(SORTED_ENTRIES, st.integers(0, 10000))
def test_boundaries_and_truncation_agree(steps, position):
    """What stays after a truncation lies before it; the boundary is the last known one."""
    index, _ = make(steps)
    boundary = index.boundary_at_or_before(position)
    assert boundary == max([at for at in index.positions if at <= position], default=0)
    index.saved_count = len(index)
    index.truncate(position)
    assert all(at < position for at in index.positions)
    assert index.saved_count == len(index) == len(index.offsets)
    kept = index.truncate_offset(30)
    assert kept == (index.offsets[-1] + 1 if len(index) else 0)
    assert all(offset < 30 for offset in index.offsets)
