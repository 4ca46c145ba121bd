# SPDX-License-Identifier: Apache-2.0
"""The time index: a sparse map from timestamps to offsets in one segment.

File format, Kafka's own, timestamps strictly rising:

| at | field | type |
|---:|---|---|
| 0 | largest timestamp of the segment up to the offset, ms since 1970 | i64 |
| 8 | relative offset: last offset of the batch that carries it, minus the base offset | u32 |

An entry (t, o) says: every record in front of offset o has a timestamp of at most t. The last
entry, written when the segment is rolled or closed, is the segment's largest timestamp.

Owned by `LogSegment`, kept in memory and read like the offset index.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_left
from typing import Final

ENTRY: Final = struct.Struct(">qI")
ENTRY_BYTES: Final = 12


class TimeIndex:
    """The entries of one segment's time index, in memory."""

    __slots__ = ("offsets", "saved_count", "timestamps")

    def __init__(self) -> None:
        self.timestamps = array("q")
        self.offsets = array("I")  # relative to the segment's base offset
        self.saved_count = 0  # entries that the file holds

    def __len__(self) -> int:
        return len(self.timestamps)

    def maybe_append(self, timestamp_ms: int, relative_offset: int) -> None:
        """Add an entry unless time stood still or went back."""
        timestamps = self.timestamps
        if timestamp_ms < 0:
            return  # no record has carried a timestamp so far
        if not timestamps or (
            timestamp_ms > timestamps[-1] and relative_offset >= self.offsets[-1]
        ):
            timestamps.append(timestamp_ms)
            self.offsets.append(relative_offset)

    def offset_before(self, timestamp_ms: int) -> int:
        """Return the relative offset from which a record of at least `timestamp_ms` may follow."""
        index = bisect_left(self.timestamps, timestamp_ms) - 1
        return self.offsets[index] if index >= 0 else 0

    def truncate(self, relative_offset: int) -> None:
        """Forget entries at or behind the offset."""
        count = len(self.offsets)
        while count and self.offsets[count - 1] >= relative_offset:
            count -= 1
        del self.timestamps[count:]
        del self.offsets[count:]
        self.saved_count = min(self.saved_count, count)

    def encode(self, first: int = 0) -> bytes:
        """Return the entries from number `first` on, as the file has them."""
        return b"".join(map(ENTRY.pack, self.timestamps[first:], self.offsets[first:]))

    @classmethod
    def decode(cls, data: bytes) -> TimeIndex:
        """Read a file's entries up to the first that is out of order (see the offset index)."""
        index = cls()
        whole = data[: len(data) // ENTRY_BYTES * ENTRY_BYTES]
        for timestamp_ms, relative_offset in ENTRY.iter_unpack(whole):
            if index.timestamps and not (
                timestamp_ms > index.timestamps[-1] and relative_offset >= index.offsets[-1]
            ):
                break
            if timestamp_ms < 0 or (timestamp_ms == 0 and relative_offset == 0):
                break  # zeros that Kafka allocates ahead
            index.timestamps.append(timestamp_ms)
            index.offsets.append(relative_offset)
        index.saved_count = len(index.timestamps)
        return index
