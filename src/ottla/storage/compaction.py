# SPDX-License-Identifier: Apache-2.0
"""What to compact: pure decisions over facts about a log's segments.

Compaction keeps, for every key, at least its latest value. A compacted log has a clean part,
which earlier rounds have rewritten, and a dirty part:

    | log start ... clean ... | first dirty ... cleanable ... | uncleanable ... active segment |

A round reads the keys of the cleanable part into a map key -> offset, then rewrites all segments
before its end, leaving out what the map knows a later offset for. The uncleanable part begins at
the earliest of: the last stable offset (an open transaction may still abort), the active segment
(files that are still written are never touched), the first segment that holds a record younger
than `min.compaction.lag.ms`.

A log is due when the dirty share of its bytes reaches `min.cleanable.dirty.ratio`, or when a
dirty segment is older than `max.compaction.lag.ms`.

Called by `compaction_schedule` (which log, which range) and by `compaction_worker` (grouping).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

RELATIVE_OFFSET_MAX = 2**31 - 1
"""Largest distance from a segment's base offset that an index entry can hold."""
NO_LIMIT_MS = 2**63 - 1


class DirtySegment(NamedTuple):
    """What the decisions have to know of one segment, oldest first, the active one last."""

    base_offset: int
    size_bytes: int
    largest_timestamp_ms: int
    first_timestamp_ms: int
    """Of the segment's first batch: since when it may have waited."""


class CompactionRules(NamedTuple):
    """One topic's settings that decide when a round is due."""

    min_cleanable_dirty_ratio: float
    min_compaction_lag_ms: int
    max_compaction_lag_ms: int


class DirtyRange(NamedTuple):
    """The part of one log that a round would clean, and how urgent that is."""

    first_dirty_offset: int
    end_offset: int
    """Exclusive; equal to the first when nothing is cleanable."""
    clean_bytes: int
    cleanable_bytes: int
    is_overdue: bool
    """A segment has waited longer than `max.compaction.lag.ms`: clean whatever the ratio."""

    @property
    def dirty_ratio(self) -> float:
        """The share of the bytes up to the end that no round has seen."""
        total = self.clean_bytes + self.cleanable_bytes
        return self.cleanable_bytes / total if total else 0.0

    def is_due(self, rules: CompactionRules) -> bool:
        """Whether a round is worth while."""
        if self.cleanable_bytes == 0:
            return False
        return self.is_overdue or self.dirty_ratio >= rules.min_cleanable_dirty_ratio


def dirty_range(
    segments: Sequence[DirtySegment],
    rules: CompactionRules,
    *,
    checkpoint_offset: int | None,
    log_start_offset: int,
    last_stable_offset: int,
    wall_ms: int,
) -> DirtyRange:
    """Return what could be cleaned now; `checkpoint_offset` is where the last round ended."""
    assert segments, "a log has at least its active segment"
    first_dirty = _first_dirty(segments, checkpoint_offset, log_start_offset)
    end = _end_of_cleanable(segments, rules, first_dirty, last_stable_offset, wall_ms)
    dirty = [each for each in segments[:-1] if each.base_offset >= first_dirty]
    oldest_ms = min((each.first_timestamp_ms for each in dirty), default=wall_ms)
    return DirtyRange(
        first_dirty_offset=first_dirty,
        end_offset=max(first_dirty, end),
        clean_bytes=_bytes_between(segments, 0, first_dirty),
        cleanable_bytes=_bytes_between(segments, first_dirty, end),
        is_overdue=wall_ms - oldest_ms > rules.max_compaction_lag_ms,
    )


def _first_dirty(
    segments: Sequence[DirtySegment], checkpoint_offset: int | None, log_start_offset: int
) -> int:
    """Distrust a checkpoint outside the log: it belongs to an earlier life of the partition."""
    start = max(log_start_offset, segments[0].base_offset)
    if checkpoint_offset is None or checkpoint_offset < start:
        return start
    if checkpoint_offset > segments[-1].base_offset:
        return start
    return checkpoint_offset


def _end_of_cleanable(
    segments: Sequence[DirtySegment],
    rules: CompactionRules,
    first_dirty: int,
    last_stable_offset: int,
    wall_ms: int,
) -> int:
    end = min(segments[-1].base_offset, last_stable_offset)
    if rules.min_compaction_lag_ms <= 0:
        return end
    for segment in segments[:-1]:
        too_young = segment.largest_timestamp_ms > wall_ms - rules.min_compaction_lag_ms
        if segment.base_offset >= first_dirty and too_young:
            return min(end, segment.base_offset)
    return end


def _bytes_between(segments: Sequence[DirtySegment], start: int, end: int) -> int:
    """Count segments by where they begin, as Kafka does: precise enough for a ratio."""
    return sum(each.size_bytes for each in segments if start <= each.base_offset < end)


class SourceSegment(NamedTuple):
    """One input of a rewrite."""

    base_offset: int
    next_offset: int
    size_bytes: int
    index_bytes: int


def group_segments(
    segments: Iterable[SourceSegment], *, segment_bytes: int, index_bytes: int
) -> list[list[SourceSegment]]:
    """Cut `segments` into runs that fit into one output segment each.

    Rounds shrink segments; without grouping a log would end as a heap of tiny files. A run obeys
    the limits of size and index, and its last offset stays expressible relative to its first.
    """
    groups: list[list[SourceSegment]] = []
    for segment in segments:
        if groups and _fits(groups[-1], segment, segment_bytes, index_bytes):
            groups[-1].append(segment)
        else:
            groups.append([segment])
    return groups


def _fits(
    group: Sequence[SourceSegment], segment: SourceSegment, segment_bytes: int, index_bytes: int
) -> bool:
    size = sum(each.size_bytes for each in group) + segment.size_bytes
    index = sum(each.index_bytes for each in group) + segment.index_bytes
    span = segment.next_offset - 1 - group[0].base_offset
    return size <= segment_bytes and index <= index_bytes and span <= RELATIVE_OFFSET_MAX
