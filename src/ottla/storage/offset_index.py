# SPDX-License-Identifier: Apache-2.0
"""The offset index: a sparse map from offsets to positions in one segment's `.log` file.

File format, Kafka's own, entries in strictly rising order of both columns:

| at | field | type |
|---:|---|---|
| 0 | relative offset: last offset of a batch minus the segment's base offset | u32 |
| 4 | position of that batch in the `.log` file | u32 |

One entry follows for every `index.interval.bytes` of batches. Kafka allocates the file of the
active segment ahead and fills it with zeros; here it holds nothing but entries at all times.

The idea: the index lives in two arrays, one per column, so that both can be searched with
`bisect`. The active segment's index grows in memory and reaches its file when the segment is
rolled, flushed or closed. Other indexes are read when somebody looks something up.

Invariants: an index is a hint that is never believed blindly. It carries no checksum, so its
shape is checked when it is read, and whatever it fails to cover is scanned in the log.

Owned by `LogSegment`.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left, bisect_right
from typing import Final

ENTRY_BYTES: Final = 8
UINT = "I"
MUST_SWAP: Final = sys.byteorder == "little"

assert array(UINT).itemsize == 4, "the index columns are 32 bits wide"


class OffsetIndex:
    """The entries of one segment's index, in memory."""

    __slots__ = ("offsets", "positions", "saved_count")

    def __init__(self) -> None:
        self.offsets = array(UINT)  # last offset of the batch, relative to the base offset
        self.positions = array(UINT)  # where that batch begins
        self.saved_count = 0  # entries that the file holds

    def __len__(self) -> int:
        return len(self.offsets)

    def append(self, relative_offset: int, position: int) -> None:
        """Add the batch at `position` that ends with `relative_offset`."""
        self.offsets.append(relative_offset)
        self.positions.append(position)

    def span(self, relative_offset: int) -> tuple[int, int]:
        """Return (from, to): the offset's batch begins in between; `to` is -1 when open-ended."""
        index = bisect_left(self.offsets, relative_offset)
        # Entry `index` is the first known batch that ends at or behind the offset.
        start = self.positions[index - 1] if index else 0
        return start, self.positions[index] if index < len(self.positions) else -1

    def boundary_at_or_before(self, position: int) -> int:
        """Return the last known beginning of a batch that is not behind `position`, or 0."""
        index = bisect_right(self.positions, position) - 1
        return self.positions[index] if index >= 0 else 0

    def truncate(self, position: int) -> None:
        """Forget the batches that begin at or behind `position`."""
        count = bisect_left(self.positions, position)
        del self.offsets[count:]
        del self.positions[count:]
        self.saved_count = min(self.saved_count, count)

    def truncate_offset(self, relative_offset: int) -> int:
        """Forget the batches that reach the offset; return the offset behind the last one kept."""
        count = bisect_left(self.offsets, max(0, relative_offset))
        del self.offsets[count:]
        del self.positions[count:]
        self.saved_count = min(self.saved_count, count)
        return self.offsets[-1] + 1 if count else 0

    def encode(self, first: int = 0) -> bytes:
        """Return the entries from number `first` on, as the file has them."""
        columns = array(UINT, bytes(ENTRY_BYTES * (len(self.offsets) - first)))
        columns[0::2] = self.offsets[first:]
        columns[1::2] = self.positions[first:]
        if MUST_SWAP:
            columns.byteswap()
        return columns.tobytes()

    @classmethod
    def decode(cls, data: bytes, log_bytes: int) -> OffsetIndex:
        """Read a file's entries as far as they make sense for a log of `log_bytes`.

        Reading ends where the order breaks: at the zeros that Kafka allocates ahead, at what a
        crash left, or at the end of the log.
        """
        index = cls()
        columns = array(UINT, data[: len(data) // ENTRY_BYTES * ENTRY_BYTES])
        if MUST_SWAP:
            columns.byteswap()
        offsets, positions = columns[0::2], columns[1::2]
        count = min(_rising_prefix(offsets), _rising_prefix(positions, log_bytes))
        index.offsets = offsets[:count]
        index.positions = positions[:count]
        index.saved_count = count
        return index


def _rising_prefix(column: array[int], limit: int = 1 << 32) -> int:
    """Return how many values rise strictly from the first on and stay below `limit`."""
    values = column.tolist()
    if (
        values
        and values[-1] < limit
        and values == sorted(values)
        and len(set(values)) == len(values)
    ):
        return len(values)  # the common case, at the speed of C
    previous = -1
    for count, value in enumerate(values):
        if not previous < value < limit:
            return count
        previous = value
    return len(values)
