# SPDX-License-Identifier: Apache-2.0
"""The decisions of compaction: what is dirty, whether a round is due, how segments group."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from ottla.storage.compaction import (
    NO_LIMIT_MS,
    CompactionRules,
    DirtySegment,
    SourceSegment,
    dirty_range,
    group_segments,
)

WALL_MS = 1_700_000_000_000
RULES = CompactionRules(0.5, 0, NO_LIMIT_MS)


def segment(base: int, size: int = 100, age_ms: int = 0) -> DirtySegment:
    """Describe a segment whose records are all `age_ms` old."""
    return DirtySegment(base, size, WALL_MS - age_ms, WALL_MS - age_ms)


LOG = [segment(0), segment(10), segment(20), segment(30)]


def find(segments=LOG, rules=RULES, *, checkpoint=None, log_start=0, last_stable=10**9):
    """Find the dirty range at the fixed wall time."""
    return dirty_range(
        segments,
        rules,
        checkpoint_offset=checkpoint,
        log_start_offset=log_start,
        last_stable_offset=last_stable,
        wall_ms=WALL_MS,
    )


def test_a_log_that_was_never_cleaned_is_dirty_up_to_the_active_segment():
    """The active segment is still written, so it stays out."""
    found = find()
    assert (found.first_dirty_offset, found.end_offset) == (0, 30)
    assert (found.clean_bytes, found.cleanable_bytes) == (0, 300)
    assert found.is_due(RULES)


def test_the_checkpoint_divides_clean_from_dirty():
    """The ratio counts the bytes behind the checkpoint."""
    found = find(checkpoint=20)
    assert (found.first_dirty_offset, found.end_offset) == (20, 30)
    assert found.dirty_ratio == 100 / 300
    assert not found.is_due(RULES)
    assert found.is_due(RULES._replace(min_cleanable_dirty_ratio=0.3))


def test_a_checkpoint_outside_the_log_is_distrusted():
    """It was written in an earlier life of the partition: begin at the log's start."""
    assert find(checkpoint=500).first_dirty_offset == 0
    assert find([segment(100), segment(110)], checkpoint=50).first_dirty_offset == 100


def test_the_log_start_offset_bounds_the_dirty_part():
    """What DeleteRecords made unreadable is not read for keys."""
    assert find(log_start=12).first_dirty_offset == 12


def test_nothing_at_or_above_the_last_stable_offset_is_cleaned():
    """An open transaction may still abort."""
    assert find(last_stable=15).end_offset == 15


def test_young_segments_wait():
    """The first segment with a record younger than the lag ends the cleanable part."""
    rules = RULES._replace(min_compaction_lag_ms=1_000)
    segments = [segment(0, age_ms=5_000), segment(10, age_ms=999), segment(20), segment(30)]
    assert find(segments, rules).end_offset == 10


def test_nothing_cleanable_is_not_due():
    """A log of one active segment has nothing to clean, whatever the ratio."""
    found = find([segment(0)], RULES._replace(min_cleanable_dirty_ratio=0.0))
    assert found.end_offset == found.first_dirty_offset
    assert not found.is_due(RULES._replace(min_cleanable_dirty_ratio=0.0))


def test_a_segment_that_waited_too_long_makes_the_log_due():
    """`max.compaction.lag.ms` overrules the ratio."""
    rules = RULES._replace(min_cleanable_dirty_ratio=0.9, max_compaction_lag_ms=1_000)
    segments = [segment(0), segment(10), segment(20, age_ms=1_001), segment(30)]
    assert find(segments, rules, checkpoint=20).is_due(rules)
    segments[2] = segment(20, age_ms=1_000)
    assert not find(segments, rules, checkpoint=20).is_due(rules)


sizes = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20), st.integers(1, 5)), max_size=12)


@given(sizes)
def test_groups_keep_order_and_limits_and_could_not_be_joined(drawn):
    """Every segment is in one group, limits hold unless one input breaks them, no two fit."""
    segments = []
    offset = 0
    for size, index, length in drawn:
        segments.append(SourceSegment(offset, offset + length, size, index))
        offset += length
    groups = group_segments(segments, segment_bytes=50, index_bytes=16)
    assert [each for group in groups for each in group] == segments
    for group in groups:
        if len(group) > 1:
            assert sum(each.size_bytes for each in group) <= 50
            assert sum(each.index_bytes for each in group) <= 16
    for left, right in itertools.pairwise(groups):
        joined = [*left, right[0]]
        too_large = sum(each.size_bytes for each in joined) > 50
        assert too_large or sum(each.index_bytes for each in joined) > 16


def test_offsets_of_a_group_fit_into_an_index_entry():
    """A relative offset has 31 bits."""
    near = SourceSegment(0, 10, 1, 1)
    far = SourceSegment(2**31 - 10, 2**31, 1, 1)
    farther = SourceSegment(2**31, 2**31 + 1, 1, 1)
    limits = {"segment_bytes": 100, "index_bytes": 100}
    assert len(group_segments([near, far], **limits)) == 1
    assert len(group_segments([near, farther], **limits)) == 2
