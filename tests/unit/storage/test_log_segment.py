# SPDX-License-Identifier: Apache-2.0
"""Claims about one segment: indexes come and go, and walking over batches is safe."""

from __future__ import annotations

import pytest

from ottla.records.batch import CorruptRecord
from ottla.records.builder import build_batch
from ottla.records.record import Record
from ottla.storage.files import OpenFiles
from ottla.storage.log_segment import (
    INDEX_SAVE_BYTES_MAX,
    INDEX_SAVE_BYTES_MIN,
    LOADED_INDEX_COUNT_MAX,
    RECOVERY_WALK_BYTES,
    ColdPages,
    LogSegment,
    SegmentContext,
    read_headers,
    segment_path,
)

TIME_MS = 1_700_000_000_000


def batches(count, base_offset=0, size=100):
    """Build `count` batches of two records each."""
    return [
        build_batch(
            [Record(base_offset + 2 * at + n, TIME_MS + at, None, b"x" * size) for n in range(2)],
            base_offset=base_offset + 2 * at,
        )
        for at in range(count)
    ]


@pytest.fixture
def context(disk):
    """Make what segments share."""
    return SegmentContext(OpenFiles(disk))


def segment_of(disk, context, data, base_offset=0, *, is_active=False):
    """Put a `.log` file on the disk and return its segment."""
    disk.put(segment_path("/data", base_offset, ".log"), data)
    return LogSegment(context, "/data", base_offset, len(data), exists=True, is_active=is_active)


@pytest.mark.parametrize("size", [10, 3000, 5000, 12_000, 30_000, 100_000])
def test_headers_are_read_whatever_the_size_of_batches(disk, context, size):
    """Many small batches in one read, large ones by their headers: the same sequence."""
    data = batches(30, size=size)
    segment = segment_of(disk, context, b"".join(data))
    found = list(segment.headers())
    assert [header.base_offset for _, header in found] == list(range(0, 60, 2))
    position = 0
    for (at, header), batch in zip(found, data, strict=True):
        assert (at, header.size_bytes) == (position, len(batch))
        assert segment.read_batch(at, header) == batch
        position += len(batch)
    for offset in (0, 1, 31, 58, 59):
        assert segment.find_batch(offset)[1].base_offset == offset // 2 * 2
        assert segment.find_position_nowait(offset) == segment.find_batch(offset)[0]
    assert segment.find_batch(60) is None
    assert segment.find_position_nowait(60) is None


def test_cold_pages_are_not_waited_for(disk, context):
    """Looking for a batch without waiting says so when it would have to wait."""
    segment = segment_of(disk, context, b"".join(batches(5)))
    assert len(segment.index) == 0
    disk.is_cold = True
    with pytest.raises(ColdPages):
        segment.find_position_nowait(7)


@pytest.mark.parametrize("spoil", [lambda b: b[:-1], lambda b: b[:300], lambda b: b + bytes(61)])
def test_a_walk_ends_with_an_error_where_batches_end(disk, spoil):
    """What is not a whole batch is CorruptRecord, after the batches in front of it."""
    data = spoil(b"".join(batches(3)))
    walk = read_headers(lambda size, position: data[position : position + size], 0, len(data))
    next(walk)
    with pytest.raises(CorruptRecord):
        list(walk)


def test_a_lying_length_does_not_send_the_search_astray(disk, context):
    """A length that points nowhere is an error, not an endless walk."""
    data = bytearray(b"".join(batches(3)))
    data[8:12] = bytes(4)
    segment = segment_of(disk, context, bytes(data))
    segment.reset_indexes()
    with pytest.raises(CorruptRecord):
        segment.find_position_nowait(3)


def test_indexes_of_closed_segments_are_dropped_when_many_are_loaded(disk, context):
    """Memory holds a bounded number of indexes; a dropped one is read again."""
    segments = [
        segment_of(disk, context, b"".join(batches(3, base)), base)
        for base in range(0, 10 * (LOADED_INDEX_COUNT_MAX + 5), 10)
    ]
    for segment in segments:
        assert segment.find_batch(segment.base_offset + 3) is not None
    assert segments[0]._index is None
    assert segments[-1]._index is not None
    assert sum(segment._index is not None for segment in segments) == LOADED_INDEX_COUNT_MAX
    assert segments[0].find_batch(3) is not None


def test_the_largest_timestamp_comes_from_the_end_of_the_time_index(disk, context):
    """Retention asks every segment: twelve bytes answer, or a scan when there are none."""
    data = b"".join(batches(50))
    segment = segment_of(disk, context, data, is_active=True)
    assert segment.load_largest_timestamp() == TIME_MS + 49
    segment.save_indexes(final=True)
    again = segment_of(disk, context, data)
    assert again.load_largest_timestamp() == TIME_MS + 49
    assert again._index is None
    disk.put(segment_path("/data", 0, ".timeindex"), b"junk")
    assert segment_of(disk, context, data).load_largest_timestamp() == TIME_MS + 49


def test_cutting_forgets_what_the_indexes_said(disk, context):
    """After a cut neither memory nor files speak of what was there."""
    data = batches(100)
    segment = segment_of(disk, context, b"".join(data), is_active=True)
    segment.index  # noqa: B018 - loading builds it
    segment.save_indexes(final=True)
    position = sum(map(len, data[:50]))
    segment.cut(position, 100)
    assert segment.size_bytes == position
    assert segment.scanned_end_offset == 100
    assert segment.largest_timestamp_ms == TIME_MS + 49
    assert len(disk.content(segment.log_path)) == position
    assert all(at < position for at in segment.index.positions)
    index = disk.content(segment.path(".index"))
    assert len(index) == 8 * segment.index.saved_count
    assert len(disk.content(segment.path(".timeindex"))) == 12 * segment.time_index.saved_count


def test_setting_aside_keeps_or_drops_the_log(disk, context):
    """The `.log` may be kept under another name; the rest can be made again and goes."""
    kept = segment_of(disk, context, b"".join(batches(5)), is_active=True)
    kept.index  # noqa: B018 - loading builds it
    kept.save_indexes(final=True)
    assert kept.set_aside(".corrupt") == [segment_path("/data", 0, ".log.corrupt")]
    assert disk.listdir("/data") == [f"{0:020d}.log.corrupt"]
    dropped = segment_of(disk, context, b"".join(batches(5, 50)), 50)
    assert dropped.set_aside(None) == []
    assert disk.listdir("/data") == [f"{0:020d}.log.corrupt"]
    never_written = LogSegment(context, "/data", 99, exists=False, is_active=True)
    assert never_written.set_aside(".corrupt") == []
    assert never_written.modified_ms() == 0
    assert never_written.files_to_sync() == []


@pytest.mark.parametrize("log_count", [0, 1, 2048, 5000, 10_000, 16_384])
def test_all_logs_together_bound_what_recovery_walks_over(context, log_count):
    """Many logs save their indexes sooner than few."""
    context.share_walk(log_count)
    assert INDEX_SAVE_BYTES_MIN <= context.index_save_bytes <= INDEX_SAVE_BYTES_MAX
    assert log_count * context.index_save_bytes <= RECOVERY_WALK_BYTES


def test_very_many_logs_do_not_save_after_each_little(context):
    """Saving costs as much as walking over some hundred kilobytes."""
    context.share_walk(1_000_000)
    assert context.index_save_bytes == INDEX_SAVE_BYTES_MIN
