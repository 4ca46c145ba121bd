# SPDX-License-Identifier: Apache-2.0
"""The retention decision against a model that tries every cut, and each rule by example."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ottla.storage.retention import Expiry, RetentionLimits, SegmentFacts, expired_segments

HOUR_MS = 3_600_000
WALL_MS = 1_700_000_000_000
UNLIMITED = RetentionLimits(delete=True, retention_ms=-1, retention_bytes=-1)


def segment(base: int, end: int, size: int = 100, age_ms: int = 0) -> SegmentFacts:
    """Describe a segment whose largest timestamp is `age_ms` ago."""
    return SegmentFacts(base, end, size, WALL_MS - age_ms)


def decide(segments, limits, *, high_watermark=10**9, log_start_offset=0):
    """Decide at the fixed wall time."""
    return expired_segments(
        segments,
        limits,
        wall_ms=WALL_MS,
        high_watermark=high_watermark,
        log_start_offset=log_start_offset,
    )


@st.composite
def logs(draw):
    """Draw segments back to back, with empty ones possible only at the end."""
    segments = []
    offset = draw(st.integers(0, 5))
    count = draw(st.integers(1, 6))
    for index in range(count):
        is_active = index == count - 1
        length = draw(st.integers(0 if is_active else 1, 4))
        size = 0 if length == 0 else draw(st.integers(1, 50))
        age_ms = draw(st.integers(-20, 100))
        segments.append(segment(offset, offset + length, size, age_ms))
        offset += length
    return segments


limits_of_any_kind = st.builds(
    RetentionLimits, st.booleans(), st.integers(-1, 60), st.integers(-1, 150)
)


@given(logs(), limits_of_any_kind, st.integers(0, 30), st.integers(0, 30))
def test_the_decision_equals_the_longest_allowed_cut(
    segments, limits, high_watermark, log_start_offset
):
    """Among all prefixes that some rule lets go as a whole, the longest is chosen."""
    delete, retention_ms, retention_bytes = limits
    total = sum(each.size_bytes for each in segments)

    def may_go(count):
        prefix = segments[:count]
        if any(each.next_offset > high_watermark for each in prefix):
            return False
        if count == len(segments) and segments[-1].size_bytes == 0:
            return False
        old = retention_ms >= 0 and all(
            WALL_MS - each.largest_timestamp_ms > retention_ms for each in prefix
        )
        surplus = retention_bytes >= 0 and (
            total - sum(each.size_bytes for each in prefix) >= retention_bytes
        )
        unreadable = all(each.next_offset <= log_start_offset for each in prefix)
        return unreadable or (delete and (old or surplus))

    expected = max([0, *(n for n in range(1, len(segments) + 1) if may_go(n))])
    outcome = decide(
        segments, limits, high_watermark=high_watermark, log_start_offset=log_start_offset
    )
    assert expected == outcome.segment_count
    assert (expected == len(segments)) == outcome.roll
    assert outcome.log_start_offset >= log_start_offset


def test_no_limit_keeps_everything():
    """-1 for both limits means for ever."""
    old = [segment(0, 10, age_ms=10_000 * HOUR_MS), segment(10, 20)]
    assert Expiry(0, roll=False, log_start_offset=0) == decide(old, UNLIMITED)


def test_time_uses_the_largest_timestamp_and_is_strict():
    """A segment exactly `retention.ms` old stays, one older goes."""
    limits = RetentionLimits(delete=True, retention_ms=HOUR_MS, retention_bytes=-1)
    at_limit = [segment(0, 10, age_ms=HOUR_MS), segment(10, 20)]
    older = [segment(0, 10, age_ms=HOUR_MS + 1), segment(10, 20)]
    assert decide(at_limit, limits).segment_count == 0
    assert Expiry(1, roll=False, log_start_offset=10) == decide(older, limits)


def test_a_young_segment_shields_the_older_looking_ones_behind_it():
    """The walk stops at the first segment that stays, so no hole appears."""
    limits = RetentionLimits(delete=True, retention_ms=HOUR_MS, retention_bytes=-1)
    segments = [segment(0, 5), segment(5, 9, age_ms=9 * HOUR_MS), segment(9, 12)]
    assert decide(segments, limits).segment_count == 0


def test_the_active_segment_is_rolled_when_everything_expired():
    """All records are past the limit, so all go and the log goes on at its end offset."""
    limits = RetentionLimits(delete=True, retention_ms=HOUR_MS, retention_bytes=-1)
    segments = [segment(0, 10, age_ms=2 * HOUR_MS), segment(10, 20, age_ms=2 * HOUR_MS)]
    assert Expiry(2, roll=True, log_start_offset=20) == decide(segments, limits)


def test_nothing_above_the_high_watermark_goes():
    """An expired segment that followers may still need stays."""
    limits = RetentionLimits(delete=True, retention_ms=HOUR_MS, retention_bytes=0)
    segments = [segment(0, 10, age_ms=2 * HOUR_MS), segment(10, 20, age_ms=2 * HOUR_MS)]
    assert decide(segments, limits, high_watermark=15).segment_count == 1


def test_size_keeps_at_least_the_limit():
    """A segment goes only when the rest still holds `retention.bytes`."""
    segments = [segment(0, 10), segment(10, 20), segment(20, 30)]
    assert decide(segments, RetentionLimits(True, -1, 200)).segment_count == 1
    assert decide(segments, RetentionLimits(True, -1, 201)).segment_count == 0


def test_compacted_topics_lose_only_what_lies_below_the_log_start():
    """Without the policy `delete` age and size do not count, the log start offset does."""
    limits = RetentionLimits(delete=False, retention_ms=0, retention_bytes=0)
    segments = [segment(0, 10, age_ms=HOUR_MS), segment(10, 20, age_ms=HOUR_MS)]
    assert decide(segments, limits, log_start_offset=9).segment_count == 0
    assert decide(segments, limits, log_start_offset=10).segment_count == 1
