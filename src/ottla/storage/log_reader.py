# SPDX-License-Identifier: Apache-2.0
"""The reading half of a partition log: from an offset to a range of a file.

`locate` answers with a `LogSlice`, which is then read by the loop or by a thread. It costs the
same wherever the offset is: a segment by bisection, its sparse index by bisection, and a short
walk over batch headers. A sequential reader does not even pay that: where one slice ended, and
which offset begins there, is remembered.

Invariants: slices begin with a whole batch; nothing at or behind `max_offset` is in them; nothing
here waits for the disk, unless an index that is not in memory has to be read.

The base class of `log_state`; see `partition_log` for the whole.
"""

from __future__ import annotations

from bisect import bisect_right
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from ottla.base.errors import StorageError
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.storage.log_segment import ColdPages, ColdSlice, LogSegment, LogSlice
from ottla.storage.transaction_index import aborted_between

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ottla.storage.files import OpenFile
    from ottla.storage.log_config import LogConfig
    from ottla.storage.log_segment import SegmentContext
    from ottla.storage.transaction_index import AbortedTransaction

UNKNOWN_OFFSET: Final = -1
KNOWN_POSITION_COUNT_MAX: Final = 64
"""Readers whose next position is remembered: sequential readers then need no search."""


class LogReader:
    """A log's segments, and how to read them. Owned by the event loop."""

    __slots__ = (
        "_active",
        "_bases",
        "_config",
        "_context",
        "_known_positions",
        "_staged",
        "directory",
        "is_offline",
        "log_end_offset",
        "log_start_offset",
        "segments",
    )

    _active: LogSegment  # the last of the segments, which appends go to

    def __init__(self, context: SegmentContext, directory: str, config: LogConfig) -> None:
        self._context = context
        self._config = config
        self.directory = directory
        self.segments: list[LogSegment] = []  # oldest first, the last is the active one
        self._bases: list[int] = []  # their base offsets
        self.log_start_offset = 0  # first readable offset
        self.log_end_offset = 0  # next offset to be assigned; counts staged batches
        self.is_offline = False  # a disk error was final: nothing is written any more
        self._staged: list[memoryview] = []
        self._known_positions: dict[int, tuple[LogSegment, int]] | None = None

    def write_staged(self) -> None:
        """Hand what is staged to the kernel, before anybody reads."""
        raise NotImplementedError

    @contextmanager
    def _disk(self) -> Iterator[None]:
        """Turn an error of the disk into the end of this log's service."""
        try:
            yield
        except OSError as error:
            self.is_offline = True
            raise StorageError(f"{self.directory}: {error}") from error

    @property
    def bases(self) -> Sequence[int]:
        """The base offsets of the segments."""
        return self._bases

    @property
    def size_bytes(self) -> int:
        """Of all segments, staged batches included."""
        return sum(segment.size_bytes for segment in self.segments)

    def _add_segment(self, base_offset: int, size_bytes: int, *, exists: bool) -> LogSegment:
        segment = LogSegment(
            self._context, self.directory, base_offset, size_bytes, exists=exists, is_active=False
        )
        self.segments.append(segment)
        self._bases.append(base_offset)
        return segment

    def locate(
        self,
        fetch_offset: int,
        max_bytes: int,
        max_offset: int,
        *,
        minimum_one_batch: bool = True,
    ) -> LogSlice | None:
        """Find the bytes from the batch that holds `fetch_offset` on, up to `max_bytes`.

        Nothing from `max_offset` on is in the slice. None means that nothing is there, or that
        the first batch is larger than `max_bytes` and `minimum_one_batch` does not ask for it.
        Raises ApiError OFFSET_OUT_OF_RANGE outside of the log. Never waits for the disk.
        """
        # hot: benchmarks/micro/partition_log_locate.py
        if self._staged:
            self.write_staged()
        end_offset = self.log_end_offset
        if not self.log_start_offset <= fetch_offset <= end_offset:
            raise ApiError(
                ErrorCode.OFFSET_OUT_OF_RANGE,
                f"offset {fetch_offset} is not in {self.log_start_offset}..{end_offset}",
            )
        if fetch_offset >= max_offset or fetch_offset == end_offset:
            return None
        known = self._known_positions
        found = known.get(fetch_offset) if known is not None else None
        if found is None or found[1] == found[0].size_bytes:  # an end from before a roll is stale
            try:
                found = self._find_nowait(fetch_offset)
            except ColdPages:
                return self._cold_slice(fetch_offset, max_bytes, max_offset)
            if found is None:
                return None
        segment, position = found
        end, next_offset = self._readable_end(segment, max_offset)
        available = end - position
        if available <= max_bytes:
            size = available
            if size <= 0:
                return None
        else:
            size = segment.index.boundary_at_or_before(position + max_bytes) - position
            next_offset = UNKNOWN_OFFSET
            if size <= 0:  # no index entry in reach: read at least the first batch
                front = segment.open_log().read_nowait(12, position)
                if front is None or len(front) < 12:
                    return self._cold_slice(fetch_offset, max_bytes, max_offset)
                batch_bytes = int.from_bytes(front[8:12], "big") + 12
                if batch_bytes > max_bytes and not minimum_one_batch:
                    return None
                size = min(max(batch_bytes, max_bytes), available)
                if size != batch_bytes:
                    return LogSlice(segment.open_log(), position, size, fetch_offset)
        file = segment.open_log()
        self._remember(file, segment, position + size, next_offset)
        return LogSlice(file, position, size, fetch_offset)

    def _find_nowait(self, offset: int) -> tuple[LogSegment, int] | None:
        """Return segment and position of the batch that holds `offset` or follows it."""
        number = bisect_right(self._bases, offset) - 1
        for segment in self.segments[max(0, number) :]:
            if segment.size_bytes:
                position = segment.find_position_nowait(offset)
                if position is not None:
                    return segment, position
        return None

    def _cold_slice(self, offset: int, max_bytes: int, max_offset: int) -> LogSlice:
        """Return a slice whose beginning is looked for by the thread that reads it."""
        segment = self.segments[bisect_right(self._bases, offset) - 1]
        start, _ = segment.index.span(offset - segment.base_offset)
        end, _ = self._readable_end(segment, max_offset)
        return ColdSlice(segment.open_log(), start, end, offset, max_bytes)

    def _readable_end(self, segment: LogSegment, max_offset: int) -> tuple[int, int]:
        """Return where in the segment readers have to stop, and the offset that follows there."""
        if max_offset >= self.log_end_offset and segment is self._active:
            return segment.size_bytes, self.log_end_offset
        number = bisect_right(self._bases, segment.base_offset)
        if number < len(self._bases) and max_offset >= self._bases[number]:
            return segment.size_bytes, self._bases[number]
        known = self._known_positions
        if known is not None and (found := known.get(max_offset)) and found[0] is segment:
            return found[1], max_offset
        batch = segment.find_batch(max_offset)
        return (batch[0] if batch else segment.size_bytes), max_offset

    def _remember(
        self, file: OpenFile, segment: LogSegment, position: int, next_offset: int
    ) -> None:
        """Remember which offset begins at `position`, where a sequential reader goes on."""
        if next_offset == UNKNOWN_OFFSET:
            front = file.read_nowait(8, position)
            if front is None or len(front) < 8:
                return
            next_offset = int.from_bytes(front, "big")
        known = self._known_positions
        if known is None:
            known = self._known_positions = {}
        elif len(known) >= KNOWN_POSITION_COUNT_MAX and next_offset not in known:
            del known[next(iter(known))]
        known[next_offset] = (segment, position)

    def aborted_transactions(self, start_offset: int, end_offset: int) -> list[AbortedTransaction]:
        """Return the aborted transactions with records or marker in [start, end)."""
        found: list[AbortedTransaction] = []
        number = max(0, bisect_right(self._bases, start_offset) - 1)
        for segment in self.segments[number:]:
            some, is_complete = aborted_between(segment.aborted, start_offset, end_offset)
            found += some
            if is_complete:
                break
        return found
