# SPDX-License-Identifier: Apache-2.0
"""Which of a log's oldest segments may go: a pure decision over facts about segments.

Whole segments go, oldest first, and the walk stops at the first one that has to stay, so a log
never gets a hole. Three reasons exist, each a walk of its own as in Kafka:

* *time*: the segment's largest timestamp is more than `retention.ms` ago;
* *size*: without the segment the log still holds at least `retention.bytes`;
* *log start offset*: all of the segment lies below it (DeleteRecords, or an earlier deletion).

The first two apply to topics with the policy `delete`, the third to all.

Invariants: a segment that reaches above the high watermark stays, whatever its age, because
its records may not be on every in-sync replica; an empty active segment stays; when every
segment goes, the active one is rolled first, so that the log keeps its end offset.

Called by `PartitionLog.delete_old_segments`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class SegmentFacts(NamedTuple):
    """What the decision has to know of one segment."""

    base_offset: int
    next_offset: int
    """Where the segment ends (exclusive): the next one's base offset, or the log end offset."""
    size_bytes: int
    largest_timestamp_ms: int
    """The file's modification time when none of its records carries a timestamp."""


class RetentionLimits(NamedTuple):
    """The limits of one topic; -1 means that there is none."""

    delete: bool
    retention_ms: int
    retention_bytes: int


class Expiry(NamedTuple):
    """The outcome: the `segment_count` oldest segments go, after a roll when `roll` says so."""

    segment_count: int
    roll: bool
    log_start_offset: int
    """What the log start offset has to be at least, once they are gone."""


def expired_segments(
    segments: Sequence[SegmentFacts],
    limits: RetentionLimits,
    *,
    wall_ms: int,
    high_watermark: int,
    log_start_offset: int,
) -> Expiry:
    """Return how many of `segments` (oldest first, the last is the active one) may go now."""
    assert segments, "a log has at least its active segment"
    deletable = _deletable_prefix(segments, high_watermark)
    count = _below_log_start(segments[:deletable], log_start_offset)
    if limits.delete:
        count = max(
            count,
            _older_than(segments[:deletable], limits.retention_ms, wall_ms),
            _beyond_size(segments, deletable, limits.retention_bytes),
        )
    start = max(log_start_offset, segments[count - 1].next_offset) if count else log_start_offset
    assert start <= max(high_watermark, log_start_offset), (start, high_watermark)
    return Expiry(count, roll=count == len(segments), log_start_offset=start)


def _deletable_prefix(segments: Sequence[SegmentFacts], high_watermark: int) -> int:
    """Return how many of the oldest segments may go at all."""
    count = 0
    for segment in segments:
        is_empty_active = count == len(segments) - 1 and segment.size_bytes == 0
        if segment.next_offset > high_watermark or is_empty_active:
            break
        count += 1
    return count


def _below_log_start(segments: Sequence[SegmentFacts], log_start_offset: int) -> int:
    count = 0
    for segment in segments:
        if segment.next_offset > log_start_offset:
            break
        count += 1
    return count


def _older_than(segments: Sequence[SegmentFacts], retention_ms: int, wall_ms: int) -> int:
    if retention_ms < 0:
        return 0
    count = 0
    for segment in segments:
        if wall_ms - segment.largest_timestamp_ms <= retention_ms:
            break
        count += 1
    return count


def _beyond_size(segments: Sequence[SegmentFacts], deletable: int, retention_bytes: int) -> int:
    if retention_bytes < 0:
        return 0
    surplus = sum(segment.size_bytes for segment in segments) - retention_bytes
    count = 0
    for segment in segments[:deletable]:
        if segment.size_bytes > surplus:
            break
        surplus -= segment.size_bytes
        count += 1
    return count
