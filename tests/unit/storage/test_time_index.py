# SPDX-License-Identifier: Apache-2.0
"""Claims about the time index: Kafka's bytes, strictly rising times, safe look-ups."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from ottla.storage.time_index import TimeIndex

APPENDS = st.lists(st.tuples(st.integers(-1, 60), st.integers(1, 9)), max_size=50)


def make(appends):
    """Append (timestamp, distance) pairs."""
    index = TimeIndex()
    offset = 0
    for timestamp_ms, step in appends:
        offset += step
        index.maybe_append(timestamp_ms, offset)
    return index


def test_entries_have_kafkas_bytes():
    """Timestamp and relative offset, big-endian, 12 bytes."""
    index = make([(1000, 5), (2000, 2)])
    assert index.encode() == struct.pack(">qIqI", 1000, 5, 2000, 7)
    assert index.encode(1) == struct.pack(">qI", 2000, 7)


@given(APPENDS)
def test_times_rise_strictly(appends):
    """Whatever is appended, the entries rise and none is negative."""
    index = make(appends)
    times = list(index.timestamps)
    assert times == sorted(set(times))
    assert list(index.offsets) == sorted(index.offsets)
    assert all(timestamp_ms >= 0 for timestamp_ms in times)


@given(APPENDS, st.integers(0, 70))
def test_a_look_up_never_skips(appends, timestamp_ms):
    """Everything in front of the answer is older than what was asked for."""
    index = make(appends)
    found = index.offset_before(timestamp_ms)
    older = [
        offset
        for time_ms, offset in zip(index.timestamps, index.offsets, strict=True)
        if time_ms < timestamp_ms
    ]
    assert found == (older[-1] if older else 0)


@given(APPENDS, st.integers(0, 400), st.binary(max_size=30))
def test_decoding_and_truncating(appends, offset, junk):
    """The file comes back as it was; junk behind it ends the reading, zeros do as well."""
    index = make(appends)
    assert TimeIndex.decode(index.encode() + bytes(36)).encode() == index.encode()
    wild = TimeIndex.decode(index.encode() + junk)
    assert list(wild.timestamps) == sorted(set(wild.timestamps))
    index.truncate(offset)
    assert all(kept < offset for kept in index.offsets)
    assert index.saved_count <= len(index)
